// Checks the transformer block against a plain loop implementation in float64.
// Runs in the tests (Node).
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import type { Activation } from '../../models/clip/architecture.ts';
import { transformerBlock } from '../../models/clip/transformer.ts';
import type { BlockWeights, Linear, Norm } from '../../models/clip/weights.ts';
import { GraphBuilder } from '../../models/onnx/graph.ts';
import { expectClose } from '../support/golden.ts';
import { randomFloats, randomNumbers, runModel } from '../support/tiny-clip.ts';

const WIDTH = 6;
const HEADS = 2;
const HIDDEN = 10;
const TOKENS = 4;

const random = randomNumbers(5);
const linearOf = (from: number, to: number): Linear => ({
  weight: randomFloats(from * to, random),
  bias: randomFloats(to, random, 0.3),
});
const normOf = (): Norm => ({
  scale: randomFloats(WIDTH, random).map((x) => 1 + 0.3 * x),
  bias: randomFloats(WIDTH, random, 0.3),
});
const WEIGHTS: BlockWeights = {
  norm1: normOf(),
  qkv: linearOf(WIDTH, 3 * WIDTH),
  out: linearOf(WIDTH, WIDTH),
  norm2: normOf(),
  mlpIn: linearOf(WIDTH, HIDDEN),
  mlpOut: linearOf(HIDDEN, WIDTH),
};

// ---- the loops ----

type Rows = number[][];
const plus = (a: Rows, b: Rows): Rows => a.map((row, i) => row.map((x, j) => x + b[i]![j]!));
const linear = (rows: Rows, { weight, bias }: Linear): Rows =>
  rows.map((row) =>
    Array.from(bias, (b, j) => row.reduce((sum, x, i) => sum + x * weight[i * bias.length + j]!, b)),
  );
const norm = (rows: Rows, { scale, bias }: Norm): Rows =>
  rows.map((row) => {
    const mean = row.reduce((a, b) => a + b) / row.length;
    const variance = row.reduce((sum, x) => sum + (x - mean) ** 2, 0) / row.length;
    return row.map((x, j) => ((x - mean) / Math.sqrt(variance + 1e-5)) * scale[j]! + bias[j]!);
  });

function attend(qkv: Rows, causal: boolean): Rows {
  const size = WIDTH / HEADS;
  return qkv.map((query, t) =>
    Array.from({ length: WIDTH }, (_, j) => {
      const head = Math.floor(j / size) * size;
      const weights = qkv.map((key, s) => {
        let score = 0;
        for (let d = head; d < head + size; d++) score += query[d]! * key[WIDTH + d]!;
        return causal && s > t ? 0 : Math.exp(score / Math.sqrt(size));
      });
      const total = weights.reduce((a, b) => a + b);
      return qkv.reduce((sum, value, s) => sum + (weights[s]! / total) * value[2 * WIDTH + j]!, 0);
    }),
  );
}

/** Φ(x), the normal distribution, by Simpson's rule: the tests should not share a formula with the graph. */
function normalCdf(x: number): number {
  const steps = 2000;
  const density = (t: number): number => Math.exp((-t * t) / 2) / Math.sqrt(2 * Math.PI);
  let sum = density(0) + density(x);
  for (let i = 1; i < steps; i++) sum += density((i * x) / steps) * (i % 2 === 1 ? 4 : 2);
  return 0.5 + (sum * x) / steps / 3;
}

function reference(h: Rows, activation: Activation, causal: boolean): Rows {
  const m = plus(h, linear(attend(linear(norm(h, WEIGHTS.norm1), WEIGHTS.qkv), causal), WEIGHTS.out));
  const hidden = linear(norm(m, WEIGHTS.norm2), WEIGHTS.mlpIn);
  const gelu = (x: number): number =>
    activation === 'gelu' ? x * normalCdf(x) : x / (1 + Math.exp(-1.702 * x));
  return plus(
    m,
    linear(
      hidden.map((row) => row.map(gelu)),
      WEIGHTS.mlpOut,
    ),
  );
}

describe('transformerBlock', () => {
  const h = randomFloats(TOKENS * WIDTH, randomNumbers(6));
  const rows = Array.from({ length: TOKENS }, (_, t) => [...h.subarray(t * WIDTH, (t + 1) * WIDTH)]);

  it.each([
    ['gelu', false],
    ['quick_gelu', false],
    ['gelu', true],
  ] as const)('equals plain loops (activation %s, causal mask %s)', async (activation, causal) => {
    const g = new GraphBuilder('block');
    const x = g.input('h', 'float32', ['B', TOKENS, WIDTH]);
    const maskData = Float32Array.from({ length: TOKENS ** 2 }, (_, i) =>
      causal && i % TOKENS > Math.floor(i / TOKENS) ? -Infinity : 0,
    );
    const mask = g.constant(maskData, [TOKENS, TOKENS]);
    const settings = { width: WIDTH, heads: HEADS, activation, ...(causal ? { mask } : {}) };
    g.output('y', transformerBlock(g, x, WEIGHTS, settings).output, 'float32', ['B', TOKENS, WIDTH]);
    const { y } = await runModel(g.toBytes(), { h: new ort.Tensor('float32', h, [1, TOKENS, WIDTH]) });
    expect(y!.dims).toEqual([1, TOKENS, WIDTH]);
    expectClose(y!.data, reference(rows, activation, causal).flat(), 1e-6);
  });
});
