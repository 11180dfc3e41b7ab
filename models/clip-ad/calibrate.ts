// From a run over known parts to the ranges of the score and two thresholds, with the errors that they will make.
// Runs anywhere (pure TypeScript). Specification § F-7 and F-13.
import { LoupeError } from '../errors.ts';
import { wilson, type Rate } from '../metrics/wilson.ts';
import { score, type Calibration, type Range, type Thresholds } from './calibration.ts';
import type { Method } from './heat-graph.ts';

/** A part whose state is known, with the raw values of its inspection. */
export interface KnownPart {
  readonly defective: boolean;
  readonly score0: number;
  readonly score1: number;
  /** The middle value of its heat map. */
  readonly heat: number;
}

/** What the thresholds may cost on the parts they are made of, 0..1. */
export interface Targets {
  /** Flawless parts that are rejected. */
  readonly falseReject: number;
  /** Defective parts that pass as good. */
  readonly escape: number;
  /** Without defective parts: flawless ones that go to review. */
  readonly review: number;
}

export const DEFAULT_TARGETS: Targets = { falseReject: 0.01, escape: 0.02, review: 0.1 };

/** The errors that one threshold makes; null where no part could tell. */
interface ExpectedRates {
  /** Flawless parts at or above the threshold. */
  readonly falseReject: Rate | null;
  /** Defective parts below the threshold. */
  readonly escape: Rate | null;
}

export interface Proposal {
  readonly calibration: Calibration;
  readonly flawless: number;
  readonly defective: number;
  /** The upper ends of the ranges are a guess, because no defective part showed them. */
  readonly extrapolated: boolean;
  /** Measured on parts that the thresholds were not made of. */
  readonly expected: { readonly review: ExpectedRates; readonly reject: ExpectedRates };
}

/** Fewer flawless parts say nothing about how far flawless parts vary. */
const FEWEST = 5;
const FOLDS = 20;
/** Scores that differ by less say nothing. */
const RESOLUTION = 0.01;
/** Raw values that differ by less than this are the same: a range must not blow noise up to verdicts. */
const NARROWEST: Readonly<Record<Method, { score0: number; score1: number }>> = {
  base: { score0: 0.01, score1: 0.01 },
  sdp: { score0: 0.01, score1: 0.002 },
  'sdp+': { score0: 0.01, score1: 0.04 },
};

/**
 * Proposes ranges and thresholds. Expected rates come from cross-validation: ranges and thresholds are made again without a
 * twentieth of the parts (or without one part, where there are few), and tried on that.
 *
 * @throws `calibration.too_few` with fewer than five flawless parts, `session.failed` for a raw value that is not finite
 */
export function propose(parts: readonly KnownPart[], method: Method, targets = DEFAULT_TARGETS): Proposal {
  const good = parts.filter(({ defective }) => !defective);
  const bad = parts.filter(({ defective }) => defective);
  if (good.length < FEWEST) {
    const reason = `At least ${FEWEST} flawless photographs are needed; there are ${good.length}.`;
    throw new LoupeError('calibration.too_few', { reason });
  }
  const broken = parts.find((part) => ![part.score0, part.score1, part.heat].every(Number.isFinite));
  if (broken) throw new LoupeError('session.failed', { reason: 'a raw value is not finite' });
  return {
    calibration: calibrate(good, bad, method, targets),
    flawless: good.length,
    defective: bad.length,
    extrapolated: bad.length === 0,
    expected: crossValidate(good, bad, method, targets),
  };
}

function calibrate(
  good: readonly KnownPart[],
  bad: readonly KnownPart[],
  method: Method,
  targets: Targets,
): Calibration {
  const score0 = rangeOf(good, bad, 'score0', NARROWEST[method].score0);
  const score1 = rangeOf(good, bad, 'score1', NARROWEST[method].score1);
  const ranges = { score0, score1, heat: heatRange(good, score1, method) };
  const scores = (some: readonly KnownPart[]): number[] =>
    some.map((part) => score(part.score0, part.score1, { ...ranges, thresholds: { review: 0, reject: 0 } }));
  return { ...ranges, thresholds: thresholdsOf(scores(good), scores(bad), targets) };
}

/**
 * From the lowest flawless value to the highest value of the run. Without defective parts their place is unknown: the
 * flawless values then take the lower half, so that what lies beyond them still shows.
 */
function rangeOf(
  good: readonly KnownPart[],
  bad: readonly KnownPart[],
  name: 'score0' | 'score1',
  narrowest: number,
): Range {
  const flawless = good.map((part) => part[name]);
  const lo = Math.min(...flawless);
  const top = Math.max(...flawless, ...bad.map((part) => part[name]));
  const hi = bad.length > 0 ? top : lo + 2 * (top - lo);
  return { lo, hi: Math.max(hi, lo + narrowest) };
}

/** For display: probabilities have their own scale, SDP begins where flawless parts lie and ends where the score does. */
function heatRange(good: readonly KnownPart[], score1: Range, method: Method): Range {
  if (method !== 'sdp') return { lo: 0, hi: method === 'base' ? 1 : 4 };
  const lo = good.reduce((sum, { heat }) => sum + heat, 0) / good.length;
  return { lo, hi: Math.max(score1.hi, lo + NARROWEST.sdp.score1) };
}

/**
 * Reject: as low as the allowed false rejects permit. Review: as high as the allowed escapes permit, never above reject.
 * Each lies in the middle of the gap between two scores.
 */
function thresholdsOf(good: readonly number[], bad: readonly number[], targets: Targets): Thresholds {
  const all = [...good, ...bad].sort((a, b) => a - b);
  const reject = above(good, targets.falseReject, all);
  const review = bad.length > 0 ? upTo(bad, targets.escape, all) : above(good, targets.review, all);
  return { review: Math.min(review, reject), reject };
}

/** The lowest threshold that at most this share of the flawless scores reaches. */
function above(good: readonly number[], share: number, all: readonly number[]): number {
  const sorted = [...good].sort((a, b) => b - a);
  const [top = 0, bottom = 0] = [sorted[0], sorted.at(-1)];
  const allTheSame = top - bottom < RESOLUTION;
  const highest = allTheSame ? top : sorted[Math.floor(share * good.length)];
  if (highest === undefined) return 0;
  const next = all.find((value) => value > highest);
  if (next !== undefined) return (highest + next) / 2;
  // Nothing lies above: leave a quarter of the spread of the flawless scores.
  return Math.min(1, highest + Math.max(RESOLUTION, (highest - bottom) / 4));
}

/** The highest threshold that at most this share of the defective scores stays below. */
function upTo(bad: readonly number[], share: number, all: readonly number[]): number {
  const sorted = [...bad].sort((a, b) => a - b);
  const lowest = sorted[Math.floor(share * bad.length)];
  if (lowest === undefined) return 1;
  const before = all.findLast((value) => value < lowest);
  return before === undefined ? lowest : (before + lowest) / 2;
}

function crossValidate(
  good: readonly KnownPart[],
  bad: readonly KnownPart[],
  method: Method,
  targets: Targets,
): Proposal['expected'] {
  const folds = Math.min(FOLDS, good.length);
  const errors = { review: { good: 0, bad: 0 }, reject: { good: 0, bad: 0 } };
  for (let fold = 0; fold < folds; fold++) {
    const isHeld = (_: KnownPart, i: number): boolean => i % folds === fold;
    const rest = (some: readonly KnownPart[]) => some.filter((part, i) => !isHeld(part, i));
    const calibration = calibrate(rest(good), rest(bad), method, targets);
    for (const { defective, score0, score1 } of [...good.filter(isHeld), ...bad.filter(isHeld)]) {
      const value = score(score0, score1, calibration);
      for (const name of ['review', 'reject'] as const) {
        const reached = value >= calibration.thresholds[name];
        if (defective && !reached) errors[name].bad++;
        if (!defective && reached) errors[name].good++;
      }
    }
  }
  const rates = (name: 'review' | 'reject'): ExpectedRates => ({
    falseReject: wilson(errors[name].good, good.length),
    escape: wilson(errors[name].bad, bad.length),
  });
  return { review: rates('review'), reject: rates('reject') };
}
