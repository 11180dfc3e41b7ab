// Checks the upsampling and Gaussian matrices against the golden values of the specification.
// Runs in the tests (Node).
import { describe, expect, it } from 'vitest';
import {
  gaussianMatrix,
  multiply,
  transpose,
  upsampleMatrix,
  type Matrix,
} from '../../models/clip-ad/matrices.ts';

const row = ({ columns, data }: Matrix, r: number): number[] => [
  ...data.subarray(r * columns, (r + 1) * columns),
];
const rowSum = (m: Matrix, r: number): number => row(m, r).reduce((a, b) => a + b, 0);
const nonZeros = (m: Matrix, r: number): number => row(m, r).filter((x) => x !== 0).length;

describe('Specification, Appendix 2', () => {
  it('holds for the Gaussian with sigma 8', () => {
    const g = gaussianMatrix(240, 8);
    expect(row(g, 0)[0]).toBeCloseTo(0.0993522651, 10);
    expect(row(g, 0)[31]).toBeCloseTo(4.40973e-5, 10);
    expect(row(g, 0)[32]).toBeCloseTo(1.67296e-5, 10);
    expect(row(g, 120)[120]).toBeCloseTo(0.049870179, 10);
    expect([nonZeros(g, 0), nonZeros(g, 120)]).toEqual([33, 65]);
  });

  it('holds for the Gaussian with sigma 2', () => {
    const g = gaussianMatrix(240, 2);
    expect(row(g, 0)[0]).toBeCloseTo(0.3755104067, 10);
    expect(row(g, 120)[120]).toBeCloseTo(0.1994746479, 10);
    expect(nonZeros(g, 120)).toBe(17);
  });

  it('holds for upsampling with aligned corners', () => {
    const u = upsampleMatrix(15, 240, 'align_corners');
    expect(row(u, 1)[0]).toBeCloseTo(0.94142259, 8);
    expect(row(u, 1)[1]).toBeCloseTo(0.05857741, 8);
    expect(row(u, 17)[0]).toBeCloseTo(0.0041841, 7);
    expect(row(u, 17)[1]).toBeCloseTo(0.9958159, 7);
    expect(row(u, 239)[14]).toBe(1);
  });

  it('holds for half-pixel upsampling', () => {
    const u = upsampleMatrix(15, 240, 'half_pixel');
    expect(row(u, 0).slice(0, 2)).toEqual([1, 0]);
    expect(row(u, 8).slice(0, 2)).toEqual([0.96875, 0.03125]);
    expect(row(u, 20).slice(0, 2)).toEqual([0.21875, 0.78125]);
  });
});

describe('properties', () => {
  it('has rows that sum to 1, also where the kernel is wider than the image', () => {
    const matrices = [
      upsampleMatrix(15, 240, 'half_pixel'),
      upsampleMatrix(15, 240, 'align_corners'),
      upsampleMatrix(6, 1, 'align_corners'),
      upsampleMatrix(1, 9, 'half_pixel'),
      gaussianMatrix(240, 8),
      gaussianMatrix(5, 8),
      gaussianMatrix(72, 0.1),
    ];
    for (const m of matrices) {
      for (let r = 0; r < m.rows; r++) expect(rowSum(m, r)).toBeCloseTo(1, 12);
    }
  });

  it('does not smooth with sigma 0 and does not resize to the same size', () => {
    const identity = gaussianMatrix(4, 0);
    expect([...identity.data]).toEqual([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
    expect(upsampleMatrix(4, 4, 'half_pixel')).toEqual(identity);
    expect(upsampleMatrix(4, 4, 'align_corners')).toEqual(identity);
  });

  it('multiplies and transposes', () => {
    const a: Matrix = { rows: 2, columns: 3, data: Float64Array.of(1, 2, 3, 4, 5, 6) };
    expect(transpose(a)).toEqual({ rows: 3, columns: 2, data: Float64Array.of(1, 4, 2, 5, 3, 6) });
    expect(multiply(a, transpose(a))).toEqual({ rows: 2, columns: 2, data: Float64Array.of(14, 32, 32, 77) });
  });
});
