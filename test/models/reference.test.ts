// The plain arithmetic of the self-test against the official code, against the graphs, and the properties of the method.
// Runs in the tests (Node).
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { buildBlockGraph } from '../../models/clip-ad/block-graph.ts';
import { buildInspectGraph } from '../../models/clip-ad/heat-graph.ts';
import { referenceMaps, runBlock, type BlockRunner } from '../../models/clip-ad/reference.ts';
import { buildFeatureGraph } from '../../models/clip-ad/vision-graph.ts';
import type { ClipArchitecture } from '../../models/clip/architecture.ts';
import { openVisionWeights, readVisionWeights } from '../../models/clip/weights.ts';
import { expectClose, goldenFloats, goldenJson, goldenNpy, hasGolden, tolerance } from '../support/golden.ts';
import {
  GOLDEN_CLIP,
  goldenWeights,
  PREPROCESSING,
  randomClip,
  randomFloats,
  randomImages,
  randomNumbers,
  runModel,
} from '../support/tiny-clip.ts';

describe.skipIf(!hasGolden)('reference data', () => {
  it('plain arithmetic gives the official maps and scores', async () => {
    const images = goldenNpy('vision/images.npy').data as Uint8Array;
    const size = images.length / 3;
    const text = Float32Array.from([...goldenFloats('maps/t_n.npy'), ...goldenFloats('maps/t_a.npy')]);
    const results = [];
    for (let i = 0; i < 3; i++) {
      results.push(
        await referenceMaps({
          architecture: GOLDEN_CLIP,
          preprocessing: PREPROCESSING,
          weights: openVisionWeights(goldenWeights(), GOLDEN_CLIP),
          pixels: images.subarray(i * size, (i + 1) * size),
          grid: 6,
          text,
        }),
      );
    }
    for (const [name, file] of [
      ['official', 'maps/A_official.npy'],
      ['clean', 'maps/A_clean.npy'],
      ['base', 'maps/base_low.npy'],
    ] as const)
      expectClose(
        results.flatMap((result) => result[name].low),
        goldenFloats(file),
        tolerance(file),
      );
    const { score0 = [] } = goldenJson('maps/scores.json') as Record<string, number[]>;
    expectClose(
      results.map(({ base }) => base.score0),
      score0,
      tolerance('maps/scores.json'),
    );
  });
});

const architecture = (activation: ClipArchitecture['activation'], layers = 8): ClipArchitecture => ({
  embedDim: 16,
  activation,
  vision: { width: 32, layers, heads: 4, mlpWidth: 64, patch: 8, imageSize: 32 },
});
const random = randomNumbers(5);
const unit = (vector: Float32Array): Float32Array => vector.map((x) => x / Math.hypot(...vector));
const TEXT = Float32Array.from([...unit(randomFloats(16, random)), ...unit(randomFloats(16, random))]);
const COLUMNS = Float32Array.from({ length: 32 }, (_, i) => TEXT[(i % 2) * 16 + (i >> 1)]!);

const inputOf = (model: ClipArchitecture, grid: number) => ({
  architecture: model,
  preprocessing: PREPROCESSING,
  weights: openVisionWeights(randomClip(model), model),
  pixels: randomImages(1, 8 * grid).data as Uint8Array,
  grid,
  text: TEXT,
});

describe.each(['gelu', 'quick_gelu'] as const)('with %s', (activation) => {
  const model = architecture(activation);

  it.each([2, 4, 5])('the graphs give the same on %i patches squared', async (grid) => {
    const expected = await referenceMaps(inputOf(model, grid));
    const feeds = {
      image_u8: randomImages(1, 8 * grid),
      text: new ort.Tensor('float32', COLUMNS, [16, 2]),
    };
    const weights = readVisionWeights(randomClip(model), model);
    const common = {
      architecture: model,
      preprocessing: PREPROCESSING,
      weights,
      imageSize: 8 * grid,
      sigma: 1,
    };
    for (const [name, method, tap] of [
      ['base', 'base', 'official'],
      ['official', 'sdp', 'official'],
      ['clean', 'sdp', 'clean'],
    ] as const) {
      const { low, score0 } = await runModel(buildInspectGraph({ ...common, method, tap }), feeds);
      expectClose(low!.data, expected[name].low, 1e-4);
      expect(Math.abs(score0!.data[0]! - expected[name].score0)).toBeLessThan(1e-4);
    }
  });

  it('a block alone gives the same', async () => {
    const { weights } = inputOf(model, 2);
    const h = { width: 32, data: Float64Array.from(randomFloats(5 * 32, random)) };
    const expected = runBlock(weights.block(3), h, model);
    const feeds = { h: new ort.Tensor('float32', Float32Array.from(h.data), [1, 5, 32]) };
    const got = await runModel(buildBlockGraph(weights.block(3), model, 5), feeds);
    for (const name of ['afterAttention', 'output', 'dual'] as const)
      expectClose(got[name]!.data, expected[name].data, 1e-5);
  });
});

describe('properties', () => {
  const model = architecture('gelu');
  const input = inputOf(model, 3);

  it('swapping the two texts negates the SDP map and mirrors the probabilities', async () => {
    const { base, official } = await referenceMaps(input);
    const text = Float32Array.from([...TEXT.subarray(16), ...TEXT.subarray(0, 16)]);
    const swapped = await referenceMaps({ ...input, text });
    expectClose(
      swapped.official.low.map((x) => -x),
      official.low,
      1e-12,
    );
    expectClose(
      swapped.base.low.map((x) => 1 - x),
      base.low,
      1e-12,
    );
  });

  /** The SDP map when the v-v attention of some blocks gives nothing. */
  const without = async (...silent: number[]): Promise<readonly number[]> => {
    let l = 0;
    const run: BlockRunner = (weights, h) => {
      const result = runBlock(weights, h, model);
      const dual = silent.includes(l++)
        ? { ...result.dual, data: result.dual.data.map(() => 0) }
        : result.dual;
      return { ...result, dual };
    };
    return (await referenceMaps(input, run)).official.low;
  };
  const change = (a: readonly number[], b: readonly number[]): number[] => a.map((x, i) => x - b[i]!);

  it('zeroing the v-v attention of one block changes only its stage', async () => {
    const all = await without();
    const stage2 = change(await without(2), all);
    expect(Math.max(...stage2.map(Math.abs))).toBeGreaterThan(1e-3);
    // Stages add up, so what block 2 changes does not depend on a block of another stage …
    for (const other of [0, 5, 7])
      expectClose(change(await without(2, other), await without(other)), stage2, 1e-9);
    // … but on the other block of its own.
    const beside = change(await without(2, 3), await without(3));
    expect(Math.max(...change(beside, stage2).map(Math.abs))).toBeGreaterThan(1e-3);
  });

  it('zeroing a whole block leaves the patch rows of all earlier stages as they are', async () => {
    const weights = readVisionWeights(randomClip(model), model);
    const features = async (silent: number | null) => {
      const blocks = weights.blocks.map((block, l) =>
        l !== silent
          ? block
          : {
              ...block,
              out: { weight: block.out.weight.map(() => 0), bias: block.out.bias.map(() => 0) },
              mlpOut: { weight: block.mlpOut.weight.map(() => 0), bias: block.mlpOut.bias.map(() => 0) },
            },
      );
      const options = { architecture: model, preprocessing: PREPROCESSING, weights: { ...weights, blocks } };
      const { F } = await runModel(buildFeatureGraph({ ...options, tap: 'clean' }), {
        image_u8: randomImages(1, 32),
      });
      return [0, 1, 2, 3].map((s) => [...F!.data.subarray((s * 17 + 1) * 16, (s + 1) * 17 * 16)]);
    };
    const all = await features(null);
    for (const silent of [0, 3, 7]) {
      const stage = silent >> 1;
      const rows = await features(silent);
      for (let s = 0; s < stage; s++) expect(rows[s]).toEqual(all[s]);
      expect(rows[stage]).not.toEqual(all[stage]);
    }
  });
});
