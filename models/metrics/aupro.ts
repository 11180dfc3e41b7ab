// Exact AUPRO: the area under region overlap against false-positive rate with every distinct score as a threshold.
// Runs anywhere (pure TypeScript).
import type { PixelSet } from './pixel-set.ts';
import { countBelow } from './sorted.ts';

/**
 * AUPRO up to a false-positive rate of `limit`, divided by it (golden/metrics defines it). Every region weighs the same
 * and every pixel the same within its region. Null without a region or without a normal pixel.
 *
 * The curve is a weighted sum over the defect pixels, so is the area, and one pixel has a closed form: with `above` the
 * share of normal pixels that score higher and `reached` the share that score higher or equal, its own curve is 0 up to
 * `above`, rises in a line to 1 at `reached` (ties) and stays there.
 */
export function auproExact({ normal, defect, area, regions }: PixelSet, limit = 0.3): number | null {
  if (normal.length === 0 || regions === 0) return null;
  let sum = 0;
  for (let i = 0; i < defect.length; i++) {
    const value = defect[i]!;
    const above = (normal.length - countBelow(normal, value, true)) / normal.length;
    const reached = (normal.length - countBelow(normal, value)) / normal.length;
    const end = Math.min(reached, limit);
    const ramp = end > above ? (end - above) ** 2 / (2 * (reached - above)) : 0;
    sum += (ramp + Math.max(0, limit - reached)) / (area[i] ?? NaN);
  }
  return sum / regions / limit;
}
