// Masks, trainings and adopted heads with the real services as child processes, as the workstation uses them.
// Runs in the tests (Node 24).
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { HistoryApi, HistoryEvents } from '../../electron/common/history-service.ts';
import type { InferenceApi, InferenceEvents, SessionInfo } from '../../electron/common/inference-service.ts';
import type { ServicePort } from '../../electron/common/rpc.ts';
import type { Training } from '../../electron/common/training.ts';
import type { TrainingApi, TrainingEvents, TrainingOutcome } from '../../electron/common/training-service.ts';
import { openedHistory } from '../../electron/node/history-client.ts';
import { sessionOptions } from '../../electron/node/run/session-options.ts';
import { forkNodeService, ServiceClient } from '../../electron/node/service-client.ts';
import { TrainingController } from '../../electron/node/training/controller.ts';
import { MaskStore } from '../../electron/node/training/masks.ts';
import { toErrorValue } from '../../models/errors.ts';
import { writePhotograph } from '../support/photographs.ts';
import { temporaryFolder, writeTinyPack } from '../support/tiny-pack.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

const entry = (name: string): string => resolve(import.meta.dirname, `../../electron/services/${name}.ts`);
const folder = temporaryFolder('loupe-training');
const pack = join(folder, 'pack');
const OK = 12;
const NG = 5;
const [WIDTH, HEIGHT] = [40, 30];
const SCORED = { width: WIDTH, height: HEIGHT, score: 0.5, score0: 0.5, score1: 0 };
const SESSION: Omit<SessionInfo, 'session'> = {
  ...{ packId: 'tiny', packTitle: 'Tiny', packVersion: '1.0.0', modelSha256: 'f'.repeat(64) },
  ...{ method: 'sdp', tap: 'official', rvs: 'dbscan', sigma: 2, device: 'cpu', product: 'nut', mapSize: 32 },
  ...{ score0: { lo: 0, hi: 1 }, score1: { lo: 0, hi: 1 }, heat: { lo: 0, hi: 1 } },
  thresholds: { review: 0.4, reject: 0.6 },
};

beforeAll(async () => {
  vi.stubEnv('LOUPE_CACHE', join(folder, 'words'));
  writeTinyPack(pack);
  for (let i = 0; i < OK + NG; i++) await writePhotograph(join(folder, `photos/${i}.png`), i);
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const failure = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (thrown: unknown) => toErrorValue(thrown).code,
  );
/** The rectangle [8, 20) x [6, 16) as runs. */
const RUNS = [
  6 * WIDTH + 8,
  ...Array.from({ length: 9 }, () => [12, WIDTH - 12]).flat(),
  12,
  (HEIGHT - 16) * WIDTH + WIDTH - 20,
];

let count = 0;
let data: string;
let client: ServiceClient<HistoryApi, HistoryEvents>;
let program: ReturnType<typeof start>;
/** The newest training service. */
let port: ServicePort | null = null;

/** The program as it is after a start, without its window. */
function start() {
  const history = openedHistory(client, data);
  const masks = new MaskStore(history, data);
  const seen: Training[] = [];
  const watchers: ((training: Training) => void)[] = [];
  const places = { packFolder: pack, findPack: () => Promise.resolve(pack), dataFolder: data };
  const trainings = new TrainingController({
    ...{ history, masks, version: '0', ...places },
    startService: () =>
      new ServiceClient<TrainingApi, TrainingEvents>({
        name: 'training',
        start: () => (port = forkNodeService(entry('training'))),
      }),
    emit: (training) => {
      seen.push(training);
      for (const watcher of watchers) watcher(training);
    },
  });
  const until = (what: (training: Training) => boolean): Promise<Training> =>
    new Promise((done) => watchers.push((training) => what(training) && done(training)));
  return { history, masks, trainings, seen, until, places };
}

beforeEach(() => {
  data = join(folder, `data-${count++}`);
  client = new ServiceClient({ name: 'history', start: () => forkNodeService(entry('history')) });
  program = start();
});
afterEach(async () => {
  await program.trainings.stop();
  await client.stop();
});

/** A reviewed run: the first parts are OK, the others NG with a mask. Answers with the ids of its parts. */
async function reviewed(recipe?: { recipeId: number; version: number }, masked = NG): Promise<number[]> {
  const { history, masks } = program;
  const run = { product: 'nut', source: 'photos', inputs: [folder], ...(recipe && { recipe }) };
  const { id: runId } = await history.request('run.create', run);
  const parts = Array.from({ length: OK + NG }, (_, i) => ({
    ...{ path: join(folder, `photos/${i}.png`), name: `${i}.png`, bytes: 1 },
  }));
  await history.request('run.addParts', { runId, parts });
  await history.request('run.begin', { runId, session: SESSION });
  const pending = await history.request('run.pending', { runId, limit: 100, afterSeq: -1 });
  const ms = { decode: 1, resize: 1, infer: 1, post: 1 };
  const outcomes = pending.map(({ id }) => ({ partId: id, ok: true, result: { ...SCORED, ms } }) as const);
  await history.request('results.record', { runId, outcomes });
  for (const [i, { id }] of pending.entries()) {
    const verdict = i < OK ? 'ok' : 'ng';
    await history.request('verdict.record', { partId: id, verdict, author: 'ana' });
    if (i >= OK && i - OK < masked) await masks.save({ partId: id, runs: RUNS, author: 'ana' });
  }
  return pending.map(({ id }) => id);
}
const begin = async (partIds: number[]): Promise<Training> =>
  program.trainings.start({ runId: 1, partIds, author: 'eva' });
const actions = async (): Promise<string[]> =>
  (await program.history.request('audit.list', { limit: 100 }))
    .map(({ action }) => action)
    .filter((action) => /^(training|mask|recipe)/.test(action))
    .reverse();
const ended = ({ state }: Training): boolean => state === 'done' || state === 'stopped';
const outcome = (id: number): TrainingOutcome =>
  JSON.parse(readFileSync(join(data, `training/${id}/outcome.json`), 'utf8')) as TrainingOutcome;

describe('masks', () => {
  it('are kept as pictures of the size of the photograph, with an event for each change', async () => {
    const ids = await reviewed(undefined, 1);
    const [mask] = await program.masks.list(1);
    expect(mask).toMatchObject({ partId: ids[OK], pixels: 120 });
    const { data: pixels, info } = await sharp(readFileSync(program.masks.path(mask!.sha256)))
      .extractChannel(0)
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width: WIDTH, height: HEIGHT, channels: 1 });
    const at = (x: number, y: number): number => pixels[y * WIDTH + x]!;
    expect([at(8, 6), at(19, 15), at(7, 6), at(20, 15), at(8, 5), at(8, 16)]).toEqual([255, 255, 0, 0, 0, 0]);
    await program.masks.save({ partId: ids[OK]!, runs: RUNS, author: 'ana' }); // the same again changes nothing
    expect(await actions()).toEqual(['mask.saved']);
    const changed = { partId: ids[OK]!, runs: [0, 7, WIDTH * HEIGHT - 7], author: 'ana' };
    expect((await program.masks.save(changed)).pixels).toBe(7);
    expect((await program.masks.list(1)).length).toBe(1);
    const [event] = await program.history.request('audit.list', { limit: 1 });
    expect(event).toMatchObject({
      actor: 'ana',
      subject: `part ${ids[OK]}`,
      detail: { before: mask!.sha256 },
    });
    expect(existsSync(program.masks.path(mask!.sha256))).toBe(true); // what was learnt from once stays
  });

  it.each([
    ['of another size', [10, 20]],
    ['that mark nothing', [WIDTH * HEIGHT]],
  ])('%s are refused', async (_, runs) => {
    const [id] = await reviewed(undefined, 0);
    expect(await failure(program.masks.save({ partId: id!, runs, author: 'ana' }))).toBe('train.mask');
    expect(await program.masks.list(1)).toEqual([]);
  });

  it('that were changed behind the program are not learnt from', async () => {
    const ids = await reviewed();
    const [mask] = await program.masks.list(1);
    writeFileSync(program.masks.path(mask!.sha256), 'no mask');
    expect(await failure(begin(ids))).toBe('train.mask');
    expect(await program.trainings.current()).toBeNull();
  });
});

describe('a training', () => {
  it('needs enough parts, and says how many', async () => {
    const ids = await reviewed(undefined, 2);
    expect(await failure(begin(ids))).toBe('train.category'); // 2 of 5 NG parts have a mask
    expect(await program.trainings.current()).toBeNull();
  });

  it('learns, compares on parts that it never saw, and changes nothing by itself', async () => {
    const ids = await reviewed();
    const done = program.until(ended);
    const training = await begin(ids);
    expect(training).toMatchObject({ state: 'running', learnt: { ok: 7, ng: 3 }, aside: { ok: 5, ng: 2 } });
    expect(await failure(begin(ids))).toBe('train.busy');
    const { state, error, comparison, curve, epochs } = await done;
    expect([state, error]).toEqual(['done', null]);
    expect(curve.map(({ epoch }) => epoch)).toEqual(Array.from({ length: epochs }, (_, i) => i + 1));
    expect(curve.at(-1)!.loss).toBeLessThan(curve[0]!.loss);
    const aside = comparison!.parts.map(({ partId }) => partId);
    const record = JSON.parse(readFileSync(join(data, 'training/1/head.training.json'), 'utf8')) as {
      data: { images: { path: string }[] };
    };
    const learnt = new Set(record.data.images.map(({ path }) => path));
    const pathOf = (id: number): string => join(folder, `photos/${ids.indexOf(id)}.png`);
    expect([learnt.size, aside.length]).toEqual([10, 7]);
    expect(aside.some((id) => learnt.has(pathOf(id)))).toBe(false);
    for (const { defective, partId } of comparison!.parts) expect(defective).toBe(ids.indexOf(partId) >= OK);
    for (const figures of [comparison!.before, comparison!.after])
      for (const value of Object.values(figures)) expect(value).toEqual(expect.any(Number));
    const map = await program.trainings.afterMap(aside[0]!);
    expect(readFileSync(map!).length).toBe(32 * 32);
    expect(await program.trainings.afterMap([...ids].find((id) => !aside.includes(id))!)).toBeNull();
    const stages = new Set(program.seen.map(({ progress }) => progress?.stage));
    expect([...stages]).toEqual(expect.arrayContaining(['features', 'training', 'comparing']));
    expect(await program.history.request('recipe.list', null)).toEqual([]);
    expect(await failure(begin(ids))).toBe('train.busy'); // the last one waits for a decision
  });

  it('goes on after it was stopped, and ends with the same head', async () => {
    const ids = await reviewed();
    const learning = program.until(({ progress }) => progress?.stage === 'training');
    await begin(ids);
    await learning;
    const stopped = await program.trainings.stop();
    expect(stopped).toMatchObject({ state: 'stopped', error: null, progress: null });
    // Another start of the program.
    program = start();
    expect(await program.trainings.current()).toMatchObject({ id: 1, state: 'stopped' });
    const done = program.until(ended);
    await program.trainings.resume({ id: 1 });
    expect((await done).state).toBe('done');
    const first = outcome(1).head.sha256;
    await program.trainings.discard({ id: 1, author: 'eva' });
    const again = program.until(({ id, state }) => id === 2 && state === 'done');
    await begin(ids);
    await again;
    expect(outcome(2).head.sha256).toBe(first);
  });

  it('survives one death of its service, and stands still after the second', async () => {
    const ids = await reviewed();
    let kills = 0;
    let killed: ServicePort | null = null;
    const stopped = program.until((training) => {
      if (training.progress?.stage === 'training' && port !== killed) {
        killed = port;
        kills++;
        void port?.stop();
      }
      return ended(training);
    });
    await begin(ids);
    const { state, error } = await stopped;
    expect([state, error?.code, kills]).toEqual(['stopped', 'service.died', 2]);
    program = start();
    const rest = program.until(ended);
    await program.trainings.resume({ id: 1 });
    expect((await rest).state).toBe('done');
  });
});

describe('the head', () => {
  const inspectWith = async (recipeId: number): Promise<number> => {
    const recipe = await program.history.request('recipe.get', { recipeId });
    const options = await sessionOptions(program.places, recipe.product, recipe);
    const inference = new ServiceClient<InferenceApi, InferenceEvents>({
      name: 'inference',
      start: () => forkNodeService(entry('inference')),
    });
    try {
      const info = await inference.request('session.open', options);
      expect(info).toMatchObject({ method: 'sdp+', thresholds: recipe.thresholds });
      const path = join(folder, `photos/${OK}.png`);
      return (await inference.request('inspect', { session: info.session, path })).score;
    } finally {
      await inference.stop();
    }
  };

  it('becomes a version of the recipe that inspects with it, and is refused when it was changed', async () => {
    const settings = {
      ...{ name: 'Nut', product: 'nut', packId: 'tiny', method: null, tap: null, rvs: null, sigma: null },
      ...{ heat: { lo: 0, hi: 1 }, thresholds: { review: 0.4, reject: 0.6 } },
      regions: { threshold: 0.5, minArea: 4 },
    };
    const base = await program.history.request('recipe.save', { settings, author: 'eva', reason: 'new' });
    const ids = await reviewed({ recipeId: base.id, version: 1 });
    const done = program.until(ended);
    await begin(ids);
    const { comparison } = await done;
    const { training, recipe } = await program.trainings.adopt({ id: 1, author: 'eva', reason: 'scratches' });
    expect(recipe).toMatchObject({ id: base.id, version: 2, method: 'sdp+', heat: null, regions: null });
    expect(recipe.thresholds).toEqual(comparison!.thresholds.after);
    expect(training).toMatchObject({ state: 'adopted', adopted: { id: base.id, version: 2 } });
    expect(await actions()).toEqual([
      ...['recipe.saved', ...Array.from({ length: NG }, () => 'mask.saved')],
      ...['training.started', 'training.finished', 'recipe.saved', 'training.adopted'],
    ]);
    // The part that the comparison saw has the same score on the line.
    const part = comparison!.parts.find(({ partId }) => partId === ids[OK]);
    const score = await inspectWith(base.id);
    if (part) expect(score).toBeCloseTo(part.after.score, 6);
    expect(await failure(program.trainings.adopt({ id: 1, author: 'eva', reason: 'twice' }))).toBe(
      'history.not_found',
    );
    writeFileSync(join(data, `heads/${recipe.head!.sha256}.safetensors`), 'another head');
    expect(await failure(inspectWith(base.id))).toBe('head.invalid');
  });

  it('is not adopted into a recipe that is about something else by now', async () => {
    const settings = {
      ...{ name: 'Nut', product: 'nut', packId: 'tiny', method: null, tap: null, rvs: null, sigma: null },
      ...{ heat: null, thresholds: { review: 0.4, reject: 0.6 }, regions: null },
    };
    const { id } = await program.history.request('recipe.save', { settings, author: 'eva', reason: 'new' });
    const ids = await reviewed({ recipeId: id, version: 1 });
    const done = program.until(ended);
    await begin(ids);
    await done;
    const changed = { settings: { ...settings, product: 'bolt' }, author: 'eva', reason: 'bolts' };
    await program.history.request('recipe.save', { ...changed, recipeId: id, basedOn: 1 });
    expect(await failure(program.trainings.adopt({ id: 1, author: 'eva', reason: 'x' }))).toBe(
      'recipe.changed',
    );
    expect((await program.trainings.current())!.state).toBe('done');
    expect(await program.trainings.discard({ id: 1, author: 'eva' })).toMatchObject({ state: 'discarded' });
    expect(existsSync(join(data, 'training/1/head.safetensors'))).toBe(false);
    expect(existsSync(join(data, 'heads'))).toBe(false);
  });
});
