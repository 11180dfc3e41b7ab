// The two clusterings that RVS can use, DBSCAN and mean-shift, with the results of scikit-learn.
// Runs anywhere (pure TypeScript).
import { distance, mean } from './vectors.ts';

export const NOISE = -1;

/**
 * DBSCAN with Euclidean distance: one label per row, {@link NOISE} for rows without a cluster. A neighbour is at
 * most `eps` away, a row is its own neighbour, and a core row has `minSamples` neighbours. Core rows are taken in
 * index order; a border row joins the first cluster that reaches it (Specification § A.3).
 */
export function dbscan(rows: readonly Float64Array[], eps: number, minSamples: number): Int32Array {
  const neighbours = rows.map((a) => rows.flatMap((b, j) => (distance(a, b) <= eps ? [j] : [])));
  const isCore = neighbours.map((list) => list.length >= minSamples);
  const labels = new Int32Array(rows.length).fill(NOISE);
  let clusters = 0;
  for (let start = 0; start < rows.length; start++) {
    if (!isCore[start] || labels[start] !== NOISE) continue;
    labels[start] = clusters;
    const pending = [start];
    for (let i = pending.pop(); i !== undefined; i = pending.pop()) {
      for (const j of neighbours[i] ?? []) {
        if (labels[j] !== NOISE) continue;
        labels[j] = clusters;
        if (isCore[j]) pending.push(j); // a border row does not carry the cluster on
      }
    }
    clusters++;
  }
  return labels;
}

/** Climbs from `start` to where the mean of the rows within `bandwidth` no longer moves. */
function climb(rows: readonly Float64Array[], start: Float64Array, bandwidth: number) {
  let place = start;
  for (let step = 1; ; step++) {
    const near = rows.filter((row) => distance(row, place) <= bandwidth);
    const next = mean(near);
    const moved = distance(next, place);
    place = next;
    if (!(moved > bandwidth * 1e-3) || step === 300) return { place, crowd: near.length };
  }
}

/**
 * Mean-shift with a flat kernel: one label per row. Every row climbs to its peak; of peaks closer than `bandwidth`
 * the most crowded one stays; a row belongs to the nearest peak that stayed (Specification § A.3).
 */
export function meanShift(rows: readonly Float64Array[], bandwidth: number): Int32Array {
  const peaks = rows.map((row) => climb(rows, row, bandwidth)).sort((a, b) => b.crowd - a.crowd);
  const centres: Float64Array[] = [];
  for (const { place } of peaks) {
    if (centres.every((centre) => distance(centre, place) > bandwidth)) centres.push(place);
  }
  return Int32Array.from(rows, (row) => {
    const distances = centres.map((centre) => distance(centre, row));
    return distances.indexOf(Math.min(...distances));
  });
}
