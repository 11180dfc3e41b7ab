// PRO as CLIP-AD and its relatives compute it: region overlap at 200 thresholds, area up to a false-positive rate of 0.3.
// Runs anywhere (pure TypeScript); one pass over the pixels, no sorting.
import { forEachDefectPixel } from './components.ts';
import { checkMapSet, type MapSet } from './map-set.ts';
import { countBelow } from './sorted.ts';

const FPR_LIMIT = 0.3;

/**
 * What `numpy.arange(min, max, Δ)` gives for float32 arguments, Δ = (max − min)/200: the length is counted in float32
 * (200 thresholds, at times 201), and the real step is the one to the second threshold, which is rounded to float32.
 */
function thresholds(maps: Float32Array): Float64Array {
  let [min, max] = [Infinity, -Infinity];
  for (const value of maps) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const range = Math.fround(max - min);
  const delta = Math.fround(range / 200);
  const count = delta > 0 ? Math.ceil(Math.fround(range / delta)) : 0;
  const step = Math.fround(min + delta) - min;
  return Float64Array.from({ length: count }, (_, k) => min + k * step);
}

/** weights[k] of pixels that pass exactly the first k thresholds → for each threshold, the weight that passes it. */
function passing(weights: Float64Array): Float64Array {
  const sums = new Float64Array(weights.length - 1);
  let sum = 0;
  for (let k = sums.length - 1; k >= 0; k--) sums[k] = sum += weights[k + 1] ?? 0;
  return sums;
}

/**
 * The `pro_cflow200` of the official routine (Specification § D.4, Appendix 4.3): the mean share of every defect region
 * that is found, over the false-positive rate. Not the exact AUPRO: points at or above 0.3 are dropped and the kept
 * rates are stretched to 0..1. Null when there is no region, no normal pixel, or no two different kept rates.
 */
export function proCflow200(set: MapSet): number | null {
  checkMapSet(set);
  const { maps, masks, width, height } = set;
  const steps = thresholds(maps);
  const found = new Float64Array(steps.length + 1);
  const alarms = new Float64Array(steps.length + 1);
  const add = (histogram: Float64Array, index: number, weight: number): void => {
    const k = countBelow(steps, maps[index] ?? NaN); // the pixel passes thresholds 0 .. k − 1
    histogram[k] = (histogram[k] ?? 0) + weight;
  };
  const regions = forEachDefectPixel(masks, width, height, (i, area) => add(found, i, 1 / area));
  let normal = 0;
  for (let i = 0; i < masks.length; i++) {
    if (masks[i] !== 0) continue;
    normal++;
    add(alarms, i, 1);
  }
  if (regions === 0 || normal === 0) return null;

  const pro = passing(found).map((sum) => sum / regions);
  const fpr = passing(alarms).map((sum) => sum / normal);
  const first = fpr.findIndex((rate) => rate < FPR_LIMIT); // rates fall, so the kept points are the tail
  const [highest = NaN, lowest = NaN] = first < 0 ? [] : [fpr[first], fpr[fpr.length - 1]];
  let area = 0;
  for (let k = first + 1; k < fpr.length; k++) {
    area += (((fpr[k - 1] ?? 0) - (fpr[k] ?? 0)) * ((pro[k - 1] ?? 0) + (pro[k] ?? 0))) / 2;
  }
  return highest > lowest ? area / (highest - lowest) : null;
}
