// Proposed thresholds: the share that waits, no known defect missed, and where OK and NG meet.
// Runs in Node.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countVerdicts } from '../../renderer/src/lib/histogram.ts';
import { betweenMarks, noneMissed, reviewShare } from '../../renderer/src/lib/proposals.ts';

const at = { review: 0.4, reject: 0.7 };
const scores = (...values: number[]): Float64Array => Float64Array.from(values).sort();
const anyScores = fc
  .array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 300 })
  .map((values) => scores(...values));

describe('reviewShare', () => {
  it('lets about that share wait, and at least as many', () => {
    const even = scores(...Array.from({ length: 1000 }, (_, i) => (i + 0.5) / 1000));
    const to = reviewShare(even, at, 0.05)!;
    expect(to.reject).toBe(0.7);
    expect(countVerdicts(even, to).review).toBe(50);
  });

  it('never touches the reject threshold, and never crosses it', () => {
    fc.assert(
      fc.property(anyScores, fc.double({ min: 0, max: 1, noNaN: true }), (sorted, share) => {
        const to = reviewShare(sorted, at, share)!;
        expect(to.reject).toBe(at.reject);
        expect(to.review).toBeLessThanOrEqual(at.reject);
        const { review, good } = countVerdicts(sorted, to);
        expect(review + (good === 0 ? sorted.length : 0)).toBeGreaterThanOrEqual(
          Math.min(Math.round(share * sorted.length), countVerdicts(sorted, at).good),
        );
      }),
    );
  });

  it('has nothing to say without parts', () => {
    expect(reviewShare(scores(), at, 0.05)).toBeNull();
  });
});

describe('noneMissed', () => {
  it('lies at or just below the lowest score that is NG', () => {
    fc.assert(
      fc.property(anyScores, (ng) => {
        const to = noneMissed(ng, at)!;
        expect(to.review).toBeLessThanOrEqual(ng[0]!);
        expect(ng[0]! - to.review).toBeLessThanOrEqual(0.001 + 1e-9);
        expect(to.reject).toBeGreaterThanOrEqual(to.review);
      }),
    );
  });

  it('waits for a first NG', () => {
    expect(noneMissed(scores(), at)).toBeNull();
  });
});

describe('betweenMarks', () => {
  it('leaves between the thresholds what was called both', () => {
    expect(betweenMarks(scores(0.1, 0.5), scores(0.3, 0.9))).toEqual({ review: 0.3, reject: 0.501 });
  });

  it('leaves a gap to review where the two do not meet', () => {
    expect(betweenMarks(scores(0.1, 0.2), scores(0.6, 0.9))).toEqual({ review: 0.201, reject: 0.6 });
  });

  it('needs both kinds of marks', () => {
    expect(betweenMarks(scores(0.1), scores())).toBeNull();
    expect(betweenMarks(scores(), scores(0.9))).toBeNull();
  });
});
