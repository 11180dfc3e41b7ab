// Curves for people to look at: points of ROC, precision-recall and region overlap, few enough to draw.
// Runs anywhere (pure TypeScript). Specification § D.3, D.4.
import type { PixelSet, Scores } from './pixel-set.ts';
import { regionOverlap } from './pro.ts';
import { countBelow } from './sorted.ts';

/** x and y in 0..1, by rising x. */
export type Curve = readonly (readonly [x: number, y: number])[];

export interface RankingCurves {
  /** False-positive rate, true-positive rate. */
  readonly roc: Curve;
  /** Recall, precision. */
  readonly pr: Curve;
}

/** Points per class of scores: a curve of at most twice as many. */
const POINTS = 100;

/**
 * Up to 2·POINTS scores of both classes, ascending. Half of each class evenly by rank, half with ranks that shrink towards
 * the top: low false-positive rates are where curves differ.
 */
function sampleThresholds(positives: Scores, negatives: Scores): Float64Array {
  const chosen = new Set<number>();
  for (const scores of [positives, negatives]) {
    const last = scores.length - 1;
    for (let i = 0; i <= POINTS / 2; i++) {
      const share = i / (POINTS / 2);
      chosen.add(scores[Math.round(last * share)] ?? NaN);
      chosen.add(scores[last - Math.round(last ** share - 1)] ?? NaN);
    }
  }
  return Float64Array.from(chosen).filter(Number.isFinite).sort();
}

/** ROC and precision-recall of ascending scores; null where one class is missing. Every point lies on the exact curve. */
export function rankingCurves(positives: Scores, negatives: Scores): RankingCurves | null {
  const [P, N] = [positives.length, negatives.length];
  if (P === 0 || N === 0) return null;
  const counts = [...sampleThresholds(positives, negatives)].reverse().map((threshold) => ({
    tp: P - countBelow(positives, threshold),
    fp: N - countBelow(negatives, threshold),
  }));
  return {
    roc: [[0, 0], ...counts.map(({ tp, fp }): [number, number] => [fp / N, tp / P])],
    pr: counts.map(({ tp, fp }): [number, number] => [tp / P, tp / (tp + fp)]),
  };
}

/** Region overlap over the false-positive rate, the curve below which {@link auproExact} is the area; null as there. */
export function proCurve(pixels: PixelSet, defectAscending: Float32Array): Curve | null {
  const { normal, regions } = pixels;
  if (regions === 0 || normal.length === 0) return null;
  const steps = sampleThresholds(defectAscending, normal);
  const overlap = regionOverlap(pixels, steps, true);
  const points = [...steps].map((step, k): [number, number] => [
    (normal.length - countBelow(normal, step)) / normal.length,
    overlap[k] ?? NaN,
  ]);
  return [[0, 0], ...points.reverse()];
}
