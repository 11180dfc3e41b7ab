// A copy of the database that is checked before it gets its name.
// Runs in the history service (Node).
import { join } from 'node:path';
import { damaged, toHistoryError } from './failure.ts';
import { discard, publish } from './files.ts';
import { makeDurable, openSqlite, type Database } from './sqlite.ts';

/**
 * Writes `<folder>/<name>.db` and returns its path. The copy is one file without a log.
 * It calls itself another history than the original: put in the original's place, it starts a count of its own,
 * so that the witness does not take a restored backup for a loss of data.
 */
export function backUp(db: Database, folder: string, name: string): string {
  const unfinished = join(folder, 'unfinished.db');
  const finished = join(folder, `${name}.db`);
  discard(unfinished); // of an earlier attempt that was cut off
  try {
    db.prepare('VACUUM INTO ?').run(unfinished);
    const copy = openSqlite(unfinished, { fileMustExist: true });
    try {
      makeDurable(copy);
      copy.exec('UPDATE ledger SET history = lower(hex(randomblob(16)))');
      const verdict = copy.pragma('integrity_check(1)', { simple: true });
      if (verdict !== 'ok') throw damaged(`The backup is not whole: ${String(verdict)}`);
    } finally {
      copy.close();
    }
    publish(unfinished, finished);
    return finished;
  } catch (thrown) {
    discard(unfinished);
    throw toHistoryError(thrown);
  }
}
