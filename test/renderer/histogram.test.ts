// The threshold arithmetic: binary search against plain counting.
// Runs in Node.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { machineVerdict } from '../../electron/common/domain.ts';
import {
  barHeights,
  countBelow,
  countVerdicts,
  mergeSorted,
  movesBetween,
} from '../../renderer/src/lib/histogram.ts';

const scores = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 60 });
const thresholds = fc
  .tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([a, b]) => ({ review: Math.min(a, b), reject: Math.max(a, b) }));
const sort = (values: readonly number[]): Float64Array => Float64Array.from(values).sort();
const verdict = (score: number, at: { review: number; reject: number }): string =>
  machineVerdict({ state: 'scored', score }, at);

describe('countVerdicts', () => {
  it('counts as the domain judges, for any scores and thresholds', () => {
    fc.assert(
      fc.property(scores, thresholds, (values, at) => {
        const counts = countVerdicts(sort(values), at);
        for (const name of ['good', 'review', 'reject'] as const) {
          expect(counts[name]).toBe(values.filter((score) => verdict(score, at) === name).length);
        }
      }),
    );
  });

  it('puts a score on the line above it', () => {
    expect(countVerdicts(sort([0.2, 0.4, 0.6]), { review: 0.4, reject: 0.6 })).toEqual({
      good: 1,
      review: 1,
      reject: 1,
    });
  });

  it('has no review band when both thresholds are the same', () => {
    expect(countVerdicts(sort([0.1, 0.5, 0.9]), { review: 0.5, reject: 0.5 })).toEqual({
      good: 1,
      review: 0,
      reject: 2,
    });
  });

  it('counts nothing in an empty run', () => {
    expect(countVerdicts(sort([]), { review: 0.3, reject: 0.6 })).toEqual({ good: 0, review: 0, reject: 0 });
  });
});

describe('barHeights', () => {
  it('puts every score into exactly one bar', () => {
    fc.assert(
      fc.property(scores, fc.integer({ min: 1, max: 80 }), (values, count) => {
        const total = barHeights(sort(values), count).reduce((sum, height) => sum + height, 0);
        expect(total).toBe(values.length);
      }),
    );
  });

  it('keeps the highest score in the last bar', () => {
    expect([...barHeights(sort([0, 0.49, 0.5, 1]), 2)]).toEqual([2, 2]);
  });
});

describe('movesBetween', () => {
  it('tells what changes, as counting part by part does', () => {
    fc.assert(
      fc.property(scores, thresholds, thresholds, (values, before, after) => {
        const moves = movesBetween(sort(values), before, after);
        const changed = values.filter((score) => verdict(score, before) !== verdict(score, after)).length;
        expect(moves.reduce((sum, move) => sum + move.count, 0)).toBe(changed);
        for (const { from, to, count } of moves) {
          const same = values.filter(
            (score) => verdict(score, before) === from && verdict(score, after) === to,
          );
          expect(count).toBe(same.length);
        }
      }),
    );
  });

  it('is empty when nothing changes', () => {
    expect(
      movesBetween(sort([0.1, 0.9]), { review: 0.2, reject: 0.5 }, { review: 0.3, reject: 0.6 }),
    ).toEqual([]);
  });
});

describe('mergeSorted', () => {
  it('equals sorting everything', () => {
    fc.assert(
      fc.property(scores, scores, (a, b) => {
        expect([...mergeSorted(sort(a), sort(b))]).toEqual([...sort([...a, ...b])]);
      }),
    );
  });
});

it('countBelow answers 100,000 scores in far less than a frame', () => {
  const many = sort(Array.from({ length: 100_000 }, (_, i) => ((i * 7919) % 100_000) / 100_000));
  const started = performance.now();
  for (let i = 0; i < 1000; i++) countBelow(many, i / 1000);
  expect((performance.now() - started) / 1000).toBeLessThan(0.5);
  expect(countBelow(many, 0.5)).toBe(50_000);
});
