// The way in and out of the database: every change is one counted transaction, every failure a typed error.
// Runs in the history service (Node).
import { dirname } from 'node:path';
import { damaged, toHistoryError } from './failure.ts';
import { nameCause, requireRoom } from './room.ts';
import type { Database, Statement } from './sqlite.ts';
import { Witness, type Testimony } from './witness.ts';

/** What the database itself says about its identity and the number of its changes. */
export function readLedger(db: Database): Testimony {
  const row = db.prepare<Testimony>('SELECT history, commits FROM ledger WHERE id = 1').get();
  if (!row) throw damaged('The ledger is empty.');
  return row;
}

/** What the tables need of it; a read-only history has a stand-in that refuses to write. */
export type Access = Pick<Ledger, 'read' | 'write' | 'grow'>;

export class Ledger {
  readonly db: Database;
  readonly #witness: Witness;
  readonly #folder: string;
  readonly #count: Statement<number>;
  /** Runs first in each change: what has to be noted before it, such as a clock that was moved. */
  beforeChange: () => void = () => undefined;

  constructor(db: Database, witnessPath: string) {
    this.db = db;
    this.#folder = dirname(witnessPath);
    this.#count = db
      .prepare<number>('UPDATE ledger SET commits = commits + 1 WHERE id = 1 RETURNING commits')
      .pluck();
    this.#witness = new Witness(witnessPath, readLedger(db));
  }

  /** One transaction. When this returns, the change is on the disk; when it throws, nothing was changed. */
  write<T>(change: () => T): T {
    let commits = 0;
    const value = this.#try(() =>
      this.db
        .transaction(() => {
          this.beforeChange();
          const result = change();
          commits = this.#count.get() ?? 0;
          return result;
        })
        .immediate(),
    );
    this.#witness.note(commits);
    return value;
  }

  /** A change that adds much, as a run does. Throws `history.disk_full` while there is still room for verdicts. */
  grow<T>(change: () => T): T {
    this.#try(() => requireRoom(this.#folder));
    return this.write(change);
  }

  read<T>(query: () => T): T {
    try {
      return query();
    } catch (thrown) {
      throw toHistoryError(thrown);
    }
  }

  #try<T>(change: () => T): T {
    try {
      return change();
    } catch (thrown) {
      throw nameCause(toHistoryError(thrown), this.#folder);
    }
  }

  close(): void {
    this.db.close();
    this.#witness.close();
  }
}
