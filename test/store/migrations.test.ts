// Migrations: numbered, whole or not at all, after a checked backup; a migrated database equals a fresh one.
// Runs in the tests (Node).
import { copyFileSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  expectedSchema,
  MIGRATIONS,
  schemaOf,
  type Migration,
} from '../../electron/node/store/migrations/index.ts';
import { openStore } from '../../electron/node/store/open.ts';
import { openSqlite } from '../../electron/node/store/sqlite.ts';
import { databaseOf, dataFolder, fill, judged, refusal } from './support.ts';

const NOW = MIGRATIONS.length;
const NEXT = NOW + 1;

/** What a later release could do: a new table, and a column that is computed for the rows of old. */
const later: Migration = {
  version: NEXT,
  up: (db) => {
    db.exec('CREATE TABLE users (name TEXT PRIMARY KEY) STRICT');
    db.exec('INSERT INTO users SELECT DISTINCT author FROM verdicts');
  },
};
const broken: Migration = {
  version: NEXT,
  up: (db) => {
    db.exec('CREATE TABLE users (name TEXT PRIMARY KEY) STRICT');
    db.exec('INSERT INTO nowhere VALUES (1)');
  },
};

function history(): { folder: string; run: number } {
  const folder = dataFolder();
  const store = openStore(folder);
  const run = fill(store, 30);
  store.verdicts.record(judged(1, 'ng', 'anna'));
  store.close();
  return { folder, run };
}

const backups = (folder: string): string[] => readdirSync(`${folder}/history/backups`);

describe('migrations', () => {
  it('are numbered without gaps', () => {
    expect(MIGRATIONS.map((migration) => migration.version)).toEqual(MIGRATIONS.map((_, i) => i + 1));
  });

  it('of released versions never change: make a new one instead', () => {
    const made = MIGRATIONS.map((_, i) => crc32(expectedSchema(MIGRATIONS.slice(0, i + 1))));
    expect(made).toEqual([3087762661, 2131115427, 575312503, 2053697202, 716916577, 994214540]);
  });

  it('a fresh database needs no backup', () => {
    const folder = dataFolder();
    openStore(folder).close();
    expect(backups(folder)).toEqual([]);
  });

  it('a migrated database equals a fresh one and keeps its rows', () => {
    const { folder, run } = history();
    const migrated = openStore(folder, [...MIGRATIONS, later]);
    const fresh = openStore(dataFolder(), [...MIGRATIONS, later]);
    expect(migrated.info.schema).toBe(NEXT);
    expect(schemaOf(migrated.db)).toBe(schemaOf(fresh.db));
    expect(migrated.db.prepare('SELECT name FROM users').all()).toEqual([{ name: 'anna' }]);
    expect(migrated.parts.load(run).parts).toHaveLength(30);
    migrated.close();
    fresh.close();
  });

  it('make a backup first, which can take the place of the original', () => {
    const { folder, run } = history();
    openStore(folder, [...MIGRATIONS, later]).close();
    const [name, ...others] = backups(folder);
    expect(name).toMatch(new RegExp(`^before-schema-${NEXT}-.*\\.db$`));
    expect(others).toEqual([]);
    // The operator's way back: the older program, the backup under the database's name, the witness still there.
    rmSync(databaseOf(folder));
    copyFileSync(`${folder}/history/backups/${name}`, databaseOf(folder));
    const restored = openStore(folder);
    expect(restored.info.schema).toBe(NOW);
    expect(restored.parts.load(run).parts[0]).toMatchObject({ id: 1, verdict: 'ng' });
    restored.close();
  });

  it('leave the database as it was when they fail', () => {
    const { folder, run } = history();
    expect(refusal(() => openStore(folder, [...MIGRATIONS, broken])).message).toContain('nowhere');
    const store = openStore(folder);
    expect(store.info.schema).toBe(NOW);
    expect(store.parts.load(run).parts).toHaveLength(30);
    store.close();
  });

  it('refuse a database that is newer, and leave it alone', () => {
    const { folder } = history();
    openStore(folder, [...MIGRATIONS, later]).close();
    const before = readFileSync(databaseOf(folder));
    expect(refusal(() => openStore(folder)).code).toBe('history.newer');
    expect(readFileSync(databaseOf(folder)).equals(before)).toBe(true);
  });

  it('a half-written backup of an earlier attempt is in nobody’s way', () => {
    const { folder } = history();
    openSqlite(`${folder}/history/backups/unfinished.db`).exec('CREATE TABLE half (x)').close();
    openStore(folder, [...MIGRATIONS, later]).close();
    expect(backups(folder)).toHaveLength(1);
  });
});
