// AUROC, average precision and F1-max: how well a score ranks defects above the rest, for images and for pixels.
// Runs anywhere (pure TypeScript); bounded memory: one sorted copy of the scores, no object per pixel.
import { LoupeError } from '../errors.ts';
import { requireFinite, type Scores } from './pixel-set.ts';
import { sortedClass } from './sorted.ts';

/** All in 0..1, or all null where one class is missing (Specification Appendix 4.7). */
export interface Ranking {
  readonly auroc: number | null;
  readonly ap: number | null;
  readonly f1max: number | null;
}

/**
 * Metrics of `scores` against `labels` (non-zero = defect) as scikit-learn defines them: ties count one half for
 * AUROC, AP is not interpolated, F1-max is over all thresholds (Specification § D.3). Throws `internal` on
 * NaN and on lengths that differ.
 */
export function ranking(scores: Scores, labels: Uint8Array): Ranking {
  requireFinite(scores);
  if (scores.length !== labels.length) {
    throw new LoupeError('internal', { reason: `${scores.length} scores, ${labels.length} labels` });
  }
  return rankingOfSorted(sortedClass(scores, labels, true), sortedClass(scores, labels, false));
}

/** The same of the scores of both classes, each ascending and finite. */
export function rankingOfSorted(positives: Scores, negatives: Scores): Ranking {
  const [P, N] = [positives.length, negatives.length];
  if (P === 0 || N === 0) return { auroc: null, ap: null, f1max: null };
  let tp = 0;
  let fp = 0;
  let area = 0; // halves of whole numbers below 2⁵³: exact, whatever the order
  let ap = 0;
  let f1max = 0;
  // Only scores of defects are thresholds: one that lets in nothing but negatives adds no recall and lowers F1.
  while (tp < P) {
    const threshold = positives[P - 1 - tp]!;
    const [lastTp, lastFp] = [tp, fp];
    while (fp < N && negatives[N - 1 - fp]! > threshold) fp++;
    area += (fp - lastFp) * tp;
    const tied = fp;
    while (tp < P && positives[P - 1 - tp] === threshold) tp++;
    while (fp < N && negatives[N - 1 - fp] === threshold) fp++;
    area += ((fp - tied) * (tp + lastTp)) / 2;
    ap += ((tp - lastTp) / P) * (tp / (tp + fp));
    f1max = Math.max(f1max, (2 * tp) / (P + tp + fp));
  }
  area += (N - fp) * P;
  return { auroc: area / (P * N), ap, f1max };
}
