// A look into a history without owning it: read-only, beside a running Loupe, for reports, checks and copies.
// Runs in Node (command line) and in the history service.
import { existsSync } from 'node:fs';
import { LoupeError } from '../../../models/errors.ts';
import { Audit } from './audit.ts';
import { Chain } from './chain.ts';
import { Challenges } from './challenges.ts';
import { Clock } from './clock.ts';
import { toHistoryError } from './failure.ts';
import { layout, type Layout } from './files.ts';
import { inspect } from './inspect.ts';
import type { Access } from './ledger.ts';
import { MIGRATIONS } from './migrations/index.ts';
import { Parts } from './parts.ts';
import { People } from './people.ts';
import { Recipes } from './recipes.ts';
import { Runs } from './runs.ts';
import { openSqlite, type Database } from './sqlite.ts';
import { openTables, type Tables } from './tables.ts';

export interface HistoryReader {
  readonly db: Database;
  readonly tables: Tables;
  readonly at: Layout;
  readonly runs: Runs;
  readonly parts: Parts;
  readonly recipes: Recipes;
  readonly audit: Audit;
  readonly people: People;
  readonly challenges: Challenges;
  /** Everything that the body reads is of one moment, whatever is written meanwhile. */
  readonly snapshot: <T>(body: () => Promise<T>) => Promise<T>;
  close(): void;
}

/**
 * Opens the history of a data folder for reading. Throws `history.missing`, `history.older`, `history.newer`,
 * `history.damaged`.
 */
export function openReader(folder: string): HistoryReader {
  const at = layout(folder);
  if (!existsSync(at.database)) throw new LoupeError('history.missing', { path: folder });
  try {
    const found = inspect(at, MIGRATIONS);
    if (found < MIGRATIONS.length) throw new LoupeError('history.older', { found, known: MIGRATIONS.length });
    const db = openSqlite(at.database, { readonly: true, fileMustExist: true, timeout: 5000 });
    db.pragma('trusted_schema = 0');
    return readingFrom(db, at);
  } catch (thrown) {
    throw toHistoryError(thrown);
  }
}

/** Changes are refused here with a clear word; SQLite would refuse them as well. */
const READ_ONLY: Access = {
  read: (query) => {
    try {
      return query();
    } catch (thrown) {
      throw toHistoryError(thrown);
    }
  },
  write: refuse,
  grow: refuse,
};

function refuse(): never {
  throw new LoupeError('internal', { reason: 'The history was opened for reading only.' });
}

/** The questions of a history, over a connection that only reads. */
export function readingFrom(db: Database, at: Layout): HistoryReader {
  const tables = openTables(db);
  const clock = new Clock(null);
  const audit = new Audit(READ_ONLY, tables, new Chain(db), clock);
  const recipes = new Recipes(READ_ONLY, tables, audit, clock);
  const challenges = new Challenges(READ_ONLY, tables, { audit, recipes, clock });
  const runs = new Runs(READ_ONLY, tables, { audit, recipes, clock, challenges });
  return {
    ...{ db, tables, at, audit, recipes, runs, challenges },
    people: new People(READ_ONLY, tables, audit, clock),
    parts: new Parts(READ_ONLY, tables, runs, clock),
    snapshot: async (body) => {
      // Deferred: the first SELECT fixes the moment, and a writer is not kept waiting.
      db.exec('BEGIN');
      try {
        return await body();
      } finally {
        db.exec('COMMIT');
      }
    },
    close: () => void db.close(),
  };
}
