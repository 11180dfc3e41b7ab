// Threshold questions answered from the sorted scores by binary search: counts, bars, and what a change would move.
// Runs anywhere (pure).
import type { Thresholds } from '../../../electron/common/domain.ts';

export type ScoredVerdict = 'good' | 'review' | 'reject';
export type VerdictCounts = Record<ScoredVerdict, number>;

/** How many parts a change of thresholds takes from one verdict to another. */
export interface Move {
  from: ScoredVerdict;
  to: ScoredVerdict;
  count: number;
}

/** Number of values below `limit` in an ascending array. */
export function countBelow(sorted: Float64Array, limit: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? Infinity) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function countVerdicts(sorted: Float64Array, at: Thresholds): VerdictCounts {
  const review = countBelow(sorted, at.review);
  const reject = Math.max(review, countBelow(sorted, at.reject));
  return { good: review, review: reject - review, reject: sorted.length - reject };
}

/** Heights of `count` bars over 0..1; what lies outside falls into the outermost bars. */
export function barHeights(sorted: Float64Array, count: number): Uint32Array {
  const bars = new Uint32Array(count);
  let before = 0;
  for (let bar = 0; bar < count; bar++) {
    const end = bar === count - 1 ? sorted.length : countBelow(sorted, (bar + 1) / count);
    bars[bar] = end - before;
    before = end;
  }
  return bars;
}

/** All non-empty moves between the verdicts when the thresholds go from `before` to `after`. */
export function movesBetween(sorted: Float64Array, before: Thresholds, after: Thresholds): Move[] {
  const old = bands(sorted, before);
  const moves: Move[] = [];
  for (const [from, [oldStart, oldEnd]] of old) {
    for (const [to, [newStart, newEnd]] of bands(sorted, after)) {
      const count = Math.min(oldEnd, newEnd) - Math.max(oldStart, newStart);
      if (from !== to && count > 0) moves.push({ from, to, count });
    }
  }
  return moves;
}

/** Index ranges of the sorted array, one per verdict. */
function bands(sorted: Float64Array, at: Thresholds): [ScoredVerdict, [number, number]][] {
  const { good, review } = countVerdicts(sorted, at);
  return [
    ['good', [0, good]],
    ['review', [good, good + review]],
    ['reject', [good + review, sorted.length]],
  ];
}

/** Merges ascending `added` into ascending `sorted`: O(n), so that a stream of batches never sorts 100,000 scores again. */
export function mergeSorted(sorted: Float64Array, added: Float64Array): Float64Array {
  if (added.length === 0) return sorted;
  const merged = new Float64Array(sorted.length + added.length);
  let a = 0;
  let b = 0;
  for (let i = 0; i < merged.length; i++) {
    const left = a < sorted.length ? sorted[a]! : Infinity;
    const right = b < added.length ? added[b]! : Infinity;
    if (b >= added.length || (a < sorted.length && left <= right)) {
      merged[i] = left;
      a++;
    } else {
      merged[i] = right;
      b++;
    }
  }
  return merged;
}
