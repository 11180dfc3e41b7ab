// Backups: made while work goes on, opened before they count, kept by generations, put back with nothing deleted.
// Runs in the tests (Node).
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { HistoryEvents } from '../../electron/common/history-service.ts';
import { backUpOnline } from '../../electron/node/store/backup.ts';
import { chainName, checkBackup, listBackups, makeBackup } from '../../electron/node/store/backups.ts';
import { diskUse } from '../../electron/node/store/disk-use.ts';
import { Keeper } from '../../electron/node/store/keeper.ts';
import { MIGRATIONS } from '../../electron/node/store/migrations/index.ts';
import { openStore } from '../../electron/node/store/open.ts';
import { openReader } from '../../electron/node/store/reader.ts';
import { planRestore, restore } from '../../electron/node/store/restore.ts';
import { isDue } from '../../electron/node/store/schedule.ts';
import { openSqlite } from '../../electron/node/store/sqlite.ts';
import type { Store } from '../../electron/node/store/store.ts';
import { verifyChain } from '../../electron/node/store/verify.ts';
import { LoupeError } from '../../models/errors.ts';
import { writeGoldenV1 } from './golden-v1.ts';
import { databaseOf, dataFolder, fill, judged, refusal } from './support.ts';

let folder: string;
let store: Store;
let run: number;
let stick: string;

beforeEach(() => {
  folder = dataFolder();
  stick = join(dataFolder(), 'stick');
  store = openStore(folder);
  run = fill(store, 30);
  store.verdicts.record(judged(1, 'ng', 'anna'));
});
afterEach(() => store.close());

const codeOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no error',
    (error: unknown) => (error instanceof LoupeError ? error.code : String(error)),
  );

const QUIET = { onBackup: () => undefined, onRetention: () => undefined };

describe('a backup', () => {
  it('is one whole file that says the same as the history', async () => {
    const made = await makeBackup(store.db, stick);
    expect(readdirSync(stick)).toEqual([basename(made.path)]);
    expect(basename(made.path)).toMatch(/^loupe-[0-9a-f]{8}-\d{4}-\d\d-\d\dT[\d-]+Z\.db$/);
    const copy = openSqlite(made.path, { readonly: true });
    expect(verifyChain(copy)).toEqual(verifyChain(store.db));
    expect(copy.pragma('journal_mode', { simple: true })).toBe('delete');
    copy.close();
    expect(made).toMatchObject({ bytes: readFileSync(made.path).length });
    expect(listBackups(stick, chainName(store.db))).toEqual([made]);
  });

  it('has everything that was acknowledged before it was asked for, while work goes on', async () => {
    for (let id = 1; id <= 20; id++) store.verdicts.record(judged(id, 'ok', 'anna'));
    const before = verifyChain(store.db).code;
    const backup = makeBackup(store.db, stick);
    for (let id = 1; id <= 20; id++) {
      store.verdicts.record(judged(id, 'ng', 'bob'));
      await sleep(0);
    }
    const copy = openSqlite((await backup).path, { readonly: true });
    expect(verifyChain(copy, before)).toMatchObject({ passed: true, fault: null });
    copy.close();
    expect(verifyChain(store.db)).toMatchObject({ fault: null, verdicts: 41 });
  });

  it('can be made beside a running Loupe, of one moment', async () => {
    const reader = openReader(folder);
    const made = await reader.snapshot(async () => {
      const backup = makeBackup(reader.db, stick);
      store.verdicts.record(judged(2, 'ok', 'bob'));
      return backup;
    });
    reader.close();
    const copy = openSqlite(made.path, { readonly: true });
    expect(verifyChain(copy)).toMatchObject({ fault: null, verdicts: 1 });
    copy.close();
  });

  it('keeps so many generations of this history, and leaves everything else alone', async () => {
    mkdirSync(stick);
    const foreign = `loupe-00000000-2020-01-01T00-00-00-000Z.db`;
    for (const name of [foreign, 'holiday.jpg', 'loupe.db']) writeFileSync(join(stick, name), 'x');
    const made = [];
    for (let i = 0; i < 5; i++) {
      made.push(basename((await makeBackup(store.db, stick, 3)).path));
      await sleep(2);
    }
    expect(readdirSync(stick).sort()).toEqual([foreign, ...made.slice(2), 'holiday.jpg', 'loupe.db'].sort());
  });

  it('that cannot be made leaves the earlier ones and no half file', async () => {
    const first = await makeBackup(store.db, stick, 1);
    writeFileSync(join(folder, 'file'), '');
    expect(await codeOf(makeBackup(store.db, join(folder, 'file')))).toBe('history.write_failed');
    const broken = { ...store.db, backup: () => Promise.reject(new Error('pulled out')) } as never;
    Object.setPrototypeOf(broken, store.db);
    const pragma = store.db.pragma.bind(store.db);
    Object.assign(broken, { pragma });
    expect(await codeOf(backUpOnline(broken, stick, 'x'))).toBe('internal');
    expect(readdirSync(stick)).toEqual([basename(first.path)]);
  });

  it('is refused when the medium has no room for it', async () => {
    const huge = Object.assign(Object.create(store.db) as object, { pragma: () => 2 ** 31 });
    mkdirSync(stick);
    expect(await codeOf(backUpOnline(huge as never, stick, 'x'))).toBe('history.write_failed');
    expect(readdirSync(stick)).toEqual([]);
  });

  it('that was damaged on its medium is noticed', async () => {
    const { path } = await makeBackup(store.db, stick);
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.subarray(0, bytes.length - 5000));
    expect(refusal(() => checkBackup(path)).code).toBe('history.damaged');
    expect(refusal(() => restore(folder, path, 'anna')).code).toBe('history.damaged');
  });
});

describe('the schedule', () => {
  const now = Date.parse('2026-11-23T12:00:00.000Z');
  it.each([
    [null, true],
    ['2026-11-22T12:00:00.000Z', true],
    ['2026-11-22T12:00:01.000Z', false],
    ['2026-11-23T11:59:00.000Z', false],
    ['2026-11-23T12:00:01.000Z', true],
  ])('with %s as the newest: %s', (newest, due) => {
    expect(isDue(newest, now)).toBe(due);
  });

  it('makes one backup a day while the program runs, and says so', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval', 'Date'] });
    try {
      const ends: HistoryEvents['backup.ended'][] = [];
      let heard = (): void => undefined;
      const next = (): Promise<void> => new Promise((resolve) => (heard = resolve));
      const keeper = new Keeper(store, folder, {
        ...QUIET,
        onBackup: (end) => {
          ends.push(end);
          heard();
        },
      });
      const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
      const first = next();
      vi.advanceTimersByTime(60_000);
      await first;
      await settled();
      vi.advanceTimersByTime(22 * 3_600_000);
      expect(ends).toHaveLength(1);
      const second = next();
      vi.advanceTimersByTime(3 * 3_600_000);
      await second;
      await settled();
      expect(ends.map(({ error }) => error)).toEqual([null, null]);
      expect((await keeper.state()).backups).toHaveLength(2);
      expect(store.audit.list(9).filter(({ action }) => action === 'history.backed_up')).toHaveLength(2);

      writeFileSync(join(folder, 'file'), '');
      keeper.schedule('eva', join(folder, 'file'), 5);
      expect(await keeper.state()).toMatchObject({ keep: 5, backups: [] });
      const third = next();
      vi.advanceTimersByTime(3_600_000);
      await third;
      expect(ends.at(-1)).toMatchObject({ made: null, error: { code: 'history.write_failed' } });
      keeper.close();
      vi.advanceTimersByTime(50 * 3_600_000);
      expect(ends).toHaveLength(3);
    } finally {
      vi.useRealTimers();
    }
  });

  it('and a backup by hand do not disturb each other', async () => {
    const keeper = new Keeper(store, folder, QUIET);
    const both = await Promise.all([keeper.backUp('eva'), sleep(3).then(() => keeper.backUp('max', stick))]);
    expect(both.map(({ path }) => checkBackup(path))).toEqual([MIGRATIONS.length, MIGRATIONS.length]);
    expect(both[1].path).toContain(stick);
    keeper.close();
  });
});

describe('disk use', () => {
  it('counts the database, backups, maps and what is free', async () => {
    mkdirSync(join(folder, 'media/1'), { recursive: true });
    writeFileSync(join(folder, 'media/1/000000.map'), Buffer.alloc(1234));
    await makeBackup(store.db, store.at.backups);
    const use = await diskUse(folder);
    expect(use).toMatchObject({
      media: 1234,
      backups: listBackups(store.at.backups, chainName(store.db))[0]?.bytes,
    });
    expect(use.database).toBeGreaterThan(50_000);
    expect(use.free).toBeGreaterThan(0);
  });
});

describe('putting a backup back', () => {
  it('shows what would be lost, then does it and keeps what was there', async () => {
    const { path } = await makeBackup(store.db, stick);
    store.verdicts.record(judged(2, 'ok', 'bob'));
    store.runs.create({ product: 'x', source: 'x', inputs: [] });
    const plan = planRestore(folder, path);
    expect(plan).toMatchObject({
      backup: { runs: 1, parts: 30, verdicts: 1 },
      present: { runs: 2, parts: 30, verdicts: 2 },
      continues: true,
    });
    expect(refusal(() => restore(folder, path, 'eva')).code).toBe('history.locked');
    store.close();
    const replaced = restore(folder, path, 'eva');
    store = openStore(folder);
    expect(store.parts.load(run).parts.filter(({ verdict }) => verdict !== null)).toHaveLength(1);
    expect(store.audit.list(1)[0]).toMatchObject({
      action: 'history.restored',
      actor: 'eva',
      detail: { code: plan.backup.code, replaced: { verdicts: 2 } },
    });
    expect(verifyChain(store.db, plan.backup.code)).toMatchObject({ passed: true, fault: null });
    // What was there can be opened still.
    const old = dataFolder();
    mkdirSync(join(old, 'history'));
    for (const name of readdirSync(replaced ?? ''))
      copyFileSync(join(replaced ?? '', name), join(old, 'history', name));
    const before = openStore(old);
    expect(verifyChain(before.db)).toMatchObject({ fault: null, verdicts: 2 });
    before.close();
  });

  it('works over a damaged history, and where there is none', async () => {
    const { path } = await makeBackup(store.db, stick);
    store.close();
    const bytes = readFileSync(databaseOf(folder));
    bytes.fill(0, 0, 100);
    writeFileSync(databaseOf(folder), bytes);
    expect(planRestore(folder, path)).toMatchObject({
      present: { error: { code: 'history.damaged' } },
      continues: null,
    });
    const replaced = restore(folder, path, 'eva');
    expect(readFileSync(join(replaced ?? '', 'loupe.db')).equals(bytes)).toBe(true);
    store = openStore(folder);
    expect(store.parts.load(run).parts[0]?.verdict).toBe('ng');
    const empty = dataFolder();
    expect(planRestore(empty, path).present).toBeNull();
    expect(restore(empty, path, 'eva')).toBeNull();
    openStore(empty).close();
  });

  it('tells two different pasts apart', async () => {
    const { path } = await makeBackup(store.db, stick);
    const other = dataFolder();
    openStore(other).close();
    expect(planRestore(other, path).continues).toBe(false);
  });

  it('takes a backup of an older version and converts it', () => {
    const old = dataFolder();
    writeGoldenV1(old);
    expect(planRestore(folder, databaseOf(old)).backup).toMatchObject({
      schema: 1,
      runs: 1,
      verdicts: 3,
      code: '',
    });
    store.close();
    restore(folder, databaseOf(old), 'eva');
    store = openStore(folder);
    expect(store.parts.load(1).parts).toHaveLength(4);
    expect(verifyChain(store.db).fault).toBeNull();
  });

  it('refuses what is not there, what is no history, and one that was tampered with', async () => {
    expect(refusal(() => planRestore(folder, join(stick, 'none.db'))).code).toBe('data.folder_missing');
    mkdirSync(stick);
    writeFileSync(join(stick, 'photo.db'), 'JPEG'.repeat(100));
    expect(refusal(() => planRestore(folder, join(stick, 'photo.db'))).code).toBe('history.damaged');
    const { path } = await makeBackup(store.db, stick);
    const raw = openSqlite(path);
    const guard = raw
      .prepare<string>("SELECT sql FROM sqlite_schema WHERE name = 'verdicts_no_update'")
      .pluck()
      .get();
    raw.exec("DROP TRIGGER verdicts_no_update; UPDATE verdicts SET verdict = 'ok'").exec(guard ?? '');
    raw.close();
    expect(refusal(() => planRestore(folder, path)).code).toBe('history.tampered');
    expect(existsSync(databaseOf(folder))).toBe(true);
    rmSync(path);
  });
});
