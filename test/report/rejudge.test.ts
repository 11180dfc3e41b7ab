// Judging a run anew, and two runs side by side: counted by hand here, and refused where only the network could tell.
// Runs in the tests (Node).
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { machineVerdict } from '../../electron/common/domain.ts';
import type { RecipeSettings } from '../../electron/common/recipe.ts';
import { compareRuns } from '../../electron/node/report/compare-runs.ts';
import { fromByte, hasRegion } from '../../electron/node/report/region-count.ts';
import { recordRejudgement, rejudge } from '../../electron/node/report/rejudge.ts';
import { partFiles } from '../../electron/node/run/part-files.ts';
import { openStore } from '../../electron/node/store/open.ts';
import { openReader } from '../../electron/node/store/reader.ts';
import type { Store } from '../../electron/node/store/store.ts';
import { verifyChain } from '../../electron/node/store/verify.ts';
import { findRegions } from '../../renderer/src/lib/regions.ts';
import { beginRun, photographed, RECIPE } from '../store/recipe-support.ts';
import { dataFolder, failed, judged, randomFrom, result, scoreOf } from '../store/support.ts';

const COUNT = 1200; // more than two pages
const SIDE = 8;
let folder: string;
let store: Store;
let run: number;

beforeEach(() => {
  folder = dataFolder();
  store = openStore(folder);
  store.recipes.save({ settings: RECIPE, author: 'eva', reason: 'first' });
  run = newRun(COUNT);
  store.verdicts.record(judged(1, 'ng', 'anna')); // score 0.37: good, so an escape
  store.verdicts.record(judged(2, 'ok', 'anna')); // score 0.74: rejected, so a false reject
});
afterEach(() => store.close());

const newRun = (count: number, recipeId: number | null = 1): number =>
  beginRun(
    store,
    Array.from({ length: count }, (_, i) => `${i}.jpg`),
    { recipeId, mapSize: SIDE },
  );

/** Every part scored by its position, as in the first run, but for one that failed. */
function score(id: number, first: number, count: number, change: (i: number) => number): void {
  for (let from = 0; from < count; from += 300) {
    store.parts.record(
      id,
      Array.from({ length: Math.min(300, count - from) }, (_, i) => {
        const partId = first + from + i;
        return from + i === 5 ? failed(partId) : photographed(partId, change(from + i), from + i);
      }),
    );
  }
}

const newVersion = (change: Partial<RecipeSettings>): number =>
  store.recipes.save({
    settings: { ...RECIPE, ...change },
    ...{ author: 'eva', reason: 'x', recipeId: 1, basedOn: store.recipes.get({ recipeId: 1 }).version },
  }).version;

async function anew(by: Parameters<typeof rejudge>[3], id = run) {
  const reader = openReader(folder);
  try {
    return await rejudge(reader, folder, id, by);
  } finally {
    reader.close();
  }
}

describe('another recipe', () => {
  beforeEach(() => score(run, 1, COUNT, (i) => scoreOf(i + 1)));

  it('counts each verdict before and after, and lists the parts that change', async () => {
    const thresholds = { review: 0.3, reject: 0.8 };
    const version = newVersion({ thresholds });
    const seen = await anew({ recipe: { recipeId: 1, version } });
    const parts = store.parts.load(run).parts;
    const expected: Record<string, number> = {};
    for (const part of parts) {
      const key = `${machineVerdict(part, RECIPE.thresholds)} ${machineVerdict(part, thresholds)}`;
      expected[key] = (expected[key] ?? 0) + 1;
    }
    for (const [before, row] of Object.entries(seen.counts))
      for (const [after, count] of Object.entries(row))
        expect(count).toBe(expected[`${before} ${after}`] ?? 0);
    expect(seen.pairs).toBe(COUNT);
    expect(seen.changed).toBe(
      parts.filter((p) => machineVerdict(p, RECIPE.thresholds) !== machineVerdict(p, thresholds)).length,
    );
    expect(seen.rows).toHaveLength(seen.changed);
    expect(seen.rows.every(({ before, after }) => before !== after)).toBe(true);
    expect(seen.escapes).toEqual({ before: 1, after: 0 });
    expect(seen.falseRejects).toEqual({ before: 1, after: 0 });
    expect(seen.counts.failed.failed).toBe(1);
    expect(seen).toMatchObject({
      before: { recipe: 'Nut M6, version 1', thresholds: RECIPE.thresholds },
      after: { recipe: `Nut M6, version ${version}`, thresholds },
    });
  });

  it('leaves the run as it was; looking is an event of the chain', async () => {
    const before = store.parts.load(run);
    const seen = await anew({ thresholds: { review: 0.1, reject: 0.2 } });
    recordRejudgement(store, 'eva', seen);
    expect(store.parts.load(run)).toEqual(before);
    expect(store.audit.list(1)[0]).toMatchObject({
      ...{ actor: 'eva', action: 'run.rejudged', subject: `run ${run}` },
      detail: { changed: seen.changed, to: { review: 0.1, reject: 0.2 }, from: RECIPE.thresholds },
    });
    expect(verifyChain(store.db).fault).toBeNull();
  });

  it.each([
    ['sigma', { sigma: 7 }],
    ['product', { product: 'steel nut' }],
    ['method', { method: 'base' as const }],
    ['packId', { packId: 'other' }],
    ['scales', { scales: [1, 2] }],
    ['area', { area: { columns: 2, rows: 1, runs: [1, 1] } }],
  ])('that would score otherwise is refused by name: %s', async (name, change) => {
    const version = newVersion(change);
    await expect(anew({ recipe: { recipeId: 1, version } })).rejects.toMatchObject({
      code: 'history.needs_inference',
      message: expect.stringContaining(name) as string,
    });
  });

  it('for a run that was started by words: what the session settled on counts', async () => {
    const byHand = newRun(2, null);
    score(byHand, COUNT + 1, 2, () => 0.5);
    // The recipe names the method and sigma that the pack had recommended.
    expect((await anew({ recipe: { recipeId: 1 } }, byHand)).pairs).toBe(2);
    const version = newVersion({ sigma: 7 });
    await expect(anew({ recipe: { recipeId: 1, version } }, byHand)).rejects.toMatchObject({
      code: 'history.needs_inference',
    });
  });

  it('with another rule for regions looks at the maps that are kept', async () => {
    const version = newVersion({ regions: { threshold: 0.5, minArea: 3 } });
    for (let seq = 0; seq < 10; seq++) {
      const { map } = partFiles(folder, run, seq);
      mkdirSync(join(map, '..'), { recursive: true });
      const bytes = new Uint8Array(SIDE * SIDE);
      bytes.fill(200, 0, seq); // so many hot pixels in a row
      writeFileSync(map, bytes);
    }
    rmSync(partFiles(folder, run, 9).map);
    const { regions } = await anew({ recipe: { recipeId: 1, version } });
    // Version 1 wants 25 pixels, this one 3: positions 3, 4, 6, 7 and 8; position 5 has failed.
    expect(regions).toEqual({ before: 0, after: 5, maps: 8, missing: COUNT - 1 - 8 });
    expect((await anew({ thresholds: RECIPE.thresholds })).regions).toBeNull();
  });
});

it('a run that never began has nothing to be judged by', async () => {
  const { id } = store.runs.create({ product: 'nut', source: 'x', inputs: [] });
  await expect(anew({ recipe: { recipeId: 1 } }, id)).rejects.toMatchObject({
    code: 'history.needs_inference',
  });
  await expect(anew({ recipe: { recipeId: 1 } }, 999)).rejects.toMatchObject({ code: 'history.not_found' });
});

it('finds regions where the page outlines them', () => {
  const random = randomFrom(7);
  for (let round = 0; round < 200; round++) {
    const map = Uint8Array.from({ length: SIDE * SIDE }, () => random(256));
    const rule = { from: 1 + random(255), minimumArea: 1 + random(20) };
    const drawn = findRegions(map, SIDE, rule).length > 0;
    expect(hasRegion(map, SIDE, rule.from, rule.minimumArea)).toBe(drawn);
  }
  expect(fromByte(0.5, { lo: 0.25, hi: 0.75 })).toBe(128);
  expect(fromByte(0.1, { lo: 0.25, hi: 0.75 })).toBe(1);
});

describe('two runs', () => {
  const compare = (first: number, second: number) => {
    const reader = openReader(folder);
    try {
      return compareRuns(reader, first, second);
    } finally {
      reader.close();
    }
  };

  it('are matched by content, also where it moved; a replaced file is not compared', () => {
    store.runs.setThresholds(run, { review: 0.4, reject: 0.6 }, 'eva');
    score(run, 1, COUNT, () => 0.5);
    const names = ['0.jpg', 'moved/1.jpg', '2.jpg', 'new.jpg'];
    const id = beginRun(store, names, { recipeId: null, repeats: run });
    store.parts.record(
      id,
      [0, 1, 0xabc, 0xdef].map((content, i) =>
        photographed(COUNT + 1 + i, [0.9, 0.1, 0.5, 0.5][i]!, content),
      ),
    );
    const seen = compare(run, id);
    expect(seen).toMatchObject({ pairs: 2, onlyBefore: COUNT - 3, onlyAfter: 1, replaced: 1, changed: 2 });
    expect(seen.counts.review).toMatchObject({ reject: 1, good: 1 });
    expect(seen.rows).toMatchObject([
      { partId: 1, otherId: COUNT + 1, name: '0.jpg', scoreBefore: 0.5, scoreAfter: 0.9, verdict: 'ng' },
      { partId: 2, otherId: COUNT + 2, name: '1.jpg', after: 'good', verdict: 'ok' },
    ]);
  });

  it('of before hashes were noted are matched by path', () => {
    const second = newRun(COUNT);
    const all = (first: number) =>
      Array.from({ length: 300 }, (_, i) => ({ partId: first + i, ok: true as const, result: result(0.5) }));
    store.parts.record(run, all(1));
    store.parts.record(second, all(COUNT + 1));
    expect(compare(run, second)).toMatchObject({ pairs: COUNT, onlyBefore: 0, onlyAfter: 0, changed: 0 });
  });
});
