// The reference of a part with the two real services: the most similar accepted part of the product, never the same photograph.
// Runs in the tests (Node 24).
import { copyFileSync, existsSync, mkdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Part } from '../../electron/common/domain.ts';
import type { ReferenceAnswer } from '../../electron/common/reference.ts';
import { compactFeature, similarity } from '../../electron/node/engine/feature.ts';
import { featureFile, FeatureWriter, readFeatures } from '../../electron/node/reference/feature-file.ts';
import { findReference } from '../../electron/node/reference/find-reference.ts';
import { startProgram } from '../support/program.ts';
import { temporaryFolder, writeTinyPack } from '../support/tiny-pack.ts';

const folder = temporaryFolder('loupe-reference');
const photos = join(folder, 'photos');
const again = join(folder, 'again');
const KINDS = 6;
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeAll(async () => {
  writeTinyPack(join(folder, 'pack'));
  for (const at of [photos, again]) mkdirSync(at, { recursive: true });
  // Pairs: two of each kind look almost the same, and unlike all others.
  for (let i = 0; i < 2 * KINDS; i++) {
    const kind = Math.floor(i / 2);
    const pixels = Buffer.alloc(64 * 64 * 3, 30 + 35 * kind);
    for (let y = 0; y < 64; y++)
      pixels.fill(255 - 30 * kind, (y * 64 + 8 * kind) * 3, (y * 64 + 8 * kind + 12) * 3);
    pixels[i] = 200;
    await sharp(pixels, { raw: { width: 64, height: 64, channels: 3 } }).toFile(
      join(photos, `${10 + i}.png`),
    );
  }
  writeFileSync(join(photos, '99.png'), 'no picture at all');
  copyFileSync(join(photos, '10.png'), join(again, 'copy.png'));
});

describe('features', () => {
  it('are as alike as they were, to a thousandth', () => {
    const random = (seed: number) =>
      Float32Array.from({ length: 512 }, (_, i) => Math.sin(seed * 99 + i * i * 1.7) + (i === 9 ? 12 : 0));
    const [a, b] = [random(1), random(2)];
    const dot = (x: Float32Array, y: Float32Array): number => x.reduce((sum, v, i) => sum + v * y[i]!, 0);
    const exact = dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
    const compact = (x: Float32Array) => new Int8Array(compactFeature(x).buffer);
    expect(Math.abs(similarity(compact(a), compact(b)) - exact)).toBeLessThan(2e-3);
    expect(similarity(compact(a), compact(a))).toBeCloseTo(1, 12);
    expect(similarity(compact(new Float32Array(512)), compact(a))).toBe(0);
  });

  it('lie in one file, in any order, go on where they were, and another key begins anew', async () => {
    const path = join(folder, 'features/1.bin');
    const key = (n: number) => new Uint8Array(32).fill(n);
    const write = async (of: number, ...seqs: number[]) => {
      const writer = new FeatureWriter(path, key(of));
      for (const seq of seqs) await writer.write(seq, Uint8Array.of(seq, 127, 0));
      await writer.close();
    };
    await write(1, 3, 0);
    await write(1, 1);
    const features = (await readFeatures(path))!;
    expect([0, 1, 2, 3, 4].map((seq) => features.at(seq)?.[0])).toEqual([0, 1, undefined, 3, undefined]);
    await write(2, 1);
    const other = (await readFeatures(path))!;
    expect([other.at(0), other.at(1)?.[0]]).toEqual([null, 1]);
    expect(other.comparableWith(features)).toBe(false);
    truncateSync(path, 50);
    expect((await readFeatures(path))!.at(1)).toBeNull();
    truncateSync(path, 20);
    expect(await readFeatures(path)).toBeNull();
    expect(await readFeatures(join(folder, 'none.bin'))).toBeNull();
  });
});

describe('the reference of a part', () => {
  let data: string;
  let n = 0;
  let program: ReturnType<typeof start>;
  beforeEach(() => {
    data = join(folder, `data-${n++}`);
    mkdirSync(data);
    program = start();
  });
  afterEach(() => program.end());

  function start() {
    const { history, runs, idle, end } = startProgram(data, join(folder, 'pack'));
    const inspect = async (product: string, input = photos): Promise<Part[]> => {
      const { id } = await runs.start({ inputs: [input], product });
      await idle();
      return (await history.request('run.load', { runId: id })).parts;
    };
    return {
      ...{ history, inspect, end },
      judge: (part: Part, verdict: 'ok' | 'ng' | 'unsure') =>
        history.request('verdict.record', { partId: part.id, verdict, author: 'ana' }),
      reference: (part: Part): Promise<ReferenceAnswer> => findReference(history, data, part.id),
      thresholds: (part: Part, review: number) =>
        history.request('run.setThresholds', {
          ...{ runId: part.runId, author: 'ana', reason: 'test' },
          thresholds: { review, reject: 1 },
        }),
    };
  }

  it('is the one that looks most like it and was accepted by a person, or by the machine where no person spoke', async () => {
    const parts = await program.inspect('plate');
    const scored = parts.filter(({ state }) => state === 'scored');
    expect(scored).toHaveLength(2 * KINDS);
    expect(existsSync(featureFile(data, 1))).toBe(true);
    expect(statSync(featureFile(data, 1)).size).toBeLessThan(1000);
    // Nothing is good and nobody said OK.
    await program.thresholds(scored[0]!, 0);
    expect(await program.reference(scored[4]!)).toEqual({ reference: null, comparable: true });
    // One part only.
    await program.judge(scored[10]!, 'ok');
    const far = await program.reference(scored[4]!);
    expect(far.reference?.part).toMatchObject({ id: scored[10]!.id, verdict: 'ok', verdictBy: 'ana' });
    // Its own twin comes nearer; by the machine, because now everything is good.
    await program.thresholds(scored[0]!, 1);
    const near = await program.reference(scored[4]!);
    expect(near.reference?.part.id).toBe(scored[5]!.id);
    expect(near.reference?.run).toMatchObject({ id: 1, source: 'photos', lot: null });
    expect(near.reference!.similarity).toBeGreaterThan(far.reference!.similarity);
    // What a person did not accept is no reference, whatever the machine says.
    await program.judge(scored[5]!, 'unsure');
    expect((await program.reference(scored[4]!)).reference?.part.id).not.toBe(scored[5]!.id);
  });

  it('comes from earlier runs of the product, but is never the same photograph or a copy of it', async () => {
    const first = await program.inspect('plate');
    await program.thresholds(first[0]!, 0);
    await program.judge(first[1]!, 'ok');
    await program.judge(first[0]!, 'ok');
    const [copy] = await program.inspect('plate', again);
    const second = await program.inspect('plate');
    await program.thresholds(copy!, 0);
    await program.thresholds(second[0]!, 0);
    expect((await program.reference(copy!)).reference).toMatchObject({
      part: { id: first[1]!.id },
      run: { id: first[0]!.runId },
    });
    // second[1] is the photograph of first[1]: the next one is its twin.
    expect((await program.reference(second[1]!)).reference?.part.id).toBe(first[0]!.id);
    const [other] = await program.inspect('disc', again);
    await program.thresholds(other!, 0);
    expect((await program.reference(other!)).reference).toBeNull();
  });

  it('says when a part cannot be compared: it failed, or its run left no features', async () => {
    const parts = await program.inspect('plate');
    const failed = parts.find(({ state }) => state === 'failed')!;
    expect(await program.reference(failed)).toEqual({ reference: null, comparable: false });
    rmSync(featureFile(data, 1));
    expect(await program.reference(parts[0]!)).toEqual({ reference: null, comparable: false });
    await expect(program.reference({ ...parts[0]!, id: 4711 })).rejects.toMatchObject({
      code: 'history.not_found',
    });
  });
});
