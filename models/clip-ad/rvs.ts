// Representative vector selection: many prompt embeddings of one class → the one unit vector that stands for them.
// Runs anywhere (pure TypeScript); float64 inside, never rounded to half precision (Specification Appendix 4.1).
import { LoupeError } from '../errors.ts';
import { dbscan, meanShift, NOISE } from './clusters.ts';
import { distance, dot, mean, toRows, unit } from './vectors.ts';

export const RVS_METHODS = ['dbscan', 'mean', 'pca', 'kde', 'mean_shift'] as const;
export type RvsMethod = (typeof RVS_METHODS)[number];

/** Parameters of `dbscan`; the other methods have none. `eps` is a Euclidean distance between unit vectors. */
export interface RvsProfile {
  readonly eps: number;
  readonly minSamples: number;
}

/** Every dataset but VisA, and every product of an operator (Specification § A.3, F-2). */
export const DEFAULT_PROFILE: RvsProfile = { eps: 0.5, minSamples: 15 };
/** VisA; so wide that the result is practically the mean (Specification § 0.2, T3). */
export const VISA_PROFILE: RvsProfile = { eps: 1.5, minSamples: 25 };

const KDE_BANDWIDTH = 0.3;
const MEAN_SHIFT_BANDWIDTH = 2;

/** The mean of the largest cluster, of the lowest label on a tie; of all rows when there is no cluster at all. */
function meanOfLargest(rows: readonly Float64Array[], labels: Int32Array): Float64Array {
  const sizes = new Map<number, number>();
  for (const label of labels) if (label !== NOISE) sizes.set(label, (sizes.get(label) ?? 0) + 1);
  const [largest] = [...sizes].sort(([a, sizeA], [b, sizeB]) => sizeB - sizeA || a - b)[0] ?? [NOISE];
  return largest === NOISE ? mean(rows) : mean(rows.filter((_, i) => labels[i] === largest));
}

/** Each row weighs its Gaussian kernel density; the normaliser of the density would overflow and cancels out. */
function densityMean(rows: readonly Float64Array[]): Float64Array {
  const density = (a: Float64Array): number =>
    rows.reduce((sum, b) => sum + Math.exp(-(distance(a, b) ** 2) / (2 * KDE_BANDWIDTH ** 2)), 0);
  return mean(rows, rows.map(density));
}

/**
 * The first principal direction of rows that are centred over their own dimensions. If w is the top eigenvector of
 * the official n×n matrix C·Cᵀ, then Cᵀ·w is that of Cᵀ·C, so power iteration on Cᵀ·C finds it directly.
 */
function principalDirection(rows: readonly Float64Array[]): Float64Array {
  const centred = rows.map((row) => {
    const centre = row.reduce((a, b) => a + b, 0) / row.length;
    return row.map((x) => x - centre);
  });
  // Any start that is not orthogonal to the answer will do; this one has no structure that data could share.
  let direction = unit(Float64Array.from(rows[0] ?? [], (_, k) => Math.sin(k + 1)));
  for (let step = 0; step < 5000; step++) {
    const along = centred.map((row) => dot(row, direction));
    const next = unit(mean(centred, along));
    const moved = distance(next, direction);
    direction = next;
    if (!(moved > 1e-13)) break;
  }
  return dot(direction, mean(rows)) < 0 ? direction.map((x) => -x) : direction;
}

/**
 * The representative unit vector of one class (Specification § A.3).
 *
 * @param data row-major [n, dim], unit rows: the embeddings of the normal or of the abnormal prompts
 * @returns [dim], unit length
 * @throws LoupeError `internal` when the shape is wrong, `session.failed` when the rows point nowhere (NaN, zero)
 */
export function representativeVector(
  data: Float32Array,
  dim: number,
  method: RvsMethod,
  profile: RvsProfile = DEFAULT_PROFILE,
): Float32Array {
  if (data.length === 0 || data.length % dim !== 0) {
    throw new LoupeError('internal', { reason: `${data.length} values are no rows of ${dim}` });
  }
  const rows = toRows(data, dim);
  const choose = {
    mean: () => mean(rows),
    pca: () => principalDirection(rows),
    kde: () => densityMean(rows),
    dbscan: () => meanOfLargest(rows, dbscan(rows, profile.eps, profile.minSamples)),
    mean_shift: () => meanOfLargest(rows, meanShift(rows, MEAN_SHIFT_BANDWIDTH)),
  } satisfies Record<RvsMethod, () => Float64Array>;
  const result = Float32Array.from(unit(choose[method]()));
  if (!data.every(Number.isFinite) || !result.every(Number.isFinite)) {
    throw new LoupeError('session.failed', { reason: 'the text embeddings have no common direction' });
  }
  return result;
}
