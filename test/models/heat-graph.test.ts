// Checks anomaly maps and image scores of BASE, SDP and SDP+ against the official code, and their properties.
// Runs in the tests (Node).
import * as ort from 'onnxruntime-node';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { ClipArchitecture } from '../../models/clip/architecture.ts';
import { parseSafetensors } from '../../models/clip/safetensors.ts';
import { readVisionWeights } from '../../models/clip/weights.ts';
import { readHead, type SdpPlusHead } from '../../models/clip-ad/head.ts';
import { buildInspectGraph, type InspectOptions, type Method } from '../../models/clip-ad/heat-graph.ts';
import { resizeImage } from '../../models/image/resize.ts';
import {
  expectClose,
  goldenBytes,
  goldenFloats,
  goldenJson,
  goldenNpy,
  hasGolden,
  tolerance,
} from '../support/golden.ts';
import {
  GOLDEN_CLIP,
  goldenWeights,
  PREPROCESSING,
  randomClip,
  randomFloats,
  randomImages,
  randomNumbers,
  runModel,
  type Output,
} from '../support/tiny-clip.ts';

/** The input `text` [D, 2] from two vectors. */
function textTensor(normal: Float32Array, abnormal: Float32Array): ort.Tensor {
  const columns = Float32Array.from({ length: 2 * normal.length }, (_, i) =>
    i % 2 === 0 ? normal[i >> 1]! : abnormal[i >> 1]!,
  );
  return new ort.Tensor('float32', columns, [normal.length, 2]);
}

describe.skipIf(!hasGolden)('reference data', () => {
  const images = (): ort.Tensor => {
    const { data, shape } = goldenNpy('vision/images.npy');
    return new ort.Tensor('uint8', data as Uint8Array, [...shape]);
  };

  type Outputs = Readonly<Record<'heat' | 'low' | 'score0' | 'score1' | 'feature', Output>>;

  async function inspect(changes: Partial<InspectOptions>, image_u8 = images()): Promise<Outputs> {
    const options: InspectOptions = {
      architecture: GOLDEN_CLIP,
      preprocessing: PREPROCESSING,
      weights: readVisionWeights(goldenWeights(), GOLDEN_CLIP),
      tap: 'official',
      method: 'sdp',
      sigma: 8,
      head: readHead(parseSafetensors(goldenBytes('head/head.safetensors'), 'head'), GOLDEN_CLIP),
      ...changes,
    };
    const text = textTensor(goldenFloats('maps/t_n.npy'), goldenFloats('maps/t_a.npy'));
    return await runModel(buildInspectGraph(options), { image_u8, text });
  }

  const expectFile = ({ data }: { data: Float32Array }, file: string): void =>
    expectClose(data, goldenFloats(file), tolerance(file));

  const expectScores = (got: Output, file: string, name: string): void => {
    const scores = goldenJson(file) as Record<string, number[]>;
    expectClose(got.data, scores[name]!, tolerance(file));
  };

  /** The first of three maps; the reference has some sizes of image 0 only. */
  const firstOf = ({ data }: Output) => ({ data: data.subarray(0, data.length / 3) });

  it('SDP: gives the reference map, heat and scores with the official tap', async () => {
    const { low, heat, score0, score1 } = await inspect({});
    expect([low.dims, heat.dims, score0.dims, score1.dims]).toEqual([[3, 6, 6], [3, 72, 72], [3], [3]]);
    expectFile(low, 'maps/A_official.npy');
    expectFile(heat, 'maps/heat_sdp_S_sigma8.npy');
    expectScores(score0, 'maps/scores.json', 'score0');
    expectScores(score1, 'maps/scores.json', 'score1_sdp_S_sigma8');
  });

  it('answers with the class token, which score0 is made of, in rows of length 1', async () => {
    const { feature, score0 } = await inspect({});
    const dim = GOLDEN_CLIP.embedDim;
    expect(feature.dims).toEqual([3, dim]);
    const [normal, abnormal] = [goldenFloats('maps/t_n.npy'), goldenFloats('maps/t_a.npy')];
    for (let image = 0; image < 3; image++) {
      const row = feature.data.subarray(image * dim, (image + 1) * dim);
      expect(Math.hypot(...row)).toBeCloseTo(1, 5);
      const cosine = (text: ArrayLike<number>): number => row.reduce((sum, x, i) => sum + x * text[i]!, 0);
      const logit = 100 * (cosine(abnormal) - cosine(normal));
      expect(score0.data[image]).toBeCloseTo(1 / (1 + Math.exp(-logit)), 4);
    }
  });

  it('SDP: gives the reference map with the clean tap', async () => {
    expectFile((await inspect({ tap: 'clean' })).low, 'maps/A_clean.npy');
  });

  it('SDP: follows sigma', async () => {
    const { heat, score1 } = await inspect({ sigma: 2 });
    expectFile(heat, 'maps/heat_sdp_S_sigma2.npy');
    expectScores(score1, 'maps/scores.json', 'score1_sdp_S_sigma2');
    expectFile(firstOf((await inspect({ sigma: 0 })).heat), 'maps/A_up_S.npy');
  });

  it('SDP and SDP+: give the reference heat at 240 pixels', async () => {
    const sdp = await inspect({ mapSize: 240 });
    expectFile(firstOf(sdp.heat), 'maps/heat_sdp_240_sigma8.npy');
    const plus = await inspect({ method: 'sdp+', mapSize: 240 });
    expectFile(firstOf(plus.heat), 'head/heat_plus_240_sigma8.npy');
    const mapScores = goldenJson('maps/scores.json') as Record<string, number>;
    const headScores = goldenJson('head/scores.json') as Record<string, number>;
    expectClose([sdp.score1.data[0]!], [mapScores.score1_sdp_240_sigma8_image0!], 1e-4);
    expectClose([plus.score1.data[0]!], [headScores.score1_plus_240_sigma8_image0!], 1e-4);
  });

  it('SDP+: gives the reference heat and scores', async () => {
    const { heat, score0, score1 } = await inspect({ method: 'sdp+' });
    expectFile(heat, 'head/heat_plus_S_sigma8.npy');
    expectScores(score0, 'head/scores.json', 'score0');
    expectScores(score1, 'head/scores.json', 'score1_plus_S_sigma8');
  });

  it('SDP+: adds the reference probability maps to the SDP map', async () => {
    const plus = await inspect({ method: 'sdp+', sigma: 0 });
    const sdp = await inspect({ sigma: 0 });
    const probabilities = { data: plus.heat.data.map((x, i) => x - sdp.heat.data[i]!) };
    expectFile(probabilities, 'head/M_FT_S.npy');
  });

  it('SDP+: gives the reference probability map of every stage', async () => {
    const [normal, abnormal] = [goldenFloats('maps/t_n.npy'), goldenFloats('maps/t_a.npy')];
    const u = abnormal.map((x, i) => x - normal[i]!);
    // A layer that answers everything with a vector across u says 0.5 everywhere.
    const across = u.map((x, i) => (i === 0 ? -u[1]! : i === 1 ? u[0]! : 0 * x));
    const whole = readHead(parseSafetensors(goldenBytes('head/head.safetensors'), 'head'), GOLDEN_CLIP);
    const sdp = firstOf((await inspect({ sigma: 0 })).heat).data;
    const file = 'head/P_stages_image0_S.npy';
    const expected = goldenFloats(file);
    for (let stage = 0; stage < 4; stage++) {
      const head: SdpPlusHead = {
        weight: whole.weight.map((w, s) => (s === stage ? w : w.map(() => 0))),
        bias: whole.bias.map((b, s) => (s === stage ? b : across)),
      };
      const { heat } = await inspect({ method: 'sdp+', sigma: 0, head });
      const probability = firstOf(heat).data.map((x, i) => x - sdp[i]! - 1.5);
      expectClose(probability, expected.subarray(stage * 72 * 72, (stage + 1) * 72 * 72), tolerance(file));
    }
  });

  it('BASE: gives the reference map, heat and scores', async () => {
    const { low, heat, score0, score1 } = await inspect({ method: 'base' });
    expectFile(low, 'maps/base_low.npy');
    expectFile(heat, 'maps/heat_base_S_sigma8.npy');
    expectScores(score0, 'maps/scores.json', 'score0');
    expectScores(score1, 'maps/scores.json', 'score1_base_S_sigma8');
  });

  it('from photograph files: gives what the official test scripts gave', async () => {
    const decoded = [0, 1, 2].map(async (i) => {
      const pipeline = sharp(goldenBytes(`official_e2e/images/${i}.png`))
        .toColourspace('srgb')
        .removeAlpha();
      const { data, info } = await pipeline.raw().toBuffer({ resolveWithObject: true });
      expect(info.channels).toBe(3);
      const image = { data: new Uint8Array(data), width: info.width, height: info.height, channels: 3 };
      return [...resizeImage(image, 72, 72, 'bicubic').data];
    });
    const pixels = Uint8Array.from((await Promise.all(decoded)).flat());
    const scores = goldenJson('official_e2e/scores.json') as Record<string, Record<string, number[]>>;
    const limit = tolerance('official_e2e/scores.json');
    for (const [method, name] of [
      ['sdp', 'sdp'],
      ['sdp+', 'plus'],
    ] as const) {
      const result = await inspect({ method }, new ort.Tensor('uint8', pixels, [3, 72, 72, 3]));
      expectFile(result.heat, `official_e2e/heat_${name}.npy`);
      expectClose(result.score0.data, scores[name]!.score0!, limit);
      expectClose(result.score1.data, scores[name]!.score1!, limit);
    }
  });
});

describe('properties', () => {
  const architecture: ClipArchitecture = {
    embedDim: 16,
    activation: 'gelu',
    vision: { width: 32, layers: 8, heads: 4, mlpWidth: 64, patch: 8, imageSize: 32 },
  };
  const random = randomNumbers(3);
  const unit = (vector: Float32Array): Float32Array => vector.map((x) => x / Math.hypot(...vector));
  const normal = unit(randomFloats(16, random));
  const abnormal = unit(randomFloats(16, random));
  const head: SdpPlusHead = {
    weight: Array.from({ length: 4 }, () => randomFloats(16 * 32, random)),
    bias: Array.from({ length: 4 }, () => randomFloats(16, random)),
  };
  const options: InspectOptions = {
    architecture,
    preprocessing: PREPROCESSING,
    weights: readVisionWeights(randomClip(architecture), architecture),
    tap: 'official',
    method: 'sdp',
    sigma: 2,
    head,
  };
  const feeds = { image_u8: randomImages(1, 32), text: textTensor(normal, abnormal) };
  const METHODS: readonly Method[] = ['base', 'sdp', 'sdp+'];

  it('negates the SDP map when the texts are swapped', async () => {
    const model = buildInspectGraph(options);
    const { low, score0 } = await runModel(model, feeds);
    const swapped = await runModel(model, { ...feeds, text: textTensor(abnormal, normal) });
    expectClose(
      swapped.low!.data.map((x) => -x),
      low!.data,
      1e-5,
    );
    expect(swapped.score0!.data[0]).toBeCloseTo(1 - score0!.data[0]!, 6);
  });

  it.each(METHODS)('%s: gives each photograph of a batch what it gets alone', async (method) => {
    const model = buildInspectGraph({ ...options, method });
    const three = randomImages(3, 32);
    const together = await runModel(model, { ...feeds, image_u8: three });
    for (let b = 0; b < 3; b++) {
      const pixels = (three.data as Uint8Array).slice(b * 3072, (b + 1) * 3072);
      const image_u8 = new ort.Tensor('uint8', pixels, [1, 32, 32, 3]);
      for (const [name, { data }] of Object.entries(await runModel(model, { ...feeds, image_u8 }))) {
        expectClose(together[name]!.data.subarray(b * data.length, (b + 1) * data.length), data, 1e-5);
      }
    }
  });

  it.each(METHODS)(
    '%s: has the low map in the units of the heat, and score1 as its maximum',
    async (method) => {
      // On the patch grid and without smoothing both upsamplings do nothing.
      const model = buildInspectGraph({ ...options, method, mapSize: 4, sigma: 0 });
      const { low, heat, score1 } = await runModel(model, feeds);
      expectClose(heat!.data, low!.data, 1e-6);
      expect(score1!.data[0]).toBe(Math.max(...heat!.data));
    },
  );

  it('has the same image score for all methods', async () => {
    const [base, ...others] = await Promise.all(
      METHODS.map(
        async (method) => (await runModel(buildInspectGraph({ ...options, method }), feeds)).score0!,
      ),
    );
    for (const other of others) expectClose(other.data, base!.data, 1e-5);
  });

  it('does without v-v attention in BASE', () => {
    const softmaxes = (method: Method): number => {
      const text = Buffer.from(buildInspectGraph({ ...options, method })).toString('latin1');
      return text.split('\x22\x07Softmax').length - 1; // the field op_type of a node
    };
    expect(softmaxes('base')).toBe(8);
    expect(softmaxes('sdp')).toBe(2 * 8 + 1); // and one in the feature surgery
  });

  it.each([{ sigma: -1 }, { sigma: NaN }, { mapSize: 0 }, { mapSize: 7.5 }])('refuses %o', (wrong) => {
    expect(() => buildInspectGraph({ ...options, ...wrong })).toThrow(
      expect.objectContaining({ code: 'usage' }),
    );
  });

  it('refuses SDP+ without a head', () => {
    const { head: _, ...withoutHead } = options;
    expect(() => buildInspectGraph({ ...withoutHead, method: 'sdp+' })).toThrow(
      expect.objectContaining({ code: 'head.invalid' }),
    );
  });
});
