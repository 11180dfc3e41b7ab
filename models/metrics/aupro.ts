// Exact AUPRO: the area under region overlap against false-positive rate with every distinct score as a threshold.
// Runs anywhere (pure TypeScript); bounded memory: one sorted copy of the normal pixels.
import { forEachDefectPixel } from './components.ts';
import { checkMapSet, type MapSet } from './map-set.ts';
import { countBelow, sortedClass } from './sorted.ts';

/**
 * AUPRO up to a false-positive rate of `limit`, divided by it (golden/metrics defines it). Every region weighs the same
 * and every pixel the same within its region. Null without a region or without a normal pixel.
 *
 * The curve is a weighted sum over the defect pixels, so is the area, and one pixel has a closed form: with `above` the
 * share of normal pixels that score higher and `reached` the share that score higher or equal, its own curve is 0 up to
 * `above`, rises in a line to 1 at `reached` (ties) and stays there.
 */
export function auproExact(set: MapSet, limit = 0.3): number | null {
  checkMapSet(set);
  const { maps, masks, width, height } = set;
  const normal = sortedClass(maps, masks, false);
  if (normal.length === 0) return null;
  let sum = 0;
  const regions = forEachDefectPixel(masks, width, height, (i, area) => {
    const value = maps[i] ?? NaN;
    const above = (normal.length - countBelow(normal, value, true)) / normal.length;
    const reached = (normal.length - countBelow(normal, value)) / normal.length;
    const end = Math.min(reached, limit);
    const ramp = end > above ? (end - above) ** 2 / (2 * (reached - above)) : 0;
    sum += (ramp + Math.max(0, limit - reached)) / area;
  });
  return regions === 0 ? null : sum / regions / limit;
}
