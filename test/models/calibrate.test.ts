// Proposed ranges and thresholds, their expected errors, and the interval of a rate.
// Runs in the tests.
import { describe, expect, it } from 'vitest';
import { DEFAULT_TARGETS, propose, type KnownPart } from '../../models/clip-ad/calibrate.ts';
import { score, verdict } from '../../models/clip-ad/calibration.ts';
import { wilson } from '../../models/metrics/wilson.ts';
import { randomFor } from '../../models/train/random.ts';

describe('the interval of a rate', () => {
  // Roots of the score equation (p̂ - p)² = z²·p(1 - p)/n, found by bisection.
  it.each([
    [0, 10, 0, 0.2775328],
    [10, 10, 0.7224672, 1],
    [1, 20, 0.0088814, 0.2361312],
    [50, 100, 0.4038315, 0.5961685],
    [5, 1000, 0.0021375, 0.011651],
  ])('of %i in %i', (count, of, low, high) => {
    const rate = wilson(count, of);
    expect(rate).toMatchObject({ count, of, rate: count / of });
    expect(rate?.low).toBeCloseTo(low, 6);
    expect(rate?.high).toBeCloseTo(high, 6);
  });

  it('of nothing is unknown', () => expect(wilson(0, 0)).toBeNull());

  it('holds the true rate about 95 times in 100', () => {
    const random = randomFor(7, 'coverage');
    let held = 0;
    for (let i = 0; i < 2000; i++) {
      const count = Array.from({ length: 60 }, random).filter((value) => value < 0.1).length;
      const { low, high } = wilson(count, 60)!;
      if (low <= 0.1 && 0.1 <= high) held++;
    }
    expect(held / 2000).toBeGreaterThan(0.925);
    expect(held / 2000).toBeLessThan(0.985);
  });
});

const random = randomFor(1, 'parts');
const part = (defective: boolean, raw: number): KnownPart => ({
  defective,
  score0: raw / 2,
  score1: raw * 3,
  heat: raw / 10,
});
const many = (count: number, defective: boolean, from: number, to: number): KnownPart[] =>
  Array.from({ length: count }, () => part(defective, from + (to - from) * random()));

describe('known parts of both kinds', () => {
  const apart = [...many(60, false, 0, 0.3), ...many(20, true, 0.5, 1)];

  it('that differ are told apart', () => {
    const { calibration, expected, extrapolated, flawless, defective } = propose(apart, 'sdp+');
    expect([flawless, defective, extrapolated]).toEqual([60, 20, false]);
    for (const { defective, score0, score1 } of apart) {
      expect(verdict(score(score0, score1, calibration), calibration.thresholds)).toBe(
        defective ? 'reject' : 'good',
      );
    }
    expect(expected.reject.falseReject).toMatchObject({ count: 0, of: 60, low: 0 });
    expect(expected.reject.falseReject!.high).toBeCloseTo(0.0602, 3);
    expect(expected.review.escape).toMatchObject({ count: 0, of: 20 });
  });

  it('span the ranges: the lowest flawless value to the highest of all', () => {
    const { calibration } = propose(apart, 'sdp+');
    const raws = (name: 'score0' | 'score1') => apart.map((one) => one[name]);
    const flawless = apart.filter(({ defective }) => !defective);
    expect(calibration.score0).toEqual({
      lo: Math.min(...flawless.map(({ score0 }) => score0)),
      hi: Math.max(...raws('score0')),
    });
    expect(calibration.score1.hi).toBe(Math.max(...raws('score1')));
    expect(calibration.heat).toEqual({ lo: 0, hi: 4 });
    expect(propose(apart, 'sdp').calibration.heat.hi).toBe(calibration.score1.hi);
  });

  const mixed = [...many(200, false, 0, 0.6), ...many(100, true, 0.4, 1)];

  it('that overlap get a band of doubt whose errors are as asked for, on parts not seen before', () => {
    const { calibration, expected } = propose(mixed, 'sdp+', {
      falseReject: 0.05,
      escape: 0.05,
      review: 0.1,
    });
    const { review, reject } = calibration.thresholds;
    expect(review).toBeLessThan(reject);
    // Many more parts of the same kinds, which the proposal has not seen.
    const rate = (parts: KnownPart[], isError: (value: number) => boolean): number =>
      parts.filter(({ score0, score1 }) => isError(score(score0, score1, calibration))).length / parts.length;
    const rejected = rate(many(20_000, false, 0, 0.6), (value) => value >= reject);
    const escaped = rate(many(20_000, true, 0.4, 1), (value) => value < review);
    const { falseReject } = expected.reject;
    const { escape } = expected.review;
    expect(falseReject!.low).toBeLessThanOrEqual(rejected);
    expect(falseReject!.high).toBeGreaterThanOrEqual(rejected);
    expect(escape!.low).toBeLessThanOrEqual(escaped);
    expect(escape!.high).toBeGreaterThanOrEqual(escaped);
    expect(Math.abs(rejected - 0.05)).toBeLessThan(0.04);
    expect(Math.abs(escaped - 0.05)).toBeLessThan(0.05);
  });

  it('that cannot be told apart say so', () => {
    const same = [...many(50, false, 0, 1), ...many(50, true, 0, 1)];
    const { calibration, expected } = propose(same, 'sdp+');
    expect(calibration.thresholds.review).toBeLessThan(0.1); // nearly everything goes to review
    expect(expected.reject.escape!.rate).toBeGreaterThan(0.8);
    expect(expected.review.falseReject!.rate).toBeGreaterThan(0.8);
  });

  it('in which flawless ones look worse than defective ones still give thresholds in order', () => {
    const upside = [...many(20, false, 0.5, 1), ...many(20, true, 0, 0.4)];
    const { review, reject } = propose(upside, 'sdp+').calibration.thresholds;
    expect(review).toBeGreaterThanOrEqual(0);
    expect(review).toBeLessThanOrEqual(reject);
    expect(reject).toBeLessThanOrEqual(1);
  });
});

describe('without defective parts', () => {
  const flawless = many(100, false, 0.2, 0.4);

  it('nothing is claimed about escapes, and there is room above', () => {
    const { calibration, expected, extrapolated } = propose(flawless, 'sdp+');
    expect(extrapolated).toBe(true);
    expect(expected.review.escape).toBeNull();
    expect(expected.reject.escape).toBeNull();
    const scores = flawless.map(({ score0, score1 }) => score(score0, score1, calibration));
    expect(Math.max(...scores)).toBeCloseTo(0.5, 6);
    expect(scores.filter((value) => value >= calibration.thresholds.review)).toHaveLength(10);
    expect(scores.filter((value) => value >= calibration.thresholds.reject)).toHaveLength(1);
    expect(expected.reject.falseReject!.of).toBe(100);
  });

  it('that are all the same, noise does not become a verdict', () => {
    const still = Array.from({ length: 10 }, (_, i) => part(false, 0.2 + i * 1e-9));
    const { calibration } = propose(still, 'sdp+');
    expect(calibration.score0.hi - calibration.score0.lo).toBeCloseTo(0.01, 6);
    const [first] = still;
    const jittered = score(first!.score0 + 1e-5, first!.score1 + 1e-5, calibration);
    expect(verdict(jittered, calibration.thresholds)).toBe('good');
  });

  it('fewer than five are too few', () => {
    expect(() => propose(flawless.slice(0, 4), 'sdp')).toThrow(
      expect.objectContaining({ code: 'calibration.too_few' }),
    );
    expect(() => propose(flawless.slice(0, 5), 'sdp', DEFAULT_TARGETS)).not.toThrow();
  });

  it('a raw value that is not finite is a failure of the model', () => {
    expect(() => propose([...flawless, part(false, NaN)], 'sdp')).toThrow(
      expect.objectContaining({ code: 'session.failed' }),
    );
  });
});
