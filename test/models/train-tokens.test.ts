// The frozen encoder of SDP+ training gives the same tokens as the whole dual-path model, with both taps.
// Runs in the tests (Node, ONNX Runtime on the processor).
import { describe, expect, it } from 'vitest';
import { buildFeatureGraph, type Tap } from '../../models/clip-ad/vision-graph.ts';
import { readVisionWeights } from '../../models/clip/weights.ts';
import { tokenGraph } from '../../models/train/token-graph.ts';
import { expectClose, goldenFloats, goldenNpy, hasGolden, tolerance } from '../support/golden.ts';
import {
  GOLDEN_CLIP,
  goldenWeights,
  PREPROCESSING,
  randomClip,
  randomImages,
  runModel,
} from '../support/tiny-clip.ts';
import * as ort from 'onnxruntime-node';
import type { ClipArchitecture } from '../../models/clip/architecture.ts';

const TINY: ClipArchitecture = {
  embedDim: 16,
  activation: 'quick_gelu',
  vision: { width: 64, layers: 8, heads: 2, mlpWidth: 32, patch: 8, imageSize: 32 },
};

describe.each<Tap>(['official', 'clean'])('the tap %s', (tap) => {
  it('is that of the feature model', async () => {
    const weights = readVisionWeights(randomClip(TINY), TINY);
    const options = { architecture: TINY, preprocessing: PREPROCESSING, weights, tap };
    const image_u8 = randomImages(2, 32);
    const whole = (await runModel(buildFeatureGraph(options), { image_u8 })).X;
    const alone = (await runModel(tokenGraph(options).toBytes(), { image_u8 })).X;
    expect(alone?.dims).toEqual(whole?.dims);
    expectClose(alone?.data ?? [], whole?.data ?? [NaN], 1e-6);
  });

  it.skipIf(!hasGolden)('is that of the official code', async () => {
    const weights = readVisionWeights(goldenWeights(), GOLDEN_CLIP);
    const model = tokenGraph({
      architecture: GOLDEN_CLIP,
      preprocessing: PREPROCESSING,
      weights,
      tap,
    }).toBytes();
    const { data, shape } = goldenNpy('vision/images.npy');
    const { X } = await runModel(model, { image_u8: new ort.Tensor('uint8', data as Uint8Array, shape) });
    const file = `vision/X_${tap}.npy`;
    expectClose(X?.data ?? [], goldenFloats(file), tolerance(file));
  });
});

it('a tower that has no four stages is refused', () => {
  const architecture = { ...TINY, vision: { ...TINY.vision, layers: 6 } };
  const weights = readVisionWeights(randomClip(architecture), architecture);
  expect(() => tokenGraph({ architecture, preprocessing: PREPROCESSING, weights, tap: 'clean' })).toThrow(
    expect.objectContaining({ code: 'weights.mismatch' }),
  );
});
