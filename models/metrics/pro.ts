// PRO as CLIP-AD and its relatives compute it: region overlap at 200 thresholds, area up to a false-positive rate of 0.3.
// Runs anywhere (pure TypeScript).
import type { PixelSet } from './pixel-set.ts';
import { countBelow } from './sorted.ts';

const FPR_LIMIT = 0.3;

/** The smallest and the largest score of a set; NaN for an empty one. */
function extremes({ normal, defect }: PixelSet): [number, number] {
  let [min, max] = [normal[0] ?? Infinity, normal[normal.length - 1] ?? -Infinity];
  for (const value of defect) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return [min, max];
}

/**
 * What `numpy.arange(min, max, Δ)` gives for float32 arguments, Δ = (max − min)/200: the length is counted in float32
 * (200 thresholds, at times 201), and the real step is the one to the second threshold, which is rounded to float32.
 */
function thresholds(pixels: PixelSet): Float64Array {
  const [min, max] = extremes(pixels);
  const range = Math.fround(max - min);
  const delta = Math.fround(range / 200);
  const count = delta > 0 ? Math.ceil(Math.fround(range / delta)) : 0;
  const step = Math.fround(min + delta) - min;
  return Float64Array.from({ length: count }, (_, k) => min + k * step);
}

/**
 * For each ascending threshold the mean share of every region that scores higher (or, with `orEqual`, at least as high).
 * NaN without a region.
 */
export function regionOverlap(
  { defect, area, regions }: PixelSet,
  steps: Float64Array,
  orEqual = false,
): Float64Array {
  // shares[k]: of the pixels that pass exactly the first k thresholds
  const shares = new Float64Array(steps.length + 1);
  for (let i = 0; i < defect.length; i++) {
    const k = countBelow(steps, defect[i]!, orEqual);
    shares[k] = (shares[k] ?? 0) + 1 / (area[i] ?? NaN);
  }
  const overlap = new Float64Array(steps.length);
  let sum = 0;
  for (let k = overlap.length - 1; k >= 0; k--) overlap[k] = (sum += shares[k + 1] ?? 0) / regions;
  return overlap;
}

/**
 * The `pro_cflow200` of the official routine (Specification § D.4, Appendix 4.3): the mean share of every defect region
 * that is found, over the false-positive rate. Not the exact AUPRO: points at or above 0.3 are dropped and the kept
 * rates are stretched to 0..1. Null when there is no region, no normal pixel, or no two different kept rates.
 */
export function proCflow200(pixels: PixelSet): number | null {
  const { normal, regions } = pixels;
  if (regions === 0 || normal.length === 0) return null;
  const steps = thresholds(pixels);
  const pro = regionOverlap(pixels, steps);
  const fpr = steps.map((step) => (normal.length - countBelow(normal, step, true)) / normal.length);
  const first = fpr.findIndex((rate) => rate < FPR_LIMIT); // rates fall, so the kept points are the tail
  const [highest = NaN, lowest = NaN] = first < 0 ? [] : [fpr[first], fpr[fpr.length - 1]];
  let area = 0;
  for (let k = first + 1; k < fpr.length; k++) {
    area += (((fpr[k - 1] ?? 0) - (fpr[k] ?? 0)) * ((pro[k - 1] ?? 0) + (pro[k] ?? 0))) / 2;
  }
  return highest > lowest ? area / (highest - lowest) : null;
}
