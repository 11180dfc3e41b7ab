// Checks the staged dual path against the official code's features, and its properties on random models.
// Runs in the tests (Node).
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import type { ClipArchitecture } from '../../models/clip/architecture.ts';
import { resizePositionEmbedding } from '../../models/clip/position-embedding.ts';
import { readVisionWeights } from '../../models/clip/weights.ts';
import { buildFeatureGraph, type Tap, type VisionOptions } from '../../models/clip-ad/vision-graph.ts';
import { expectClose, goldenFloats, goldenNpy, hasGolden, tolerance } from '../support/golden.ts';
import {
  GOLDEN_CLIP,
  goldenWeights,
  PREPROCESSING,
  randomClip,
  randomImages,
  runModel,
  type Output,
} from '../support/tiny-clip.ts';

describe.skipIf(!hasGolden)('reference data', () => {
  async function features(path: string, tap: Tap): Promise<Readonly<Record<string, Output>>> {
    const weights = readVisionWeights(goldenWeights(path), GOLDEN_CLIP);
    const options = { architecture: GOLDEN_CLIP, preprocessing: PREPROCESSING, weights, tap };
    const { data, shape } = goldenNpy('vision/images.npy');
    const image_u8 = new ort.Tensor('uint8', data as Uint8Array, [...shape]);
    return runModel(buildFeatureGraph(options), { image_u8 });
  }

  it.each(['official', 'clean'] as const)('gives the reference F and X with the tap "%s"', async (tap) => {
    const { F, X } = await features('clip/open_clip_model.safetensors', tap);
    expect([F!.dims, X!.dims]).toEqual([
      [3, 4, 37, 48],
      [3, 4, 36, 128],
    ]);
    for (const [file, got] of [
      [`vision/F_${tap}.npy`, F!],
      [`vision/X_${tap}.npy`, X!],
    ] as const) {
      expectClose(got.data, goldenFloats(file), tolerance(file));
    }
  });

  it('has the ordinary CLIP image embedding as CLS row of stage 4', async () => {
    const { F } = await features('clip/open_clip_model.safetensors', 'official');
    const cls = [0, 1, 2].flatMap((b) => [...F!.data.subarray((b * 4 + 3) * 37 * 48).subarray(0, 48)]);
    expectClose(cls, goldenFloats('vision/cls.npy'), tolerance('vision/cls.npy'));
  });

  it('gives the same from the weights in Hugging Face names', async () => {
    const openClip = await features('clip/open_clip_model.safetensors', 'official');
    expect(await features('clip/hf/model.safetensors', 'official')).toEqual(openClip);
  });
});

/** A model of `layers` blocks with a grid of 4 x 4 patches. */
function randomOptions(layers: number): VisionOptions {
  const architecture: ClipArchitecture = {
    embedDim: 16,
    activation: 'quick_gelu',
    vision: { width: 32, layers, heads: 4, mlpWidth: 64, patch: 8, imageSize: 32 },
  };
  const weights = readVisionWeights(randomClip(architecture), architecture);
  return { architecture, preprocessing: PREPROCESSING, weights };
}

/** Rows of F or X, [B, 4, T, C], as `at(b, s)` [T, C]. */
const stageOf = ({ data, dims }: Output) => {
  const size = dims[2]! * dims[3]!;
  return (b: number, s: number): Float32Array => data.subarray((b * 4 + s) * size, (b * 4 + s + 1) * size);
};

describe('properties', () => {
  it.each([4, 8, 12])('with %i blocks, the taps differ in stages 1 to 3 only', async (layers) => {
    const options = randomOptions(layers);
    const feeds = { image_u8: randomImages(1, 32) };
    const official = await runModel(buildFeatureGraph({ ...options, tap: 'official' }), feeds);
    const clean = await runModel(buildFeatureGraph({ ...options, tap: 'clean' }), feeds);
    for (let s = 0; s < 4; s++) {
      const [xOfficial, xClean] = [official.X!, clean.X!].map((x) => stageOf(x)(0, s));
      const [fOfficial, fClean] = [official.F!, clean.F!].map((f) => stageOf(f)(0, s));
      expect(fOfficial!.subarray(16)).toEqual(fClean!.subarray(16)); // patch rows: the new path has no tap
      for (const [a, b] of [
        [xOfficial!, xClean!],
        [fOfficial!.subarray(0, 16), fClean!.subarray(0, 16)],
      ] as const) {
        if (s === 3) expect(a).toEqual(b);
        else expect(a).not.toEqual(b);
      }
    }
  });

  it('gives each photograph of a batch what it gets alone', async () => {
    const model = buildFeatureGraph({ ...randomOptions(4), tap: 'official' });
    const three = randomImages(3, 32);
    const together = await runModel(model, { image_u8: three });
    for (let b = 0; b < 3; b++) {
      const pixels = (three.data as Uint8Array).slice(b * 3072, (b + 1) * 3072);
      const alone = await runModel(model, { image_u8: new ort.Tensor('uint8', pixels, [1, 32, 32, 3]) });
      for (const name of ['F', 'X']) {
        const size = alone[name]!.data.length;
        expectClose(together[name]!.data.subarray(b * size, (b + 1) * size), alone[name]!.data, 1e-6);
      }
    }
  });

  it('accepts another image size and then resizes the position embedding', async () => {
    const native = randomOptions(4);
    const { architecture, weights } = native;
    const feeds = { image_u8: randomImages(1, 48) };
    const resized = await runModel(buildFeatureGraph({ ...native, imageSize: 48, tap: 'clean' }), feeds);
    expect(resized.F!.dims).toEqual([1, 4, 37, 16]);

    const larger = { ...architecture, vision: { ...architecture.vision, imageSize: 48 } };
    const position = resizePositionEmbedding(weights.position, 32, 6);
    const options = {
      ...native,
      architecture: larger,
      weights: { ...weights, position },
      tap: 'clean',
    } as const;
    expect(await runModel(buildFeatureGraph(options), feeds)).toEqual(resized);
  });

  it('does not change the weights that it is given', () => {
    const options = randomOptions(4);
    const before = structuredClone(options.weights);
    buildFeatureGraph({ ...options, tap: 'official' });
    expect(options.weights).toEqual(before);
  });
});

describe('refusals', () => {
  it.each([33, 0, NaN])('refuses an image size of %f for patches of 8', (imageSize) => {
    expect(() => buildFeatureGraph({ ...randomOptions(4), imageSize, tap: 'clean' })).toThrow(
      expect.objectContaining({ code: 'usage' }),
    );
  });

  it('refuses a depth that cannot be cut into four stages', () => {
    expect(() => buildFeatureGraph({ ...randomOptions(6), tap: 'clean' })).toThrow(
      expect.objectContaining({ code: 'weights.mismatch' }),
    );
  });
});
