// Precisions of a session: what runs where, what int8 loses, and that it is refused where it loses too much.
// Runs in the tests (Node).
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Engine } from '../../electron/node/engine/engine.ts';
import { buildInspectModel, networkKey } from '../../electron/node/engine/network.ts';
import {
  checkInt8,
  deviceFor,
  LOSS_LIMIT,
  lossBetween,
  requireSmall,
  testPhotograph,
} from '../../electron/node/engine/precision.ts';
import { addsIn32Bits } from '../../electron/node/engine/processor.ts';
import { resolveSettings } from '../../electron/node/engine/settings.ts';
import { testInt8 } from '../../electron/node/engine/test-int8.ts';
import { TextCache } from '../../electron/node/engine/text-cache.ts';
import type { OnnxModel } from '../../models/onnx/graph.ts';
import { openPack } from '../../models/packs/open.ts';
import { temporaryFolder, writePack, writeTinyPack } from '../support/tiny-pack.ts';

const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true }));

const tiny = writeTinyPack(join(folder, 'tiny'));
/** A tower in which a few inputs of a layer are a thousand times the others: one step for all rounds the others to 0. */
const spiky = writeTinyPack(join(folder, 'spiky'), {}, (tensors) => {
  for (const [name, { data }] of tensors) {
    if (!/visual\.transformer.*ln_[12]\.weight$/.test(name)) continue;
    for (let i = 0; i < 2; i++) data[i]! *= 3000;
  }
  for (const [name, { data, shape }] of tensors) {
    if (!/visual\.transformer.*(in_proj_weight|c_fc\.weight)$/.test(name)) continue;
    const width = shape[1]!;
    for (let i = 0; i < data.length; i++) if (i % width < 2) data[i]! /= 3000;
  }
});
const engine = (cache: string): Engine => new Engine(() => undefined, new TextCache(join(folder, cache)));
const CPU = { device: 'cpu', threads: 1 } as const;
const asked = (packFolder: string) => ({ packFolder, product: 'the photo', ...CPU });

describe('the device of a precision', () => {
  it('is the processor for int8 and the wanted one for fp32', () => {
    expect(deviceFor('fp32', 'auto')).toBe('auto');
    expect(deviceFor('fp32', 'dml')).toBe('dml');
    expect(deviceFor('int8', 'auto')).toBe('cpu');
    expect(deviceFor('int8', 'cpu')).toBe('cpu');
  });

  it.each([
    ['int8', 'dml'],
    ['int8', 'cuda'],
    ['fp16', 'cpu'],
    ['fp16', 'auto'],
    ['fp16', 'webgpu'],
  ] as const)('is refused for %s on %s', async (precision, device) => {
    const refusal = { code: 'precision.unsupported', params: { precision, device } };
    const thrown = { ...refusal, params: expect.objectContaining(refusal.params) as unknown };
    expect(() => deviceFor(precision, device)).toThrow(expect.objectContaining(thrown));
    await expect(engine('refused').open({ ...asked(tiny), precision, device })).rejects.toMatchObject(
      refusal,
    );
  });
});

it('a processor is trusted with full weights only where it says so', () => {
  expect(addsIn32Bits('x64', 'model name\t: x\nflags\t\t: fpu avx512_vnni rdpid\n')).toBe(true);
  expect(addsIn32Bits('x64', 'flags\t\t: fpu avx_vnni\n')).toBe(true);
  expect(addsIn32Bits('x64', 'flags\t\t: fpu avx2 avx512f\n')).toBe(false);
  expect(addsIn32Bits('x64', null)).toBe(false);
  expect(addsIn32Bits('arm64', null)).toBe(true);
});

describe('int8', () => {
  it('is compared with fp32, says what it loses, and does so once', async () => {
    const cache = 'once';
    const first = await engine(cache).open({ ...asked(tiny), precision: 'int8' });
    expect(first).toMatchObject({ precision: 'int8', device: 'cpu' });
    const { map, score0 } = first.precisionLoss!;
    expect(map).toBeGreaterThan(1e-4); // zero would mean that fp32 was compared with itself
    expect(map).toBeLessThan(LOSS_LIMIT.map / 2);
    expect(score0).toBeLessThan(LOSS_LIMIT.score0);
    const kept = readdirSync(join(folder, cache, 'text')).length;
    const second = await engine(cache).open({ ...asked(tiny), precision: 'int8' });
    expect(second.precisionLoss).toEqual(first.precisionLoss);
    expect(readdirSync(join(folder, cache, 'text'))).toHaveLength(kept);
    await engine(cache).open({ ...asked(tiny), precision: 'int8', method: 'base' }); // another graph is another question
    expect(readdirSync(join(folder, cache, 'text'))).toHaveLength(kept + 1);
  });

  it('shares no network with fp32, and fp32 is not compared with anything', async () => {
    const pack = await openPack(tiny);
    const settings = await resolveSettings(pack, asked(tiny));
    expect(settings.precision).toBe('fp32');
    expect(networkKey(pack, { ...settings, precision: 'int8' }, CPU)).not.toBe(
      networkKey(pack, settings, CPU),
    );
    const info = await engine('plain').open(asked(tiny));
    expect(info.precision).toBe('fp32');
    expect(info).not.toHaveProperty('precisionLoss');
    const text = ({ graph }: OnnxModel): string => Buffer.from(graph).toString('latin1');
    expect(text(buildInspectModel(pack, settings))).not.toContain('com.microsoft');
    expect(text(buildInspectModel(pack, { ...settings, precision: 'int8' }))).toContain(
      'DynamicQuantizeMatMul',
    );
    expect(() => buildInspectModel(pack, { ...settings, precision: 'fp16' })).toThrow(/fp16/);
  });

  it('is refused where it loses too much, also when that is known already', async () => {
    await expect(engine('spiky').open(asked(spiky))).resolves.toMatchObject({ precision: 'fp32' });
    for (let i = 0; i < 2; i++) {
      await expect(engine('spiky').open({ ...asked(spiky), precision: 'int8' })).rejects.toMatchObject({
        code: 'precision.loss',
        params: { pack: 'tiny', mapLimit: LOSS_LIMIT.map },
      });
    }
  });

  it('is compared anew for who verifies a pack, with and without words', async () => {
    const cache = new TextCache(join(folder, 'verified'));
    const withWords = await testInt8(await openPack(tiny), CPU, cache);
    expect(withWords.map).toBeGreaterThan(1e-4);
    expect(withWords.map).toBeLessThan(LOSS_LIMIT.map);
    const { tokenizer: _, files: __, ...manifest } = (await openPack(tiny)).manifest;
    const weights = (await openPack(tiny)).bytes(manifest.weights.file);
    const mute = writePack(join(folder, 'mute'), manifest, { [manifest.weights.file]: weights });
    const without = await testInt8(await openPack(mute), CPU, cache);
    expect(without.map).toBeGreaterThan(1e-4);
    expect(without.map).toBeLessThan(LOSS_LIMIT.map);
    await expect(testInt8(await openPack(spiky), CPU, cache)).rejects.toMatchObject({
      code: 'precision.loss',
    });
  });

  it.each(['base', 'sdp'] as const)('is near fp32 for %s, whatever the thread count', async (method) => {
    const pack = await openPack(tiny);
    const settings = await resolveSettings(pack, { ...asked(tiny), method });
    const text = Float32Array.from({ length: 32 }, (_, i) => Math.sin(i * i) / 3);
    const check = (threads: number, cache: string) =>
      checkInt8(pack, settings, { ...CPU, threads }, text, new TextCache(join(folder, cache)));
    const [one, two] = [await check(1, 'a'), await check(2, 'b')];
    expect(one.map).toBeLessThan(LOSS_LIMIT.map);
    expect(two.map).toBeCloseTo(one.map, 3);
  });
});

describe('the loss', () => {
  const result = (heat: readonly number[], score0: number) => ({
    heat: Float32Array.from(heat),
    score0,
    score1: 0,
  });

  it('is the difference in shares of the spread', () => {
    const loss = lossBetween(result([0, 2, 0, 2], 0.5), result([0.5, 2.5, 0.5, 2.5], 0.25));
    expect(loss).toEqual({ map: 0.5, score0: 0.25 });
    expect(lossBetween(result([1, 1], 0), result([1, 1], 0)).map).toBe(0);
    expect(lossBetween(result([1, 1], 0), result([1, 2], 0)).map).toBe(Infinity);
  });

  it.each([
    [{ map: 2 * LOSS_LIMIT.map, score0: 0 }],
    [{ map: 0, score0: 2 * LOSS_LIMIT.score0 }],
    [{ map: NaN, score0: 0 }],
    [{ map: 0, score0: NaN }],
  ])('%o is too much', (loss) => {
    expect(() => requireSmall(loss, 'pack')).toThrow(expect.objectContaining({ code: 'precision.loss' }));
  });

  it('at the limit is allowed', () => {
    expect(() => requireSmall(LOSS_LIMIT, 'pack')).not.toThrow();
  });
});

it('the test photograph has dark, light and something in between at every size', () => {
  for (const side of [32, 240]) {
    const pixels = testPhotograph(side);
    expect(pixels).toHaveLength(side * side * 3);
    for (const [from, to] of [
      [0, 60],
      [110, 180],
      [181, 255],
    ] as const)
      expect(pixels.filter((value) => value >= from && value <= to).length).toBeGreaterThan(side);
  }
});
