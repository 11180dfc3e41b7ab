// The calibrated score of a photograph and the verdict that follows: fixed ranges, never those of the current folder.
// Runs anywhere (pure TypeScript).
import { LoupeError } from '../errors.ts';

/** `lo` is what a flawless part gives, `hi` a clearly damaged one; lo < hi. */
export interface Range {
  readonly lo: number;
  readonly hi: number;
}

/** In units of the score, 0..1; review ≤ reject. */
export interface Thresholds {
  readonly review: number;
  readonly reject: number;
}

/** Ranges of the raw values of one method: class probability, peak of the heat, heat of a pixel (for display). */
export interface Calibration {
  readonly score0: Range;
  readonly score1: Range;
  readonly heat: Range;
  readonly thresholds: Thresholds;
}

export type Verdict = 'good' | 'review' | 'reject';

const fraction = (value: number, { lo, hi }: Range): number =>
  Math.min(1, Math.max(0, (value - lo) / (hi - lo)));

/**
 * The score in 0..1: the mean of the two raw values, each placed in its calibrated range and clamped
 * (Specification § F-7). A raw value that is not finite means that the model failed, and never that a part is good:
 * throws `session.failed`.
 */
export function score(score0: number, score1: number, calibration: Calibration): number {
  if (!Number.isFinite(score0) || !Number.isFinite(score1)) {
    throw new LoupeError('session.failed', { reason: `the scores are ${score0} and ${score1}` });
  }
  return (fraction(score0, calibration.score0) + fraction(score1, calibration.score1)) / 2;
}

/** A score that reaches a threshold has passed it. Written so that NaN ends in `reject`. */
export function verdict(score: number, thresholds: Thresholds): Verdict {
  if (!(score < thresholds.reject)) return 'reject';
  return score < thresholds.review ? 'good' : 'review';
}
