// An open history: the things that can be asked, over one connection.
// Runs in the history service (Node).
import type { HistoryInfo } from '../../common/history-service.ts';
import { Audit, PROGRAM } from './audit.ts';
import { Chain } from './chain.ts';
import { Challenges } from './challenges.ts';
import { noteCheck } from './checked.ts';
import { Clock, type Clocks } from './clock.ts';
import type { Layout } from './files.ts';
import { Ledger } from './ledger.ts';
import { Parts } from './parts.ts';
import { People } from './people.ts';
import { Recipes } from './recipes.ts';
import { Runs } from './runs.ts';
import { SecondReviews } from './second-reviews.ts';
import { Settings } from './settings.ts';
import { numberPragma, type Database } from './sqlite.ts';
import { openTables } from './tables.ts';
import { Verdicts } from './verdicts.ts';

export interface Opening {
  readonly unlock: () => void;
  /** When the whole file was last checked, in milliseconds since 1970. */
  readonly checkedAt: number;
  readonly clocks?: Clocks | undefined;
}

export class Store {
  readonly at: Layout;
  /** The connection itself, for tests and tools; the program goes through the members below. */
  readonly db: Database;
  readonly info: HistoryInfo;
  readonly runs: Runs;
  readonly parts: Parts;
  readonly verdicts: Verdicts;
  readonly settings: Settings;
  readonly recipes: Recipes;
  readonly audit: Audit;
  readonly people: People;
  readonly secondReviews: SecondReviews;
  readonly challenges: Challenges;
  readonly #ledger: Ledger;
  readonly #unlock: () => void;
  readonly #checkedAt: number;

  constructor(db: Database, at: Layout, { unlock, checkedAt, clocks }: Opening) {
    this.db = db;
    this.at = at;
    this.info = {
      file: at.database,
      schema: numberPragma(db, 'user_version'),
      sqlite: db.prepare<string>('SELECT sqlite_version()').pluck().get() ?? '',
      journalMode: String(db.pragma('journal_mode', { simple: true })),
      synchronous: numberPragma(db, 'synchronous'),
    };
    this.#ledger = new Ledger(db, at.witness);
    this.#unlock = unlock;
    this.#checkedAt = checkedAt;
    const tables = openTables(db);
    const chain = new Chain(db);
    const clock = new Clock(newestTime(db), clocks);
    this.audit = new Audit(this.#ledger, tables, chain, clock);
    this.recipes = new Recipes(this.#ledger, tables, this.audit, clock);
    const { audit, recipes } = this;
    const services = { audit, recipes, clock };
    this.challenges = new Challenges(this.#ledger, tables, services);
    this.runs = new Runs(this.#ledger, tables, { ...services, challenges: this.challenges });
    this.parts = new Parts(this.#ledger, tables, this.runs, clock);
    this.verdicts = new Verdicts(this.#ledger, tables, { runs: this.runs, parts: this.parts, chain, clock });
    this.settings = new Settings(this.#ledger, tables);
    this.people = new People(this.#ledger, tables, this.audit, clock);
    const { runs, parts } = this;
    this.secondReviews = new SecondReviews(this.#ledger, tables, { db, runs, parts, audit, clock });
    this.#ledger.beforeChange = () => {
      const jump = clock.jump();
      if (jump === null) return;
      this.audit.add({ actor: PROGRAM, action: 'clock.jumped', subject: 'clock', detail: { ...jump } });
    };
    this.runs.interruptUnfinished();
  }

  close(): void {
    if (!this.db.open) return;
    this.#ledger.close();
    noteCheck(this.at, this.#checkedAt);
    this.#unlock();
  }
}

/** The time of the newest link of the chain. */
function newestTime(db: Database): string | null {
  const newest = (table: string): string =>
    `SELECT made_at, link FROM ${table} WHERE link = (SELECT max(link) FROM ${table})`;
  const times = db
    .prepare<string>(`${newest('audit')} UNION ALL ${newest('verdicts')} ORDER BY link DESC`)
    .pluck();
  return times.get() ?? null;
}
