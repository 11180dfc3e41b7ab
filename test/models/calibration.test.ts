// The calibrated score and the verdict, above all where a part must not pass.
// Runs in Node (vitest).
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { score, verdict, type Calibration } from '../../models/clip-ad/calibration.ts';

const calibration: Calibration = {
  score0: { lo: 0.2, hi: 0.6 },
  score1: { lo: -1, hi: 3 },
  heat: { lo: 0, hi: 1 },
  thresholds: { review: 0.4, reject: 0.7 },
};

describe('the score', () => {
  it.each([
    [0.2, -1, 0],
    [0.6, 3, 1],
    [0.4, 1, 0.5],
    [0.6, -1, 0.5],
    [99, -99, 0.5],
    [0.3, 0, 0.25],
  ])('of %f and %f is %f', (score0, score1, expected) => {
    expect(score(score0, score1, calibration)).toBeCloseTo(expected, 12);
  });

  it('lies in 0..1 and never falls when a raw value rises', () => {
    const raw = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(raw, raw, raw, (a, b, c) => {
        const low = score(Math.min(a, b), c, calibration);
        const high = score(Math.max(a, b), c, calibration);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(low).toBeLessThanOrEqual(high);
      }),
    );
  });

  it.each([
    [NaN, 1],
    [0.5, NaN],
    [0.5, Infinity],
    [-Infinity, 1],
  ])('of %f and %f is a failure of the model', (score0, score1) => {
    expect(() => score(score0, score1, calibration)).toThrow(
      expect.objectContaining({ code: 'session.failed' }),
    );
  });
});

describe('the verdict', () => {
  it.each([
    [0, 'good'],
    [0.39, 'good'],
    [0.4, 'review'],
    [0.69, 'review'],
    [0.7, 'reject'],
    [1, 'reject'],
    [NaN, 'reject'],
  ])('on %f is %s', (value, expected) => {
    expect(verdict(value, calibration.thresholds)).toBe(expected);
  });

  it('rejects first when both thresholds are one', () => {
    expect(verdict(0.5, { review: 0.5, reject: 0.5 })).toBe('reject');
  });
});
