// Representative vectors and clusterings against the official code, and what they do where the official code fails.
// Runs in Node (vitest).
import { describe, expect, it } from 'vitest';
import { dbscan, meanShift } from '../../models/clip-ad/clusters.ts';
import {
  DEFAULT_PROFILE,
  representativeVector,
  RVS_METHODS,
  VISA_PROFILE,
  type RvsMethod,
} from '../../models/clip-ad/rvs.ts';
import { toRows } from '../../models/clip-ad/vectors.ts';
import { expectClose, goldenFloats, goldenJson, hasGolden, tolerance } from '../support/golden.ts';

const DIM = 48;
const rows = (...points: number[][]): Float64Array[] => points.map((point) => Float64Array.from(point));

describe.skipIf(!hasGolden).each(['normal', 'abnormal'])('the %s set of the reference data', (set) => {
  const data = hasGolden ? goldenFloats(`rvs/${set}_vectors.npy`) : new Float32Array();

  it.each([
    ['mean', 'mean', DEFAULT_PROFILE],
    ['pca', 'pca', DEFAULT_PROFILE],
    ['kde', 'kde', DEFAULT_PROFILE],
    ['mean_shift', 'mean_shift', DEFAULT_PROFILE],
    ['dbscan_eps0.5_min15', 'dbscan', DEFAULT_PROFILE],
    ['dbscan_eps1.5_min25', 'dbscan', VISA_PROFILE],
  ] as const)('has the official vector for %s', (file, method, profile) => {
    const path = `rvs/${set}_${file}.npy`;
    expectClose(representativeVector(data, DIM, method, profile), goldenFloats(path), tolerance(path));
  });

  it('has the labels of scikit-learn', () => {
    const labels = goldenJson(`rvs/${set}_dbscan_labels.json`) as Record<string, number[]>;
    expect([...dbscan(toRows(data, DIM), 0.5, 15)]).toEqual(labels['eps0.5_min15']);
    expect([...dbscan(toRows(data, DIM), 1.5, 25)]).toEqual(labels['eps1.5_min25']);
  });

  it('is one cluster for mean-shift', () => {
    expect(new Set(meanShift(toRows(data, DIM), 2))).toEqual(new Set([0]));
  });

  it('has a pca vector that sums to zero over its dimensions', () => {
    const vector = representativeVector(data, DIM, 'pca');
    expect(Math.abs(vector.reduce((a, b) => a + b, 0))).toBeLessThan(1e-6);
  });
});

describe('representative vectors', () => {
  const unitRows = Float32Array.from([1, 0, 0, 0.8, 0.6, 0, 0, 0, 1]);

  it.each(RVS_METHODS)('%s gives a unit vector', (method) => {
    const vector = representativeVector(unitRows, 3, method);
    expect(vector).toHaveLength(3);
    expect(Math.hypot(...vector)).toBeCloseTo(1, 6);
  });

  it('fall back to the mean when dbscan finds no cluster', () => {
    expect(representativeVector(unitRows, 3, 'dbscan')).toEqual(representativeVector(unitRows, 3, 'mean'));
  });

  it('take the first of two clusters of equal size', () => {
    const two = Float32Array.from([1, 0, 1, 0, 0, 1, 0, 1]);
    expect([...representativeVector(two, 2, 'dbscan', { eps: 0.5, minSamples: 2 })]).toEqual([1, 0]);
  });

  it('take a small cluster before a lot of noise', () => {
    const data = Float32Array.from([0, 1, 1, 0, 1, 0, -0.8, 0.6, -1, 0]);
    expect([...representativeVector(data, 2, 'dbscan', { eps: 0.5, minSamples: 2 })]).toEqual([1, 0]);
  });

  it('ignore noise, unlike the mean', () => {
    const noisy = Float32Array.from([1, 0, 1, 0, 1, 0, 0, 1]);
    expect([...representativeVector(noisy, 2, 'dbscan', { eps: 0.5, minSamples: 2 })]).toEqual([1, 0]);
    expect(representativeVector(noisy, 2, 'mean')[1]).toBeGreaterThan(0.3);
  });

  it.each<[string, RvsMethod, number[]]>([
    ['opposite rows', 'mean', [1, 0, -1, 0]],
    ['a NaN', 'mean', [1, 0, NaN, 0]],
    ['a NaN', 'dbscan', [1, 0, NaN, 0]],
    ['a NaN', 'mean_shift', [1, 0, NaN, 0]],
    ['a NaN', 'kde', [1, 0, NaN, 0]],
    ['a NaN', 'pca', [1, 0, NaN, 0]],
    ['rows that are constant over their dimensions', 'pca', [1, 1, 2, 2]],
  ])('are refused for %s (%s)', (_what, method, data) => {
    expect(() => representativeVector(Float32Array.from(data), 2, method)).toThrow(
      expect.objectContaining({ code: 'session.failed' }),
    );
  });

  it('are refused for rows of the wrong length', () => {
    expect(() => representativeVector(new Float32Array(5), 2, 'mean')).toThrow(
      expect.objectContaining({ code: 'internal' }),
    );
  });
});

describe('clusterings', () => {
  it('dbscan counts the row itself and a distance of exactly eps', () => {
    expect([...dbscan(rows([0], [1], [2.5]), 1, 2)]).toEqual([0, 0, -1]);
    expect([...dbscan(rows([0], [1], [2.5]), 0.99, 2)]).toEqual([-1, -1, -1]);
  });

  it('dbscan does not grow through border rows', () => {
    // 1.1 is within reach of the core rows 0.2 and 2 but no core itself: it must not join the two clusters.
    const line = rows([0], [0.1], [0.2], [1.1], [2], [2.1], [2.2]);
    expect([...dbscan(line, 0.91, 4)]).toEqual([0, 0, 0, 0, 1, 1, 1]);
  });

  it('mean-shift separates groups that are further apart than its bandwidth', () => {
    const points = rows([10], [0], [0.5], [1], [10.5], [0.2], [30]);
    expect([...meanShift(points, 2)]).toEqual([1, 0, 0, 0, 1, 0, 2]);
  });
});
