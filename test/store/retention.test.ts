// Retention: what goes by which rule, archived and compared before it is deleted, told in the chain, and never a row.
// Runs in the tests (Node).
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KEEP_ALL, type RetentionRule } from '../../electron/common/retention.ts';
import { partFiles } from '../../electron/node/run/part-files.ts';
import { diskUse } from '../../electron/node/store/disk-use.ts';
import { Keeper } from '../../electron/node/store/keeper.ts';
import { openStore } from '../../electron/node/store/open.ts';
import { carryOut, planRetention, readRule, setRule } from '../../electron/node/store/retention.ts';
import type { Store } from '../../electron/node/store/store.ts';
import { verifyChain } from '../../electron/node/store/verify.ts';
import { dataFolder, fill, judged } from './support.ts';

const DAY = 86_400_000;
const NOW = Date.parse('2026-11-23T12:00:00Z');
const MAP = 5000;
const THUMBNAIL = 1000;
const PARTS = 20;

let folder: string;
let store: Store;
/** Oldest first: 40, 20 and 2 days old; the fourth is under way. */
let runs: number[];

beforeEach(() => {
  folder = dataFolder();
  store = openStore(folder);
  runs = [40, 20, 2, 60].map((days) => {
    const id = fill(store, PARTS);
    store.runs.setState(id, 'interrupted');
    for (let seq = 0; seq < PARTS; seq++) {
      const files = partFiles(folder, id, seq);
      mkdirSync(join(files.map, '..'), { recursive: true });
      writeFileSync(files.map, Buffer.alloc(MAP, seq));
      writeFileSync(files.thumbnail, Buffer.alloc(THUMBNAIL, seq));
      for (const path of [files.map, files.thumbnail])
        utimesSync(path, new Date(), new Date(NOW - days * DAY));
    }
    return id;
  });
  store.runs.setState(runs[3]!, 'running');
});
afterEach(() => store.close());

const rule = (change: Partial<RetentionRule>): RetentionRule => ({
  ...KEEP_ALL,
  keepThumbnails: false,
  ...change,
});
const plan = (change: Partial<RetentionRule>) => planRetention(folder, store.runs.list(), rule(change), NOW);
const filesOf = (run: number): string[] => readdirSync(join(folder, 'media', String(run)));

describe('the plan', () => {
  it('of the rule that nobody has set is empty', async () => {
    expect(readRule(store.settings)).toEqual(KEEP_ALL);
    expect((await planRetention(folder, store.runs.list(), KEEP_ALL, NOW)).items).toEqual([]);
  });

  it('by age: the older runs, never one under way', async () => {
    const { items, bytes, left } = await plan({ days: 10 });
    expect(items.map(({ runId, why }) => [runId, why])).toEqual([
      [runs[0], 'age'],
      [runs[1], 'age'],
    ]);
    expect(bytes).toBe(2 * PARTS * (MAP + THUMBNAIL));
    expect(left).toBe(2 * PARTS * (MAP + THUMBNAIL));
    expect(items[0]).toMatchObject({ maps: PARTS, thumbnails: PARTS, product: 'metal nut', lot: null });
  });

  it('by size: the oldest first, until it fits', async () => {
    const two = (2 * PARTS * (MAP + THUMBNAIL)) / 1e9;
    const { items, left } = await plan({ gigabytes: two });
    expect(items.map(({ runId, why }) => [runId, why])).toEqual([
      [runs[0], 'size'],
      [runs[1], 'size'],
    ]);
    expect(left).toBeLessThanOrEqual(two * 1e9);
  });

  it('can leave the thumbnails', async () => {
    const { items, bytes } = await plan({ days: 30, keepThumbnails: true });
    expect(items).toMatchObject([{ runId: runs[0], maps: PARTS, thumbnails: 0 }]);
    expect(bytes).toBe(PARTS * MAP);
  });

  it('leaves alone what belongs to no run of this history', async () => {
    mkdirSync(join(folder, 'media/999'));
    writeFileSync(join(folder, 'media/999/000000.map'), 'x');
    utimesSync(join(folder, 'media/999/000000.map'), new Date(0), new Date(0));
    mkdirSync(join(folder, 'media/notes'));
    expect((await plan({ days: 10 })).items.map(({ runId }) => runId)).toEqual([runs[0], runs[1]]);
  });
});

describe('carried out', () => {
  it('deletes files, no rows, and the chain tells which, why and by which rule', async () => {
    writeFileSync(join(folder, 'media', String(runs[0]), 'features.bin'), 'kept');
    store.verdicts.record(judged(1, 'ng', 'anna'));
    const before = store.parts.load(runs[0]!);
    const done = await carryOut(store, folder, await plan({ days: 30 }), 'eva');
    expect(done.items.map(({ runId }) => runId)).toEqual([runs[0]]);
    expect(filesOf(runs[0]!)).toEqual(['features.bin']);
    expect(filesOf(runs[1]!)).toHaveLength(2 * PARTS);
    expect(store.parts.load(runs[0]!)).toEqual(before);
    const [event] = store.audit.list(1);
    expect(event).toMatchObject({
      ...{ actor: 'eva', action: 'media.deleted', subject: `run ${runs[0]}`, reason: 'age' },
      detail: { maps: PARTS, thumbnails: PARTS, bytes: done.bytes, rule: { days: 30 } },
    });
    expect(verifyChain(store.db).fault).toBeNull();
    expect((await plan({ days: 30 })).items).toEqual([]);
  });

  it('into an archive: all of it is there before it is deleted here', async () => {
    const archive = dataFolder();
    const bytes = readFileSync(partFiles(folder, runs[0]!, 7).map);
    await carryOut(store, folder, await plan({ days: 30, archive }), 'eva');
    const [chain = ''] = readdirSync(archive);
    const there = join(archive, chain, String(runs[0]));
    expect(readdirSync(there)).toHaveLength(2 * PARTS);
    expect(readFileSync(join(there, '000007.map')).equals(bytes)).toBe(true);
    expect(filesOf(runs[0]!)).toEqual([]);
    expect(store.audit.list(1)[0]).toMatchObject({ action: 'media.archived', detail: { to: there } });
  });

  it('into an archive that cannot be written deletes nothing, and claims nothing', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const events = store.audit.list(100).length;
    await expect(
      carryOut(store, folder, await plan({ days: 30, archive: file }), 'eva'),
    ).rejects.toMatchObject({ code: 'output.failed' });
    expect(filesOf(runs[0]!)).toHaveLength(2 * PARTS);
    expect(store.audit.list(100)).toHaveLength(events);
  });

  it('spares a run that was resumed after the plan was made', async () => {
    const made = await plan({ days: 30 });
    store.runs.setState(runs[0]!, 'running');
    expect((await carryOut(store, folder, made, 'eva')).items).toEqual([]);
    expect(filesOf(runs[0]!)).toHaveLength(2 * PARTS);
  });
});

it('the rule is kept, its change is an event, and by hand it is done at once', async () => {
  const wanted = rule({ days: 30, daily: true });
  setRule(store, 'max', wanted);
  expect(readRule(store.settings)).toEqual(wanted);
  expect(store.audit.list(1)[0]).toMatchObject({
    ...{ actor: 'max', action: 'retention.set' },
    detail: { from: { days: null }, to: { days: 30 } },
  });
  const keeper = new Keeper(store, folder, { onBackup: () => undefined, onRetention: () => undefined });
  const done = await keeper.retain('max');
  keeper.close();
  // By the real clock all three are old enough.
  expect(done.items.map(({ runId }) => runId)).toContain(runs[0]);
  expect(existsSync(partFiles(folder, runs[0]!, 0).map)).toBe(false);
});

it('disk use is told by kind', async () => {
  mkdirSync(join(folder, 'masks'));
  writeFileSync(join(folder, 'masks/a.png'), Buffer.alloc(300));
  mkdirSync(join(folder, 'history/replaced-x'));
  writeFileSync(join(folder, 'history/replaced-x/loupe.db'), Buffer.alloc(700));
  const use = await diskUse(folder);
  expect(use).toMatchObject({
    ...{ maps: 4 * PARTS * MAP, thumbnails: 4 * PARTS * THUMBNAIL, training: 300, replaced: 700, backups: 0 },
    media: 4 * PARTS * (MAP + THUMBNAIL),
  });
  expect(use.database).toBeGreaterThan(0);
  expect(use.total).toBeGreaterThan(use.free);
});
