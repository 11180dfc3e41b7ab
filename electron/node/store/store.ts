// An open history: the four things that can be asked, over one connection.
// Runs in the history service (Node).
import type { HistoryInfo } from '../../common/services.ts';
import type { Layout } from './files.ts';
import { Ledger } from './ledger.ts';
import { Parts } from './parts.ts';
import { Runs } from './runs.ts';
import { Settings } from './settings.ts';
import { numberPragma, type Database } from './sqlite.ts';
import { openTables } from './tables.ts';
import { Verdicts } from './verdicts.ts';

export class Store {
  /** The connection itself, for tests and tools; the program goes through the members below. */
  readonly db: Database;
  readonly info: HistoryInfo;
  readonly runs: Runs;
  readonly parts: Parts;
  readonly verdicts: Verdicts;
  readonly settings: Settings;
  readonly #ledger: Ledger;
  readonly #unlock: () => void;

  constructor(db: Database, at: Layout, unlock: () => void) {
    this.db = db;
    this.info = {
      file: at.database,
      schema: numberPragma(db, 'user_version'),
      sqlite: db.prepare<string>('SELECT sqlite_version()').pluck().get() ?? '',
      journalMode: String(db.pragma('journal_mode', { simple: true })),
      synchronous: numberPragma(db, 'synchronous'),
    };
    this.#ledger = new Ledger(db, at.witness);
    this.#unlock = unlock;
    const tables = openTables(db);
    this.runs = new Runs(this.#ledger, tables);
    this.parts = new Parts(this.#ledger, tables, this.runs);
    this.verdicts = new Verdicts(this.#ledger, tables, this.runs, this.parts);
    this.settings = new Settings(this.#ledger, tables);
    this.runs.interruptUnfinished();
  }

  close(): void {
    if (!this.db.open) return;
    this.#ledger.close();
    this.#unlock();
  }
}
