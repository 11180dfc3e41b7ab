// Window scoring against the same in plain loops: every window classified on its own, harmonic means over what covers a patch.
// Runs in the tests (Node).
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { runBlock, type Rows } from '../../models/clip-ad/reference.ts';
import { buildFeatureGraph } from '../../models/clip-ad/vision-graph.ts';
import { buildWindowGraph, type WindowOptions } from '../../models/clip-ad/window-graph.ts';
import type { ClipArchitecture } from '../../models/clip/architecture.ts';
import { readVisionWeights } from '../../models/clip/weights.ts';
import { expectClose } from '../support/golden.ts';
import {
  PREPROCESSING,
  randomClip,
  randomFloats,
  randomImages,
  randomNumbers,
  runModel,
} from '../support/tiny-clip.ts';

const GRID = 4;
const architecture: ClipArchitecture = {
  embedDim: 16,
  activation: 'gelu',
  vision: { width: 32, layers: 4, heads: 4, mlpWidth: 64, patch: 8, imageSize: 8 * GRID },
};
const weights = readVisionWeights(randomClip(architecture), architecture);
const options: WindowOptions = { architecture, preprocessing: PREPROCESSING, weights, sigma: 0 };
const random = randomNumbers(9);
const unit = (vector: Float32Array): Float32Array => vector.map((x) => x / Math.hypot(...vector));
const [normal, abnormal] = [unit(randomFloats(16, random)), unit(randomFloats(16, random))];
const feeds = {
  image_u8: randomImages(1, 8 * GRID),
  text: new ort.Tensor(
    'float32',
    Float32Array.from({ length: 32 }, (_, i) => (i % 2 === 0 ? normal : abnormal)[i >> 1]!),
    [16, 2],
  ),
};

/** h⁰ of the photograph: a tower whose blocks do nothing hands its input on as raw patch tokens; CLS comes with it. */
async function tokens(): Promise<Float32Array[]> {
  const nothing = weights.blocks.map((block) => ({
    ...block,
    out: { weight: block.out.weight.map(() => 0), bias: block.out.bias.map(() => 0) },
    mlpOut: { weight: block.mlpOut.weight.map(() => 0), bias: block.mlpOut.bias.map(() => 0) },
  }));
  const model = buildFeatureGraph({ ...options, weights: { ...weights, blocks: nothing }, tap: 'clean' });
  const patches = (await runModel(model, feeds)).X!.data.subarray(0, GRID * GRID * 32);
  const sum = weights.classEmbedding.map((x, i) => x + weights.position[i]!);
  const mean = sum.reduce((a, b) => a + b, 0) / 32;
  const deviation = Math.sqrt(sum.reduce((a, b) => a + (b - mean) ** 2, 0) / 32 + 1e-5);
  const { scale, bias } = weights.normPre;
  const cls = sum.map((x, i) => ((x - mean) / deviation) * scale[i]! + bias[i]!);
  return [cls, ...Array.from({ length: GRID * GRID }, (_, p) => patches.slice(p * 32, (p + 1) * 32))];
}

/** Probability of "abnormal" of the CLS row of some tokens. */
function classify(rows: readonly Float32Array[]): number {
  let h: Rows = { width: 32, data: Float64Array.from(rows.flatMap((row) => [...row])) };
  for (const block of weights.blocks) h = runBlock(block, h, architecture).output;
  const row = [...h.data.subarray(0, 32)];
  const mean = row.reduce((a, b) => a + b, 0) / 32;
  const deviation = Math.sqrt(row.reduce((a, b) => a + (b - mean) ** 2, 0) / 32 + 1e-5);
  const { scale, bias } = weights.normPost;
  const x = row.map((value, i) => ((value - mean) / deviation) * scale[i]! + bias[i]!);
  const f = Array.from({ length: 16 }, (_, d) =>
    x.reduce((sum, value, i) => sum + value * weights.projection[i * 16 + d]!, 0),
  );
  const length = Math.hypot(...f);
  const margin = f.reduce((sum, value, d) => sum + (value / length) * (abnormal[d]! - normal[d]!), 0);
  return 1 / (1 + Math.exp(-100 * margin));
}

const harmonic = (values: readonly number[]): number =>
  values.length / values.reduce((sum, value) => sum + 1 / (value + 1e-6), 0);

describe('window scoring', () => {
  it('is the harmonic mean over the windows of both sizes and the whole image', async () => {
    const [cls, ...patches] = (await tokens()) as [Float32Array, ...Float32Array[]];
    const whole = classify([cls, ...patches]);
    const covering = [2, 3].map((side) => {
      const found: number[][] = Array.from({ length: GRID * GRID }, () => []);
      for (let y = 0; y + side <= GRID; y++)
        for (let x = 0; x + side <= GRID; x++) {
          const inside = Array.from(
            { length: side * side },
            (_, i) => (y + Math.floor(i / side)) * GRID + x + (i % side),
          );
          const p = classify([cls, ...inside.map((i) => patches[i]!)]);
          for (const i of inside) found[i]!.push(p);
        }
      return found.map((values) => harmonic(values) - 1e-6);
    });
    const expected = patches.map((_, i) => harmonic([whole, covering[0]![i]!, covering[1]![i]!]));

    const { heat, score0, score1 } = await runModel(buildWindowGraph(options), feeds);
    expect(heat!.dims).toEqual([1, 32, 32]);
    expectClose(score0!.data, [whole], 1e-4);
    expect(score1!.data[0]).toBe(Math.max(...heat!.data));
    // The four corner pixels of an upsampled map are the corner patches themselves.
    const corner = (y: number, x: number): number => heat!.data[y * 31 * 32 + x * 31]!;
    expectClose(
      [corner(0, 0), corner(0, 1), corner(1, 0), corner(1, 1)],
      [expected[0]!, expected[GRID - 1]!, expected[GRID * (GRID - 1)]!, expected[GRID * GRID - 1]!],
      1e-3,
    );
  });

  it('refuses a model with fewer than 3 x 3 patches', () => {
    expect(() => buildWindowGraph({ ...options, imageSize: 16 })).toThrow(
      expect.objectContaining({ code: 'usage' }),
    );
  });
});
