// How sure a rate is that was counted on a few parts: the Wilson score interval.
// Runs anywhere (pure TypeScript).

export interface Rate {
  /** Cases out of all that could have been. */
  readonly count: number;
  readonly of: number;
  /** count / of, 0..1. */
  readonly rate: number;
  /** Bounds of the interval, 0..1. */
  readonly low: number;
  readonly high: number;
}

/** 95 % two-sided. */
const Z = 1.959963984540054;

/**
 * The rate with its 95 % interval. It stays honest for small numbers: nothing out of 10 means "up to 28 %", not "never".
 * Null when there was nothing to count on.
 */
export function wilson(count: number, of: number): Rate | null {
  if (of === 0) return null;
  const rate = count / of;
  const square = Z ** 2 / of;
  const centre = (rate + square / 2) / (1 + square);
  const half = (Z * Math.sqrt((rate * (1 - rate)) / of + square / (4 * of))) / (1 + square);
  // The bounds of none and of all are exactly 0 and 1; rounding would miss them.
  const low = count === 0 ? 0 : Math.max(0, centre - half);
  const high = count === of ? 1 : Math.min(1, centre + half);
  return { count, of, rate, low, high };
}
