// SQLite as Loupe uses it: the only file that knows better-sqlite3, and the pragmas that make an answer mean "on the disk".
// Runs in the history service (Node 24 child process or Electron utility process).
// @ts-expect-error better-sqlite3 13 ships no types; the few calls that Loupe makes are written out below.
import BetterSqlite3 from 'better-sqlite3';
import { LoupeError } from '../../../models/errors.ts';

/** What Loupe stores: everything is text, a number or nothing. */
export type SqlValue = string | number | null;

export interface Statement<Row> {
  run(...values: SqlValue[]): { readonly changes: number };
  get(...values: SqlValue[]): Row | undefined;
  all(...values: SqlValue[]): Row[];
  /** Row by row: for tables that do not fit into memory. The connection is busy until the last one. */
  iterate(...values: SqlValue[]): IterableIterator<Row>;
  /** Answers with the first column instead of a row. */
  pluck(): this;
}

export interface Database {
  readonly open: boolean;
  prepare<Row>(sql: string): Statement<Row>;
  exec(sql: string): this;
  pragma(source: string, options?: { readonly simple: boolean }): unknown;
  /** Runs the body in one transaction; whatever it throws rolls the transaction back. */
  transaction<T>(body: () => T): { immediate(): T };
  /** SQLite's online backup: copies pages between other requests; `progress` answers how many the next step takes. */
  backup(file: string, options: { progress: () => number }): Promise<unknown>;
  close(): this;
}

interface OpenOptions {
  readonly readonly?: boolean;
  readonly fileMustExist?: boolean;
  /** Milliseconds to wait for a lock. */
  readonly timeout?: number;
}

const Constructor = BetterSqlite3 as unknown as new (file: string, options: OpenOptions) => Database;

/** A plain connection; ':memory:' is a database without a file. */
export const openSqlite = (file: string, options: OpenOptions = {}): Database =>
  new Constructor(file, options);

/** A number out of a pragma. */
export const numberPragma = (db: Database, name: string): number => Number(db.pragma(name, { simple: true }));

/**
 * What every writing connection is set to. SQLite ignores a pragma that it does not know or cannot follow,
 * and better-sqlite3 turns WAL into synchronous = NORMAL: hence each one is set *and* read back.
 */
export const PRAGMAS: Readonly<Record<string, string | number>> = {
  busy_timeout: 5000,
  journal_mode: 'wal',
  synchronous: 2, // FULL: a commit survives a power cut, NORMAL may lose the last ones
  fullfsync: 1, // macOS: fsync alone does not empty the drive's cache
  checkpoint_fullfsync: 1,
  foreign_keys: 1,
  trusted_schema: 0, // a tampered schema cannot call functions with side effects
  cell_size_check: 1, // finds damaged pages earlier
  recursive_triggers: 1, // INSERT OR REPLACE must not get round the triggers that refuse DELETE
};

/** Sets the pragmas and refuses the connection if one did not take. */
export function makeDurable(db: Pick<Database, 'pragma'>): void {
  for (const [name, wanted] of Object.entries(PRAGMAS)) {
    db.pragma(`${name} = ${wanted}`);
    const found = db.pragma(name, { simple: true });
    if (found !== wanted) {
      throw new LoupeError('history.write_failed', {
        reason: `PRAGMA ${name} is ${String(found)}, not ${wanted}`,
      });
    }
  }
}
