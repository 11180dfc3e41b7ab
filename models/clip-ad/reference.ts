// CLIP-AD once more in plain arithmetic, without a graph and without ONNX Runtime: what the self-test compares with.
// Runs anywhere (pure TypeScript, float64). Slow: for a handful of patches. Specification § B.2, B.3, B.5.
import type { Activation, ClipArchitecture } from '../clip/architecture.ts';
import { resizePositionEmbedding } from '../clip/position-embedding.ts';
import type { BlockWeights, Linear, Norm, VisionReader } from '../clip/weights.ts';
import { STAGES, type Preprocessing, type Tap } from './vision-graph.ts';

/** Rows of numbers: [rows, width]. */
export interface Rows {
  readonly width: number;
  readonly data: Float64Array;
}

/** What one block makes of h: § B.2, the tensors of `transformerBlock` and the v-v attention. All [T, W]. */
export interface BlockResult {
  readonly afterAttention: Rows;
  readonly output: Rows;
  readonly dual: Rows;
}

/** Runs one block; {@link runBlock} here, or ONNX Runtime where that is to be tested. */
export type BlockRunner = (weights: BlockWeights, h: Rows) => BlockResult | Promise<BlockResult>;

export interface ReferenceInput {
  readonly architecture: ClipArchitecture;
  readonly preprocessing: Preprocessing;
  readonly weights: VisionReader;
  /** RGB bytes [S, S, 3] with S = grid · patch. */
  readonly pixels: Uint8Array;
  readonly grid: number;
  /** Unit vectors t_n and t_a behind each other, [2, D]. */
  readonly text: Float32Array;
}

/** The outputs `low` [grid²] and `score0` of `buildInspectGraph`. */
export interface ReferenceMaps {
  readonly low: readonly number[];
  readonly score0: number;
}
export type ReferenceResult = Readonly<Record<'base' | Tap, ReferenceMaps>>;

/** BASE, and SDP with both taps, of one image. One block is in memory at a time. */
export async function referenceMaps(input: ReferenceInput, run?: BlockRunner): Promise<ReferenceResult> {
  const { architecture, weights, grid } = input;
  const step: BlockRunner = run ?? ((block, h) => runBlock(block, h, architecture));
  const perStage = weights.layers / STAGES;
  const taps: Record<Tap, Rows[]> = { official: [], clean: [] };
  const duals: Rows[] = [];
  let h = embed(input);
  for (let l = 0; l < weights.layers; l++) {
    const { afterAttention, output, dual } = await step(weights.block(l), h);
    const restarts = l % perStage === 0;
    if (restarts && l > 0) taps.official.push(afterAttention);
    const sum = duals.at(-1);
    if (restarts || !sum) duals.push(dual);
    else duals[duals.length - 1] = add(sum, dual);
    h = output;
    if ((l + 1) % perStage === 0) taps.clean.push(h);
  }
  taps.official.push(h);

  const project = (rows: Rows): Rows => projectToText(rows, weights.frame, architecture.embedDim);
  const final = project(h);
  const score0 = probability(cosines(final, input.text)[0]);
  const surgery = (tap: Tap): ReferenceMaps => {
    const low = new Float64Array(grid * grid);
    for (const [s, dual] of duals.entries()) {
      const [cls] = cosines(project(firstRow(taps[tap][s] ?? h)), input.text);
      const [pn, pa] = softmax(cls ?? [NaN, NaN]);
      for (const [i, [cn, ca]] of cosines(project(dual), input.text).slice(1).entries())
        low[i] = (low[i] ?? NaN) + pa * ca - pn * cn;
    }
    return { low: [...low], score0 };
  };
  const base = cosines(final, input.text).slice(1).map(probability);
  return { base: { low: base, score0 }, official: surgery('official'), clean: surgery('clean') };
}

type Pair = readonly [normal: number, abnormal: number];

/** Cosines of unit rows with t_n and t_a. */
function cosines({ width, data }: Rows, text: Float32Array): Pair[] {
  const dot = (row: number, vector: number): number => {
    let sum = 0;
    for (let d = 0; d < width; d++) sum += (data[row * width + d] ?? NaN) * (text[vector * width + d] ?? NaN);
    return sum;
  };
  return Array.from({ length: data.length / width }, (_, row): Pair => [dot(row, 0), dot(row, 1)]);
}

const softmax = ([n, a]: Pair): Pair => [1 / (1 + Math.exp(a - n)), 1 / (1 + Math.exp(n - a))];
const probability = (pair: Pair | undefined): number => {
  const [n, a] = pair ?? [NaN, NaN];
  return softmax([100 * n, 100 * a])[1];
};

/** h⁰ = LN_pre([class; patches] + position). */
function embed({ architecture, preprocessing, weights, pixels, grid }: ReferenceInput): Rows {
  const { width, patch } = architecture.vision;
  const { frame } = weights;
  const position = resizePositionEmbedding(frame.position, width, grid);
  const side = grid * patch;
  const data = Float64Array.from(position);
  for (let w = 0; w < width; w++) data[w] = (data[w] ?? NaN) + (frame.classEmbedding[w] ?? NaN);
  for (let p = 0; p < grid * grid; p++) {
    const [py, px] = [Math.floor(p / grid) * patch, (p % grid) * patch];
    for (let w = 0; w < width; w++) {
      let sum = 0;
      for (let c = 0; c < 3; c++) {
        const [mean, std] = [preprocessing.mean[c] ?? NaN, preprocessing.std[c] ?? NaN];
        for (let y = 0; y < patch; y++) {
          for (let x = 0; x < patch; x++) {
            const value = (pixels[((py + y) * side + px + x) * 3 + c] ?? NaN) / 255;
            sum += ((value - mean) / std) * (frame.patch[((w * 3 + c) * patch + y) * patch + x] ?? NaN);
          }
        }
      }
      const at = (1 + p) * width + w;
      data[at] = (data[at] ?? NaN) + sum;
    }
  }
  return layerNorm({ width, data }, frame.normPre);
}

/** One block with its v-v attention, in plain arithmetic. */
export function runBlock(block: BlockWeights, h: Rows, architecture: ClipArchitecture): BlockResult {
  const { heads } = architecture.vision;
  const qkv = linear(layerNorm(h, block.norm1), block.qkv);
  const [q, k, v] = [0, 1, 2].map((part) => columns(qkv, part * h.width, h.width)) as [Rows, Rows, Rows];
  const afterAttention = add(h, linear(attention(q, k, v, heads), block.out));
  const hidden = linear(layerNorm(afterAttention, block.norm2), block.mlpIn);
  const active = { ...hidden, data: hidden.data.map(activation(architecture.activation)) };
  const output = add(afterAttention, linear(active, block.mlpOut));
  return { afterAttention, output, dual: linear(attention(v, v, v, heads), block.out) };
}

const add = (a: Rows, b: Rows): Rows => ({ ...a, data: a.data.map((x, i) => x + (b.data[i] ?? NaN)) });
const firstRow = ({ width, data }: Rows): Rows => ({ width, data: data.subarray(0, width) });

function columns({ width, data }: Rows, from: number, count: number): Rows {
  const out = Float64Array.from({ length: (data.length / width) * count }, (_, i) => {
    return data[Math.floor(i / count) * width + from + (i % count)] ?? NaN;
  });
  return { width: count, data: out };
}

function linear({ width, data }: Rows, { weight, bias }: Linear): Rows {
  const to = bias.length;
  const out = new Float64Array((data.length / width) * to);
  for (let row = 0; row * width < data.length; row++) {
    out.set(bias, row * to);
    for (let k = 0; k < width; k++) {
      const factor = data[row * width + k]!;
      for (let j = 0; j < to; j++) out[row * to + j]! += factor * weight[k * to + j]!;
    }
  }
  return { width: to, data: out };
}

function layerNorm({ width, data }: Rows, { scale, bias }: Norm): Rows {
  const out = new Float64Array(data.length);
  for (let at = 0; at < data.length; at += width) {
    const row = data.subarray(at, at + width);
    const mean = row.reduce((a, b) => a + b, 0) / width;
    const variance = row.reduce((a, b) => a + (b - mean) ** 2, 0) / width;
    row.forEach((x, i) => {
      out[at + i] = ((x - mean) / Math.sqrt(variance + 1e-5)) * (scale[i] ?? NaN) + (bias[i] ?? NaN);
    });
  }
  return { width, data: out };
}

function attention(q: Rows, k: Rows, v: Rows, heads: number): Rows {
  const { width } = q;
  const [size, tokens] = [width / heads, q.data.length / width];
  const out = new Float64Array(q.data.length);
  for (let head = 0; head < heads; head++) {
    for (let i = 0; i < tokens; i++) {
      const scores = Array.from({ length: tokens }, (_, j) => {
        let sum = 0;
        for (let d = head * size; d < (head + 1) * size; d++)
          sum += q.data[i * width + d]! * k.data[j * width + d]!;
        return sum / Math.sqrt(size);
      });
      const largest = Math.max(...scores);
      const weights = scores.map((score) => Math.exp(score - largest));
      const total = weights.reduce((a, b) => a + b, 0);
      for (const [j, weight] of weights.entries())
        for (let d = head * size; d < (head + 1) * size; d++)
          out[i * width + d]! += (weight / total) * v.data[j * width + d]!;
    }
  }
  return { width, data: out };
}

/** normalise(LN_post(x) · W_proj) */
function projectToText(rows: Rows, { normPost, projection }: VisionReader['frame'], embedDim: number): Rows {
  const { data } = linear(layerNorm(rows, normPost), {
    weight: projection,
    bias: new Float32Array(embedDim),
  });
  for (let at = 0; at < data.length; at += embedDim) {
    const row = data.subarray(at, at + embedDim);
    const length = Math.hypot(...row);
    row.forEach((x, i) => void (row[i] = x / length));
  }
  return { width: embedDim, data };
}

const activation =
  (name: Activation) =>
  (x: number): number =>
    name === 'quick_gelu' ? x / (1 + Math.exp(-1.702 * x)) : 0.5 * x * (1 + erf(x / Math.SQRT2));

/** Abramowitz and Stegun 7.1.26: within 1.5e-7. */
function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const series =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.sign(x) * (1 - series * Math.exp(-x * x));
}
