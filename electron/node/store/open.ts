// Opens the history of a data folder, or refuses: lock, look, back up, migrate, and only then write.
// Runs in the history service (Node).
import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { backUp } from './backup.ts';
import { lastCheck } from './checked.ts';
import { damaged, toHistoryError } from './failure.ts';
import { nameCause } from './room.ts';
import { discard, layout, publish, sizeOf, type Layout } from './files.ts';
import { inspect } from './inspect.ts';
import { takeLock } from './lock.ts';
import type { Clocks } from './clock.ts';
import { migrate, MIGRATIONS, type Migration } from './migrations/index.ts';
import { makeDurable, openSqlite, type Database } from './sqlite.ts';
import { Store } from './store.ts';

/**
 * The store of `<folder>/history`, made if there is none. Runs that a crash cut off are marked as interrupted.
 * Throws `history.locked`, `history.newer`, `history.damaged` or `history.write_failed`. A database that is refused as
 * newer or damaged is left byte for byte as it was.
 */
export function openStore(
  folder: string,
  migrations: readonly Migration[] = MIGRATIONS,
  clocks?: Clocks,
): Store {
  const at = layout(folder);
  try {
    mkdirSync(at.backups, { recursive: true });
    const unlock = takeLock(at.lock);
    let db: Database | null = null;
    try {
      const checkedAt = lastCheckOf(at) ?? Date.now();
      db = openDatabase(at, migrations);
      return new Store(db, at, { unlock, checkedAt, clocks });
    } catch (thrown) {
      db?.close();
      unlock();
      throw thrown;
    }
  } catch (thrown) {
    throw nameCause(toHistoryError(thrown), existsSync(dirname(at.database)) ? dirname(at.database) : folder);
  }
}

/** Asked before anything opens the file; a new one counts as checked now. */
const lastCheckOf = (at: Layout): number | null => (existsSync(at.database) ? lastCheck(at) : null);

function openDatabase(at: Layout, migrations: readonly Migration[]): Database {
  if (!existsSync(at.database)) create(at, migrations);
  const version = inspect(at, migrations);
  const db = openSqlite(at.database, { fileMustExist: true });
  try {
    makeDurable(db);
    if (version < migrations.length) {
      const now = new Date().toISOString().replaceAll(':', '-');
      backUp(db, at.backups, `before-schema-${migrations.length}-${now}`);
      migrate(db, migrations);
    }
    return db;
  } catch (thrown) {
    db.close();
    throw thrown;
  }
}

/** A new database gets its name only when it is complete: an empty or half-made `loupe.db` is always damage. */
function create(at: Layout, migrations: readonly Migration[]): void {
  // A log without its database is what is left of a history; SQLite would mix it into the new one.
  if (sizeOf(`${at.database}-wal`) > 0) throw damaged(`${at.database} is gone, but its log is still there.`);
  const unfinished = `${at.database}.new`;
  discard(unfinished);
  const db = openSqlite(unfinished);
  try {
    makeDurable(db);
    migrate(db, migrations);
  } finally {
    db.close();
  }
  publish(unfinished, at.database);
}
