// The numbered steps from an empty file to today's schema; the number reached is kept in `user_version`.
// Runs in the history service (Node).
import { numberPragma, openSqlite, type Database } from '../sqlite.ts';
import { damaged } from '../failure.ts';
import { firstLight } from './0001-first-light.ts';
import { evidence } from './0002-evidence.ts';
import { provenance } from './0003-provenance.ts';
import { people } from './0004-people.ts';
import { challenge } from './0005-challenge.ts';
import { placement } from './0006-placement.ts';

/** One step. It runs inside a transaction together with the change of `user_version`. */
export interface Migration {
  readonly version: number;
  readonly up: (db: Database) => void;
}

/** In order, without gaps: the version of entry i is i + 1. */
export const MIGRATIONS: readonly Migration[] = [
  firstLight,
  evidence,
  provenance,
  people,
  challenge,
  placement,
];

/** 'Loup' in the file header: tells our databases from anybody else's. */
export const APPLICATION_ID = 0x4c6f7570;

/** Takes the steps that the database lacks, each whole or not at all. */
export function migrate(db: Database, migrations: readonly Migration[]): void {
  db.pragma(`application_id = ${APPLICATION_ID}`);
  // As SQLite advises for rebuilding a table that others refer to: the references are checked at the end of each step.
  db.pragma('foreign_keys = 0');
  for (const { version, up } of migrations.slice(numberPragma(db, 'user_version'))) {
    db.transaction(() => {
      up(db);
      db.pragma(`user_version = ${version}`);
      const dangling = db.prepare('PRAGMA foreign_key_check').all().length;
      if (dangling > 0) throw damaged(`Step ${version} would leave ${dangling} references to nothing.`);
    }).immediate();
  }
  db.pragma('foreign_keys = 1');
}

/** Tables, indexes and triggers as SQLite keeps them. */
export function schemaOf(db: Database): string {
  const own = db
    .prepare<string>(
      "SELECT sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY type, name",
    )
    .pluck();
  return own.all().join(';\n');
}

/** The schema that these migrations make of an empty database. */
export function expectedSchema(migrations: readonly Migration[]): string {
  const fresh = openSqlite(':memory:');
  try {
    migrate(fresh, migrations);
    return schemaOf(fresh);
  } finally {
    fresh.close();
  }
}
