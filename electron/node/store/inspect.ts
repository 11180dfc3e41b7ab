// The look at an existing database before anything may write to it: is it ours, whole, complete and of a known version?
// Runs in the history service (Node).
import { LoupeError } from '../../../models/errors.ts';
import { readChainEnd } from './chain.ts';
import { lastCheck } from './checked.ts';
import { damaged } from './failure.ts';
import { head, sizeOf, type Layout } from './files.ts';
import { readLedger } from './ledger.ts';
import { APPLICATION_ID, expectedSchema, MIGRATIONS, schemaOf, type Migration } from './migrations/index.ts';
import { numberPragma, openSqlite, type Database } from './sqlite.ts';
import { openTables } from './tables.ts';
import { readWitness } from './witness.ts';

const MAGIC = 'SQLite format 3\0';
const HEADER_BYTES = 100;

/**
 * Answers with the schema version, or throws `history.newer` or `history.damaged`.
 * The connection is read-only, so that a refused file and its log stay byte for byte what they were: a writing
 * connection would fold the log into the file when it closes.
 */
export function inspect(at: Layout, migrations: readonly Migration[]): number {
  // SQLite takes an empty file for a new database and throws its log away; ours are never empty (see open.ts).
  const start = head(at.database, HEADER_BYTES);
  if (start.length < HEADER_BYTES || start.toString('latin1', 0, MAGIC.length) !== MAGIC) {
    throw damaged(`${at.database} is not a database (${sizeOf(at.database)} bytes).`);
  }
  const db = openSqlite(at.database, { readonly: true, fileMustExist: true });
  try {
    const version = checkVersion(db, migrations.length);
    if (lastCheck(at) === null) {
      const faults = db.prepare<string>('PRAGMA quick_check(3)').pluck().all();
      if (faults.join() !== 'ok') throw damaged(`quick_check: ${faults.join('; ')}`);
    }
    if (schemaOf(db) !== expectedSchema(migrations.slice(0, version))) {
      throw damaged(`Tables, indexes or triggers are not those of schema version ${version}.`);
    }
    checkComplete(db, at.witness);
    if (version === MIGRATIONS.length && version === migrations.length) {
      checkRuns(db);
      checkChainEnd(db);
    }
    return version;
  } finally {
    db.close();
  }
}

function checkVersion(db: Database, known: number): number {
  if (numberPragma(db, 'application_id') !== APPLICATION_ID)
    throw damaged('The file is not a history of Loupe.');
  const found = numberPragma(db, 'user_version');
  if (found > known) throw new LoupeError('history.newer', { found, known });
  if (found < 1) throw damaged(`Schema version ${found} does not exist.`);
  return found;
}

/** The rows that opening itself reads and changes; the others are checked when they are asked for. */
function checkRuns(db: Database): void {
  const { runs } = openTables(db);
  for (const row of runs.select('').all()) runs.verify(row);
}

/** Opening looks at the end of the chain only; `loupe history verify` looks at every link. */
function checkChainEnd(db: Database): void {
  const end = readChainEnd(db);
  const newest = db
    .prepare<{ link: number; hash: string }>(
      `SELECT link, hash FROM (
         SELECT * FROM (SELECT link, hash FROM audit ORDER BY link DESC LIMIT 1)
         UNION ALL SELECT * FROM (SELECT link, hash FROM verdicts ORDER BY link DESC LIMIT 1)
       ) ORDER BY link DESC LIMIT 1`,
    )
    .get();
  if (newest?.link !== end.links || newest.hash !== end.head) {
    throw damaged(`The chain ends with link ${newest?.link ?? 0}, but it had ${end.links}.`);
  }
}

function checkComplete(db: Database, witnessPath: string): void {
  const ledger = readLedger(db);
  const witness = readWitness(witnessPath);
  if (witness?.history === ledger.history && witness.commits > ledger.commits) {
    throw damaged(
      `The last ${witness.commits - ledger.commits} acknowledged changes are missing: ${witnessPath} has counted them.`,
    );
  }
}
