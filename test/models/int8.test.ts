// Layers with 8-bit weights: how weights are rounded, and what the graphs make of them in ONNX Runtime.
// Runs in the tests (Node).
import fc from 'fast-check';
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { fusedAttention, int8Linear, quantise, REDUCED_RANGE } from '../../models/clip/int8.ts';
import {
  attention,
  transformerBlock,
  type Arithmetic,
  type BlockSettings,
} from '../../models/clip/transformer.ts';
import type { BlockWeights, Linear } from '../../models/clip/weights.ts';
import { GraphBuilder } from '../../models/onnx/graph.ts';
import { randomFloats, randomNumbers, runModel } from '../support/tiny-clip.ts';

const [TOKENS, WIDTH, HEADS] = [7, 64, 2];
const random = randomNumbers(5);
const layer = (from: number, to: number): Linear => ({
  weight: randomFloats(from * to, random, 1 / Math.sqrt(from)),
  bias: randomFloats(to, random, 0.1),
});
const norm = () => ({
  scale: randomFloats(WIDTH, random, 0.2).map((x) => 1 + x),
  bias: randomFloats(WIDTH, random),
});
const BLOCK: BlockWeights = {
  norm1: norm(),
  qkv: layer(WIDTH, 3 * WIDTH),
  out: layer(WIDTH, WIDTH),
  norm2: norm(),
  mlpIn: layer(WIDTH, 96),
  mlpOut: layer(96, WIDTH),
};
const SETTINGS: BlockSettings = { width: WIDTH, heads: HEADS, activation: 'gelu' };
const X = new ort.Tensor('float32', randomFloats(2 * TOKENS * WIDTH, random), [2, TOKENS, WIDTH]);
const distance = (a: Float32Array, b: Float32Array): number =>
  Math.sqrt(
    a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0) /
      a.reduce((sum, value) => sum + value ** 2, 0),
  );

describe('quantise', () => {
  it('is never further off than half a step of its channel, and uses the whole range', () => {
    const weights = fc.array(fc.integer({ min: -1e6, max: 1e6 }), {
      minLength: 12,
      maxLength: 12,
    });
    fc.assert(
      fc.property(weights, (numbers) => {
        const { weight, scale } = quantise({ weight: Float32Array.from(numbers), bias: new Float32Array(3) });
        for (let c = 0; c < 3; c++) {
          const column = [0, 1, 2, 3].map((row) => row * 3 + c);
          const step = scale[c]!;
          for (const i of column)
            expect(Math.abs(weight[i]! * step - Math.fround(numbers[i]!))).toBeLessThanOrEqual(step * 0.5001);
          const largest = Math.max(...column.map((i) => Math.abs(weight[i]!)));
          expect(largest).toBe(step > 0 ? 127 : 0);
        }
      }),
      { seed: 1 },
    );
  });

  it('leaves room for sums of 16 bits when it is asked to', () => {
    const { weight, scale } = quantise({ ...BLOCK.out }, REDUCED_RANGE);
    expect(Math.max(...weight.map(Math.abs))).toBe(63);
    weight.forEach((steps, i) => {
      const step = scale[i % WIDTH]!;
      expect(Math.abs(steps * step - BLOCK.out.weight[i]!)).toBeLessThanOrEqual(step * 0.5001);
    });
    expect(2 * 255 * REDUCED_RANGE).toBeLessThan(2 ** 15);
  });

  it('makes one result of one layer', () => {
    expect(quantise(BLOCK.out)).toBe(quantise(BLOCK.out));
    expect(quantise({ ...BLOCK.out })).not.toBe(quantise(BLOCK.out));
  });
});

describe('in ONNX Runtime', () => {
  it('a layer is that of its rounded weights, but for the rounding of the activations', async () => {
    const g = new GraphBuilder('test');
    const x = g.input('x', 'float32', ['B', TOKENS, WIDTH]);
    g.output('y', int8Linear(g, x, BLOCK.qkv), 'float32', ['B', TOKENS, 3 * WIDTH]);
    const y = (await runModel(g.toBytes(), { x: X })).y!;
    const { weight, scale, bias } = quantise(BLOCK.qkv);
    const outputs = bias.length;
    const input = X.data;
    const expected = y.data.map((_, i) => {
      const [row, c] = [Math.floor(i / outputs), i % outputs];
      let sum = 0;
      for (let k = 0; k < WIDTH; k++) sum += input[row * WIDTH + k]! * weight[k * outputs + c]!;
      return sum * scale[c]! + bias[c]!;
    });
    expect(distance(expected, y.data)).toBeGreaterThan(1e-4); // activations are rounded: it is no float product
    expect(distance(expected, y.data)).toBeLessThan(0.02);
  });

  it('the fused attention is the plain one', async () => {
    const g = new GraphBuilder('test');
    const x = g.input('x', 'float32', ['B', TOKENS, WIDTH]);
    const [q, v] = [g.mul(x, 1.5), g.sub(x, 0.3)];
    const shape = ['B', TOKENS, WIDTH] as const;
    const identity = {
      weight: Float32Array.from({ length: WIDTH ** 2 }, (_, i) => Number(i % (WIDTH + 1) === 0)),
      bias: new Float32Array(WIDTH),
    };
    g.output('plain', attention(g, q, x, v, identity, SETTINGS), 'float32', shape);
    g.output('fused', fusedAttention(g, q, x, v, HEADS), 'float32', shape);
    const { plain, fused } = await runModel(g.toBytes(), { x: X });
    expect(distance(plain!.data, fused!.data)).toBeLessThan(1e-6);
  });

  it('a whole block stays near float32, and every linear layer is stored as bytes', async () => {
    const build = (arithmetic: Arithmetic): Uint8Array => {
      const g = new GraphBuilder('test');
      const settings = { ...SETTINGS, arithmetic };
      const block = transformerBlock(g, g.input('x', 'float32', ['B', TOKENS, WIDTH]), BLOCK, settings);
      g.output('y', block.output, 'float32', ['B', TOKENS, WIDTH]);
      return g.toBytes();
    };
    const [float, small] = [build('fp32'), build('int8')];
    expect(small.length).toBeLessThan(float.length / 3);
    const a = (await runModel(float, { x: X })).y!.data;
    const b = (await runModel(small, { x: X })).y!.data;
    expect(distance(a, b)).toBeGreaterThan(1e-4);
    expect(distance(a, b)).toBeLessThan(0.02);
    const c = (await runModel(build('int8-reduced'), { x: X })).y!.data;
    expect(distance(a, c)).toBeLessThan(0.04);
    expect(distance(b, c)).toBeGreaterThan(1e-4);
  });
});

describe('a block of which only CLS is wanted', () => {
  it.each(['fp32', 'int8'] as const)('gives the first row of the whole one (%s)', async (arithmetic) => {
    const g = new GraphBuilder('test');
    const x = g.input('x', 'float32', ['B', TOKENS, WIDTH]);
    const settings = { ...SETTINGS, arithmetic };
    const all = transformerBlock(g, x, BLOCK, settings);
    const cls = transformerBlock(g, x, BLOCK, settings, 'cls');
    g.output('all', g.slice(all.output, 1, 0, 1), 'float32', ['B', 1, WIDTH]);
    g.output('cls', cls.output, 'float32', ['B', 1, WIDTH]);
    g.output('values', g.sub(all.values, cls.values), 'float32', ['B', TOKENS, WIDTH]);
    const results = await runModel(g.toBytes(), { x: X });
    expect(results.cls!.dims).toEqual([2, 1, WIDTH]);
    // int8 rounds to the range of the rows that are there, so fewer rows mean another step.
    expect(distance(results.all!.data, results.cls!.data)).toBeLessThan(arithmetic === 'fp32' ? 1e-6 : 0.01);
    expect(results.values!.data.every((value) => value === 0)).toBe(true);
  });
});
