// Thresholds proposed from the scores and from what people have said of the parts so far. Nothing is inspected again.
// Runs anywhere (pure).
import type { Thresholds } from '../../../electron/common/domain.ts';
import { countBelow } from './histogram.ts';

/** Thresholds have three digits. */
const STEPS = 1000;
/** The step at or below; a product that rounds up must not take the threshold over the score itself. */
function down(value: number): number {
  const step = Math.floor(value * STEPS + 1e-9) / STEPS;
  return Math.max(0, step > value ? (Math.round(step * STEPS) - 1) / STEPS : step);
}
/** The next step above: a part with this very score is below it. */
const above = (value: number): number => Math.min(1, (Math.floor(value * STEPS + 1e-9) + 1) / STEPS);

/** The review threshold at which this share of the parts waits between it and the reject threshold; null without parts. */
export function reviewShare(sorted: Float64Array, at: Thresholds, share: number): Thresholds | null {
  if (sorted.length === 0) return null;
  const end = countBelow(sorted, at.reject);
  const wanted = Math.round(share * sorted.length);
  if (wanted === 0 || end === 0) return { review: at.reject, reject: at.reject };
  const first = sorted[Math.max(0, end - wanted)]!;
  return { review: Math.min(down(first), at.reject), reject: at.reject };
}

/** The review threshold that lets no part through that somebody called NG; null while there is none. */
export function noneMissed(ng: Float64Array, at: Thresholds): Thresholds | null {
  const lowest = ng[0];
  if (lowest === undefined) return null;
  const review = down(lowest);
  return { review, reject: Math.max(review, at.reject) };
}

/**
 * Both thresholds round the scores where OK and NG meet: everything below the first was called OK, everything from the second
 * on NG, and what lies between was called both or nothing. Null without marks of either kind.
 */
export function betweenMarks(ok: Float64Array, ng: Float64Array): Thresholds | null {
  const lowest = ng[0];
  const highest = ok.at(-1);
  if (lowest === undefined || highest === undefined) return null;
  const ends = [down(lowest), above(highest)].sort((a, b) => a - b);
  return { review: ends[0]!, reject: ends[1]! };
}
