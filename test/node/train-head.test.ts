// The training as a function: stopped in the middle, on data that changes, with a damaged cache and a full disk.
// Runs in the tests (Node).
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { findCategories } from '../../electron/cli/dataset.ts';
import { FeatureCache } from '../../electron/node/train/feature-cache.ts';
import type { TrainingEvents, TrainingRequest, TrainingStage } from '../../electron/node/train/request.ts';
import { besideHead, trainHead } from '../../electron/node/train/train-head.ts';
import { toErrorValue } from '../../models/errors.ts';
import { PAPER_PROTOCOL } from '../../models/train/plan.ts';
import { temporaryFolder, writeTinyPack } from '../support/tiny-pack.ts';
import { writeCategory } from '../support/training-data.ts';

vi.setConfig({ testTimeout: 120_000 });

const folder = temporaryFolder();
const root = join(folder, 'data');
let count = 0;
let request: TrainingRequest;

beforeAll(() => {
  vi.stubEnv('LOUPE_CACHE', join(folder, 'words'));
  writeTinyPack(join(folder, 'pack'));
});
beforeEach(async () => {
  rmSync(root, { recursive: true, force: true });
  await writeCategory(root, 'metal_nut', { good: 6, bad: 5 });
  const categories = (await findCategories(root)).map((category) => ({ ...category, words: category.name }));
  request = {
    packFolder: join(folder, 'pack'),
    categories,
    settings: { ...PAPER_PROTOCOL, batch: 3, epochs: 3, flip: true, shuffle: true, validation: 0.2 },
    out: join(folder, `head-${count++}.safetensors`),
    restart: false,
    cache: { folder: join(folder, `cache-${count}`), limit: 1e9 },
    version: '0',
  };
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const fileHash = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');
const failure = (work: Promise<unknown>) =>
  work.then(
    () => ({ code: 'none', params: {} }),
    (thrown: unknown) => toErrorValue(thrown),
  );
/** Does something once, when a stage has come so far. */
const at = (stage: TrainingStage, done: number, act: () => void): TrainingEvents => {
  let open = true;
  return {
    progress: (now, n) => {
      if (!open || now !== stage || n < done) return;
      open = false;
      act();
    },
  };
};
const elsewhere = (): TrainingRequest => ({ ...request, out: join(folder, `head-${count++}.safetensors`) });

describe('a training that is stopped', () => {
  it.each<[TrainingStage, number]>([
    ['training', 3], // after the first batch
    ['training', 14], // in the middle of the second epoch
    ['training', 9], // between the last batch and the validation of the first
  ])('while %s at %i goes on with the same numbers', async (stage, done) => {
    const whole = await trainHead(request);
    const stopped = elsewhere();
    const cancel = new AbortController();
    const events = at(stage, done, () => cancel.abort());
    expect((await failure(trainHead(stopped, events, cancel.signal))).code).toBe('train.cancelled');
    expect(existsSync(stopped.out)).toBe(false);
    const resumed = vi.fn();
    const rest = await trainHead(stopped, { resumed });
    expect(resumed).toHaveBeenCalledOnce();
    expect(fileHash(rest.file)).toBe(fileHash(whole.file));
    expect(rest.record.curve).toEqual(whole.record.curve);
    expect(rest.record.steps).toBe(whole.record.steps);
  });

  it('while it computes features keeps those that it has', async () => {
    const cancel = new AbortController();
    const events = at('features', 4, () => cancel.abort());
    expect((await failure(trainHead(request, events, cancel.signal))).code).toBe('train.cancelled');
    const { encoded } = await trainHead(request);
    expect(encoded).toBeGreaterThan(0);
    expect(encoded).toBeLessThanOrEqual(11 + 9 - 4); // 11 photographs, and 9 of them mirrored
  });

  it('may be stopped before it has begun', async () => {
    expect((await failure(trainHead(request, {}, AbortSignal.abort()))).code).toBe('train.cancelled');
  });
});

describe('the validation', () => {
  it('keeps photographs of both kinds aside, and the head of the best epoch', async () => {
    // A rate so large that it gets worse again.
    const settings = { ...request.settings, rate: 0.3, epochs: 12, patience: 2 };
    const { record } = await trainHead({ ...request, settings });
    expect(record.categories[0]).toMatchObject({
      train: { normal: 5, defective: 4 },
      validation: { normal: 1, defective: 1 },
    });
    const losses = record.curve.map(({ validation }) => validation!.focal + validation!.dice);
    const best = losses.indexOf(Math.min(...losses));
    expect(record.head.epoch).toBe(best + 1);
    expect(record.curve.length).toBe(Math.min(12, best + 1 + 2)); // two epochs without a better one
    const shorter = { ...elsewhere(), settings: { ...settings, epochs: best + 1 } };
    expect((await trainHead(shorter)).record.head.sha256).toBe(record.head.sha256);
  });
});

describe('data that changes', () => {
  const first = (): string => join(root, 'metal_nut/test/scratch/4.png');

  const replace = (): void => writeFileSync(first(), readFileSync(join(root, 'metal_nut/test/good/0.png')));

  it.each<[string, TrainingStage, () => void]>([
    ['a photograph before it is read', 'features', replace],
    ['a photograph after it was read', 'training', replace],
    [
      'a mask that vanishes',
      'training',
      () => rmSync(join(root, 'metal_nut/ground_truth/scratch/0_mask.png')),
    ],
  ])('%s is an error, and no head is written', async (_, stage, change) => {
    const before = 'an earlier head';
    writeFileSync(request.out, before);
    expect((await failure(trainHead(request, at(stage, 0, change)))).code).toBe('train.changed');
    expect(readFileSync(request.out, 'utf8')).toBe(before);
  });

  it('between a stop and its continuation is an error', async () => {
    const cancel = new AbortController();
    const events = at('training', 3, () => cancel.abort());
    await failure(trainHead(request, events, cancel.signal));
    replace();
    const { code, params } = await failure(trainHead(request));
    expect(code).toBe('train.checkpoint');
    expect(params).toMatchObject({ reason: expect.stringMatching(/different: data\./) as string });
  });
});

describe('the cache', () => {
  const filesOf = (cache: string): string[] =>
    readdirSync(join(cache, 'features'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.f16'))
      .map((name) => join(cache, 'features', name));

  it('whose files are damaged or cut off computes them again', async () => {
    const whole = await trainHead(request);
    const [one, two] = filesOf(request.cache.folder);
    const bytes = readFileSync(one!);
    bytes[100]! ^= 1;
    writeFileSync(one!, bytes);
    writeFileSync(two!, readFileSync(two!).subarray(0, 50));
    const again = await trainHead(elsewhere());
    expect(again.encoded).toBe(2);
    expect(fileHash(again.file)).toBe(fileHash(whole.file));
  });

  it('that is emptied during the training says so', async () => {
    const { code } = await failure(
      trainHead(
        request,
        at('training', 3, () => rmSync(join(request.cache.folder, 'features'), { recursive: true })),
      ),
    );
    expect(code).toBe('train.cache');
  });

  it('gives room to new features from those used longest ago', async () => {
    const cache = join(folder, 'lru');
    const key = (name: string) => ({ sha256: name.repeat(64), mirrored: false });
    const size = new FeatureCache(cache, 'm', 10, 1e9).fileSize;
    const open = (model: string) => new FeatureCache(cache, model, 10, 3 * size);
    const features = new Float16Array(10).fill(1.5);
    for (const name of ['a', 'b', 'c']) {
      await open('old').put(key(name), features);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await open('old').reserve([key('a')]); // used again
    await open('new').reserve([key('d')]);
    await open('new').put(key('d'), features);
    const held = await Promise.all(['a', 'b', 'c'].map((name) => open('old').get(key(name))));
    expect(held.map((one) => one !== null)).toEqual([true, false, true]);
    expect(await open('new').get(key('d'))).toEqual(features);
    expect(await open('new').get(key('a'))).toBeNull(); // of another model
  });

  const disk = smallDisk();
  it.skipIf(!disk)('on a full disk is an error before anything is computed', async () => {
    const { code, params } = await failure(
      trainHead({ ...request, cache: { folder: disk!.folder, limit: 1e9 } }),
    );
    disk!.unmount();
    expect(code).toBe('train.cache');
    expect(params).toMatchObject({ reason: expect.stringMatching(/are free on the disk/) as string });
  });

  it('on a disk that fills up meanwhile is an error with nothing half-written', async () => {
    const cache = new FeatureCache(join(folder, 'blocked'), 'm', 10, 1e9);
    writeFileSync(join(folder, 'blocked'), 'a file where a folder should be');
    const put = failure(cache.put({ sha256: 'a', mirrored: false }, new Float16Array(10)));
    expect((await put).code).toBe('train.cache');
  });
});

it('nothing to train on is wrong usage', async () => {
  expect((await failure(trainHead({ ...request, categories: [] }))).code).toBe('usage');
});

it('the record and the checkpoint lie beside the head', () => {
  expect(besideHead('/x/a.safetensors')).toEqual({
    record: '/x/a.training.json',
    checkpoint: '/x/a.checkpoint',
  });
});

/** A file system of 1 MB, less than what is to be left free; null where the test may not mount one. */
function smallDisk(): { folder: string; unmount: () => void } | null {
  const mounted = join(folder, 'disk');
  mkdirSync(mounted);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', mounted], { stdio: 'ignore' });
  } catch {
    console.warn('SKIPPED: a tmpfs cannot be mounted here (needs root on Linux), so no disk is full.');
    return null;
  }
  return { folder: mounted, unmount: () => execFileSync('umount', [mounted]) };
}
