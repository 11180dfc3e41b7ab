// Opening the history: durable settings, what is refused and left untouched, and the one-process lock.
// Runs in the tests (Node).
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lastCheck } from '../../electron/node/store/checked.ts';
import { MIGRATIONS } from '../../electron/node/store/migrations/index.ts';
import { openStore } from '../../electron/node/store/open.ts';
import { makeDurable, openSqlite, PRAGMAS } from '../../electron/node/store/sqlite.ts';
import { databaseOf, dataFolder, fill, judged, refusal, ServiceProcess } from './support.ts';

/** A closed history with one run; returns the folder. */
function written(): string {
  const folder = dataFolder();
  const store = openStore(folder);
  fill(store, 20);
  store.close();
  return folder;
}

/** Puts these bytes where the database belongs, and expects them to be there still after the refusal. */
function refuseFile(folder: string, bytes: Uint8Array): { code: string; message: string } {
  mkdirSync(dirname(databaseOf(folder)), { recursive: true });
  writeFileSync(databaseOf(folder), bytes);
  const refused = refusal(() => openStore(folder));
  expect(readFileSync(databaseOf(folder)).equals(bytes)).toBe(true);
  return refused;
}

describe('durable settings', () => {
  it('are in force on the connection that writes', () => {
    const store = openStore(dataFolder());
    for (const [name, wanted] of Object.entries(PRAGMAS)) {
      expect(store.db.pragma(name, { simple: true }), name).toBe(wanted);
    }
    expect(store.info).toMatchObject({ journalMode: 'wal', synchronous: 2, schema: MIGRATIONS.length });
    store.close();
  });

  it('are in force after reopening', () => {
    const store = openStore(written());
    expect(store.info).toMatchObject({ journalMode: 'wal', synchronous: 2 });
    store.close();
  });

  it.each(Object.keys(PRAGMAS))('a connection that does not take %s is refused', (stubborn) => {
    const pragma = (source: string): unknown => (source === stubborn ? 'something else' : PRAGMAS[source]);
    expect(refusal(() => makeDurable({ pragma })).message).toContain(`PRAGMA ${stubborn} is something else`);
  });
});

describe('what is refused', () => {
  it('an empty file, which SQLite would take for a new database', () => {
    expect(refuseFile(dataFolder(), new Uint8Array()).code).toBe('history.damaged');
  });

  it('a file that is not a database', () => {
    expect(refuseFile(dataFolder(), Buffer.alloc(8192, 'not a database ')).code).toBe('history.damaged');
  });

  it("somebody else's database", () => {
    const folder = dataFolder();
    const file = `${folder}/other.db`;
    openSqlite(file).exec('CREATE TABLE runs (id); PRAGMA user_version = 1').close();
    const refused = refuseFile(folder, readFileSync(file));
    expect(refused.code).toBe('history.damaged');
    expect(refused.message).toContain('not a history of Loupe');
  });

  it.each([99, 512, 4096, 9000])('a database cut to %i bytes', (bytes) => {
    const folder = written();
    truncateSync(databaseOf(folder), bytes);
    expect(refuseFile(folder, readFileSync(databaseOf(folder))).code).toBe('history.damaged');
  });

  it('a database of a newer program', () => {
    const folder = written();
    openSqlite(databaseOf(folder)).exec('PRAGMA user_version = 7').close();
    const refused = refuseFile(folder, readFileSync(databaseOf(folder)));
    expect(refused).toMatchObject({ code: 'history.newer', params: { found: 7, known: MIGRATIONS.length } });
  });

  it('a database whose guards were removed', () => {
    const folder = written();
    openSqlite(databaseOf(folder)).exec('DROP TRIGGER verdicts_no_update').close();
    expect(refusal(() => openStore(folder)).message).toContain(
      `not those of schema version ${MIGRATIONS.length}`,
    );
  });

  it('a log without its database, which SQLite would mix into a new one', () => {
    const folder = dataFolder();
    const store = openStore(folder);
    fill(store, 20);
    const file = databaseOf(folder);
    copyFileSync(`${file}-wal`, `${folder}/wal`);
    store.close();
    rmSync(file);
    renameSync(`${folder}/wal`, `${file}-wal`);
    expect(refusal(() => openStore(folder)).code).toBe('history.damaged');
    expect(existsSync(file)).toBe(false);
  });

  it('a log that lost acknowledged changes', () => {
    const folder = dataFolder();
    const store = openStore(folder);
    const run = fill(store, 20);
    store.verdicts.record(judged(1, 'ng', 'anna'));
    store.verdicts.record(judged(2, 'ok', 'anna'));
    const copy = dataFolder();
    mkdirSync(`${copy}/history`);
    for (const name of ['loupe.db', 'loupe.db-wal', 'loupe.db-witness']) {
      copyFileSync(`${folder}/history/${name}`, `${copy}/history/${name}`);
    }
    store.close();
    truncateSync(`${copy}/history/loupe.db-wal`, readFileSync(`${copy}/history/loupe.db-wal`).length - 100);
    const log = readFileSync(`${copy}/history/loupe.db-wal`);
    const refused = refusal(() => openStore(copy));
    expect(refused.code).toBe('history.damaged');
    expect(refused.message).toContain('The last 1 acknowledged changes are missing');
    expect(readFileSync(`${copy}/history/loupe.db-wal`).equals(log)).toBe(true);
    // Without the witness the loss is accepted: everything before it is there.
    rmSync(`${copy}/history/loupe.db-witness`);
    const rest = openStore(copy);
    expect(
      rest.parts
        .load(run)
        .parts.map((part) => part.verdict)
        .slice(0, 2),
    ).toEqual(['ng', null]);
    rest.close();
  });

  it('a data folder that cannot be made', () => {
    const folder = dataFolder();
    writeFileSync(`${folder}/file`, '');
    expect(refusal(() => openStore(`${folder}/file/below`)).code).toBe('history.write_failed');
  });
});

describe('after a crash', () => {
  it('runs that were under way are interrupted, others stay', async () => {
    const folder = dataFolder();
    const service = new ServiceProcess();
    await service.ask('open', { folder });
    for (const state of ['preparing', 'interrupted', 'failed'] as const) {
      const { id } = await service.ask('run.create', { product: 'nut', source: 'x', inputs: [] });
      await service.ask('run.setState', { runId: id, state });
    }
    await service.kill();
    const store = openStore(folder);
    const running = fill(store, 12);
    expect(store.runs.list().map((run) => run.state)).toEqual([
      'running',
      'failed',
      'interrupted',
      'interrupted',
    ]);
    store.close();
    const again = openStore(folder);
    expect(again.runs.get(running).state).toBe('interrupted');
    again.close();
  });

  it('a half-made new database is made anew', () => {
    const folder = dataFolder();
    mkdirSync(`${folder}/history`);
    writeFileSync(`${databaseOf(folder)}.new`, 'half');
    writeFileSync(`${databaseOf(folder)}.new-wal`, 'half');
    openStore(folder).close();
    expect(existsSync(`${databaseOf(folder)}.new`)).toBe(false);
  });
});

describe('the lock', () => {
  it('refuses a second process and is free after kill -9', async () => {
    const folder = dataFolder();
    const first = new ServiceProcess();
    await first.ask('open', { folder });
    const second = new ServiceProcess();
    await expect(second.ask('open', { folder })).rejects.toMatchObject({ code: 'history.locked' });
    expect(refusal(() => openStore(folder)).code).toBe('history.locked');
    await first.kill();
    expect(await second.ask('open', { folder })).toMatchObject({ schema: MIGRATIONS.length });
    await second.end();
    openStore(folder).close();
  });

  it('refuses a second store in the same process, without letting go of the first', async () => {
    const folder = dataFolder();
    const store = openStore(folder);
    expect(refusal(() => openStore(folder)).code).toBe('history.locked');
    const other = new ServiceProcess();
    await expect(other.ask('open', { folder })).rejects.toMatchObject({ code: 'history.locked' });
    await other.end();
    store.close();
  });

  it('is given back when opening fails', () => {
    const folder = dataFolder();
    refuseFile(folder, new Uint8Array());
    rmSync(databaseOf(folder));
    openStore(folder).close();
  });

  it('does not stumble over foreign content in its file', () => {
    const folder = written();
    writeFileSync(`${folder}/history/loupe.lock`, 'something else');
    openStore(folder).close();
  });
});

describe('the whole check at a start', () => {
  const mark = (folder: string): string => `${folder}/history/loupe.db-checked`;
  const at = (folder: string) => ({ database: databaseOf(folder), checked: mark(folder) });

  it('is left out after a clean end, for a week, and its time is not renewed by that', () => {
    const folder = written();
    const first = lastCheck(at(folder));
    expect(first).toBeGreaterThan(Date.now() - 60_000);
    openStore(folder).close();
    expect(lastCheck(at(folder))).toBe(first);
    expect(lastCheck(at(folder), Date.now() + 8 * 86_400_000)).toBeNull();
    expect(lastCheck(at(folder), Date.now() - 86_400_000)).toBeNull();
  });

  it('is done after a crash and after a change from outside', () => {
    const folder = written();
    const store = openStore(folder);
    store.settings.set('a', 'b');
    expect(lastCheck(at(folder))).toBeNull();
    store.close();
    expect(lastCheck(at(folder))).not.toBeNull();
    const bytes = readFileSync(databaseOf(folder));
    writeFileSync(databaseOf(folder), bytes);
    expect(lastCheck(at(folder))).toBeNull();
    writeFileSync(mark(folder), 'yesterday');
    expect(lastCheck(at(folder))).toBeNull();
  });

  it('finds a page that the structure needs, whatever the mark says of an earlier file', () => {
    const folder = written();
    const bytes = readFileSync(databaseOf(folder));
    bytes.fill(0xff, 4096 * 3, 4096 * 4);
    writeFileSync(databaseOf(folder), bytes);
    expect(refusal(() => openStore(folder)).code).toBe('history.damaged');
  });
});
