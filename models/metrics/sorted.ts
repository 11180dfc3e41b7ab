// Sorted copies of scores and binary search in them.
// Runs anywhere (pure TypeScript).
import type { Scores } from './pixel-set.ts';

/**
 * The scores of one class (defects where the label is not 0), ascending. Counts before it copies: `filter` of a typed
 * array would collect every pixel in a list first. The sort of typed arrays compares numbers natively.
 */
export function sortedClass<T extends Scores>(scores: T, labels: Uint8Array, defects: boolean): T {
  let count = 0;
  for (const label of labels) if ((label !== 0) === defects) count++;
  const chosen = scores.slice(0, count) as T;
  let at = 0;
  for (let i = 0; i < labels.length; i++) {
    if ((labels[i] !== 0) === defects) chosen[at++] = scores[i] ?? NaN;
  }
  return chosen.sort() as T;
}

/** How many of the ascending numbers lie below `value`; with `orEqual`, below or at it. */
export function countBelow(ascending: Scores, value: number, orEqual = false): number {
  let [lo, hi] = [0, ascending.length];
  while (lo < hi) {
    const middle = (lo + hi) >>> 1;
    const other = ascending[middle] ?? Infinity;
    if (other < value || (orEqual && other === value)) lo = middle + 1;
    else hi = middle;
  }
  return lo;
}
