// Every variant that a session can be asked for changes what it should, and heads that do not fit are refused.
// Runs in the tests (Node).
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { InspectResult, SessionInfo, SessionOptions } from '../../electron/common/inference-service.ts';
import { Engine } from '../../electron/node/engine/engine.ts';
import { TextCache } from '../../electron/node/engine/text-cache.ts';
import { writeSafetensors, type NamedTensor } from '../../models/clip/safetensors-write.ts';
import { parseSafetensors } from '../../models/clip/safetensors.ts';
import { writeNpy } from '../../models/npy.ts';
import { expectClose, GOLDEN, goldenBytes, goldenFloats, hasGolden, tolerance } from '../support/golden.ts';
import { writePhotograph } from '../support/photographs.ts';
import { temporaryFolder, writeGoldenPack, writeTinyPack } from '../support/tiny-pack.ts';

const folder = temporaryFolder();
const photograph = join(folder, 'photograph.png');
const engine = new Engine(() => undefined, new TextCache(join(folder, 'cache')));
beforeAll(() => writePhotograph(photograph, 3));
afterAll(() => rmSync(folder, { recursive: true }));

async function inspect(
  options: Omit<SessionOptions, 'device' | 'threads'>,
  path = photograph,
): Promise<{ info: SessionInfo; result: InspectResult }> {
  const info = await engine.open({ ...options, device: 'cpu', threads: 1 });
  const result = await engine.inspect({ session: info.session, path, wantMap: true });
  await engine.close(info.session);
  return { info, result };
}

describe('a session', () => {
  const tiny = { packFolder: writeTinyPack(join(folder, 'tiny')), product: 'metal nut' };

  it('takes another image size, and the sigma of the pack grows with it', async () => {
    const { info, result } = await inspect({ ...tiny, imageSize: 48 });
    expect([info.mapSize, info.sigma, result.map!.length]).toEqual([48, 3, 48 * 48]);
    const asked = await inspect({ ...tiny, imageSize: 48, sigma: 2 });
    expect(asked.info.sigma).toBe(2);
    expect(asked.result.score1).not.toBe(result.score1);
    await expect(inspect({ ...tiny, imageSize: 50 })).rejects.toMatchObject({ code: 'usage' });
  });

  it('takes the heat scale and the thresholds of a recipe; they change the picture, not the score', async () => {
    const [own, recipe] = [join(folder, 'own.map'), join(folder, 'recipe.map')];
    const heat = { lo: -5, hi: 5 };
    const thresholds = { review: 0.11, reject: 0.22 };
    const inspectTo = async (options: object, map: string) => {
      const info = await engine.open({ ...tiny, ...options, device: 'cpu', threads: 1 });
      const { score } = await engine.inspect({ session: info.session, path: photograph, save: { map } });
      await engine.close(info.session);
      return { info, score };
    };
    const before = await inspectTo({}, own);
    const after = await inspectTo({ heat, thresholds }, recipe);
    expect(after.info).toMatchObject({ heat, thresholds });
    expect(after.score).toBe(before.score);
    expect(readFileSync(recipe).equals(readFileSync(own))).toBe(false);
  });

  it('asks RVS with the profile of VisA, where dbscan is the mean', async () => {
    const scores = await Promise.all(
      (
        [
          {},
          { rvsProfile: 'visa' },
          { rvs: 'mean' },
          { rvs: 'kde', rvsProfile: 'visa' },
          { rvs: 'kde' },
        ] as const
      ).map(async (options) => (await inspect({ ...tiny, ...options })).result.score0),
    );
    const [, visa, mean, kdeVisa, kde] = scores;
    expect(visa).toBeCloseTo(mean!, 6);
    expect(kdeVisa).toBe(kde);
  });

  it.each(['clip', 'winclip'] as const)('compares with %s', async (comparison) => {
    const own = await inspect(tiny);
    const { info, result } = await inspect({ ...tiny, comparison });
    expect([info.method, info.mapSize, info.sigma]).toEqual(['base', 32, 2]);
    expect(result.score0).not.toBe(own.result.score0);
    for (const p of [...result.map!, result.score0]) expect(p >= 0 && p <= 1).toBe(true);
  });

  it('works for several products at once on one network', async () => {
    const [nut, leather] = await Promise.all(
      ['metal nut', 'leather'].map((product) => engine.open({ ...tiny, product, device: 'cpu', threads: 1 })),
    );
    const mixed = await Promise.all(
      [nut!, leather!, nut!, leather!].map(({ session }) => engine.inspect({ session, path: photograph })),
    );
    expect(mixed[0]!.score0).toBe(mixed[2]!.score0);
    expect(mixed[1]!.score0).toBe(mixed[3]!.score0);
    expect(mixed[0]!.score0).not.toBe(mixed[1]!.score0);
    await Promise.all([nut!, leather!].map(({ session }) => engine.close(session)));
  });
});

describe.skipIf(!hasGolden)('an SDP+ head', () => {
  const text = join(folder, 'text.npy');
  const packFolder = join(folder, 'golden');
  const image = join(GOLDEN, 'official_e2e/images/0.png');
  const options = (head: string): SessionOptions => ({ packFolder, product: '', textFeatures: text, head });
  beforeAll(() => {
    writeGoldenPack(packFolder);
    const t = [...goldenFloats('maps/t_n.npy'), ...goldenFloats('maps/t_a.npy')];
    writeFileSync(text, writeNpy(Float32Array.from(t), [2, 48]));
  });

  it.each(['head/head.pt', 'head/head.safetensors'])('is read from %s', async (file) => {
    const { info, result } = await inspect(options(join(GOLDEN, file)), image);
    expect(info.method).toBe('sdp+');
    const heat = 'official_e2e/heat_plus.npy';
    expectClose(result.map!, goldenFloats(heat).subarray(0, 72 * 72), tolerance(heat));
  });

  /** The reference head with other metadata, and tensors that a test may change. */
  function headFile(
    metadata: Record<string, string>,
    change: (tensors: Map<string, NamedTensor>) => void = () => undefined,
  ): string {
    const source = parseSafetensors(goldenBytes('head/head.safetensors'), 'head');
    const tensors = new Map(
      source.names().map((name) => [name, { shape: source.shape(name), data: source.float32(name) }]),
    );
    change(tensors);
    const path = join(folder, `head-${Math.random()}.safetensors`);
    writeFileSync(path, writeSafetensors(tensors, metadata));
    return path;
  }

  it.each<[string, () => string, Partial<SessionOptions>, string]>([
    ['of another tap', () => headFile({ tap: 'clean' }), {}, 'trained with the tap "clean"'],
    ['of another model', () => headFile({ modelSha256: '0'.repeat(64) }), {}, 'trained for another model'],
    [
      'of another width',
      () => headFile({}, (t) => t.set('fc.2.weight', { shape: [48, 64], data: new Float32Array(48 * 64) })),
      {},
      'fc.2.weight is [48, 64], the model asks for [48, 128]',
    ],
    ['by the authors with the clean tap', () => join(GOLDEN, 'head/head.pt'), { tap: 'clean' }, '"official"'],
    ['that is a photograph', () => photograph, {}, 'header'],
    ['that is not there', () => join(folder, 'none.pt'), {}, 'ENOENT'],
  ])('%s is refused', async (_what, head, more, reason) => {
    await expect(inspect({ ...options(head()), ...more })).rejects.toMatchObject({
      code: 'head.invalid',
      params: { reason: expect.stringContaining(reason) as string },
    });
  });
});
