// Checks that graphs written by the builder load and compute in ONNX Runtime.
// Runs in the tests (Node).
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { GraphBuilder, type Value } from '../../models/onnx/graph.ts';
import { runModel } from '../support/tiny-clip.ts';

/** Runs `build` on a float32 input [2, 2, 3] that counts from 0; the result must have the declared shape. */
async function compute(shape: number[], build: (g: GraphBuilder, x: Value) => Value): Promise<number[]> {
  const g = new GraphBuilder('test');
  const y = build(g, g.input('x', 'float32', ['B', 2, 3]));
  g.output('y', y, 'float32', shape);
  const x = new ort.Tensor(
    'float32',
    Float32Array.from({ length: 12 }, (_, i) => i),
    [2, 2, 3],
  );
  const { y: result } = await runModel(g.toBytes(), { x });
  expect(result!.dims).toEqual(shape);
  return [...result!.data];
}

describe('operators', () => {
  it('does arithmetic with numbers and tensors', async () => {
    const result = await compute([2, 2, 3], (g, x) => g.div(g.sub(g.add(g.mul(x, 4), 2), x), 0.5));
    expect(result).toEqual(Array.from({ length: 12 }, (_, i) => (3 * i + 2) * 2));
  });

  it('multiplies by a constant matrix', async () => {
    const matrix = Float32Array.of(1, 0, 0, 1, 1, 1);
    const result = await compute([2, 2, 2], (g, x) => g.matMul(x, g.constant(matrix, [3, 2])));
    expect(result).toEqual([2, 3, 8, 9, 14, 15, 20, 21]);
  });

  it('cuts, turns and joins', async () => {
    const result = await compute([2, 2, 2], (g, x) => {
      const [first, second] = g.split(x, 2, 1) as [Value, Value]; // two of [B, 1, 3]
      const swapped = g.concat([second, first], 1);
      return g.slice(g.transpose(swapped, [0, 2, 1]), 1, 1, 3);
    });
    expect(result).toEqual([4, 1, 5, 2, 10, 7, 11, 8]);
  });

  it('pads with zeros', async () => {
    const sums = await compute([2, 3], (g, x) => g.reduceSum(g.pad(x, [0, 1, 0, 0, 0, 0]), [2]));
    expect(sums).toEqual([0, 3, 12, 0, 21, 30]);
  });

  it('reduces to the largest value and to the length', async () => {
    expect(await compute([2], (g, x) => g.reduceMax(x, [1, 2]))).toEqual([5, 11]);
    const lengths = await compute([2, 1], (g, x) => g.reduceL2(g.reshape(x, [0, -1])));
    expect(lengths).toEqual([Math.sqrt(55), Math.sqrt(451)].map(Math.fround));
  });

  it('slices to a size that is only known when it runs', async () => {
    const table = Float32Array.from({ length: 20 }, (_, i) => i);
    expect(await compute([2], (g, x) => g.slice(g.constant(table, [20]), 0, 1, g.size(x, 2)))).toEqual([
      1, 2,
    ]);
  });

  it('gathers rows of a table', async () => {
    const table = Float32Array.of(0, 1, 10, 11, 20, 21);
    const rows = await compute([2, 2], (g) => g.gather(g.constant(table, [3, 2]), g.integers([2, 0])));
    expect(rows).toEqual([20, 21, 0, 1]);
  });
});

describe('constants', () => {
  const large = new Float32Array(1000).fill(1);

  const sizeWith = (...constants: readonly (readonly [Float32Array, number[]])[]): number => {
    const g = new GraphBuilder('test');
    for (const [data, shape] of constants) g.constant(data, shape);
    return g.toBytes().length;
  };

  it('stores the same array once, and again only for another shape', () => {
    expect(sizeWith([large, [1000]], [large, [1000]])).toBe(sizeWith([large, [1000]]));
    expect(sizeWith([large, [1000]], [large, [10, 100]])).toBeGreaterThan(8000);
    expect(sizeWith([large, [1000]], [large.slice(), [1000]])).toBeGreaterThan(8000);
  });

  it('stores equal small constants once, and tells types apart', () => {
    const g = new GraphBuilder('test');
    expect(g.scalar(0.5)).toBe(g.scalar(0.5));
    expect(g.scalar(0.5)).not.toBe(g.scalar(0.25));
    expect(g.integers([1])).not.toBe(g.constant(Float32Array.of(1), [1]));
  });

  it('refuses a shape that does not fit the data', () => {
    expect(() => new GraphBuilder('test').constant(large, [999])).toThrow(
      expect.objectContaining({ code: 'internal' }),
    );
  });
});
