// How the database is: where, how large, of which schema, and whether SQLite finds its pages in order.
// Runs in the history service and on the command line (Node).
import type { DatabaseHealth } from '../../common/history-service.ts';
import { sizeOf } from './files.ts';
import { numberPragma, type Database } from './sqlite.ts';

/** `look` false: only what is known without reading the whole file. */
export function databaseHealth(db: Database, file: string, look: boolean): DatabaseHealth {
  const faults = look ? db.prepare<string>('PRAGMA quick_check(5)').pluck().all() : [];
  return {
    file,
    bytes: sizeOf(file) + sizeOf(`${file}-wal`),
    schema: numberPragma(db, 'user_version'),
    sqlite: db.prepare<string>('SELECT sqlite_version()').pluck().get() ?? '',
    faults: faults.join() === 'ok' ? [] : faults,
  };
}
