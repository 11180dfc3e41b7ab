// AUROC, AP and F1-max against scikit-learn, and against their definitions on random scores.
// Runs in Node (vitest).
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { officialScores } from '../../models/metrics/official-score.ts';
import { ranking } from '../../models/metrics/ranking.ts';
import { goldenFloats, goldenJson, goldenNpy, hasGolden, tolerance } from '../support/golden.ts';

interface Expected {
  readonly score0: number[];
  readonly score1: number[];
  readonly score: number[];
  readonly label: number[];
  readonly image: Record<'auroc' | 'ap' | 'f1max', number | null>;
  readonly pixel: Record<'auroc' | 'ap' | 'f1max', number | null>;
}

const NOTHING = { auroc: null, ap: null, f1max: null };

function expectRanking(
  got: Record<string, number | null>,
  expected: Record<string, number | null>,
  limit: number,
) {
  for (const [name, value] of Object.entries(expected)) {
    if (value === null) expect(got[name], name).toBeNull();
    else expect(Math.abs((got[name] ?? NaN) - value), name).toBeLessThanOrEqual(limit * value);
  }
}

describe.skipIf(!hasGolden).each(['mixed', 'no_normal', 'no_defect'])(
  'the set "%s" of the reference data',
  (set) => {
    const limit = hasGolden ? tolerance('metrics/expected.json') : 0;
    const expected = (hasGolden ? goldenJson('metrics/expected.json') : {}) as Record<string, Expected>;
    const { score0, score1, score, label, image, pixel } = expected[set] ?? ({} as Expected);

    it('has the official image scores', () => {
      const got = officialScores(Float64Array.from(score0), Float64Array.from(score1));
      score.forEach((value, i) => expect(got[i]).toBeCloseTo(value, 12));
    });

    it('has the official image metrics, or none where one class is missing', () => {
      const got = ranking(Float64Array.from(score), Uint8Array.from(label));
      // scikit-learn gives AP = F1 = 1 for positives only; Loupe reports nothing there (Specification Appendix 4.7).
      expectRanking({ ...got }, set === 'no_normal' ? NOTHING : image, limit);
    });

    it('has the official pixel metrics', () => {
      const masks = goldenNpy(`metrics/${set}_masks.npy`).data as Uint8Array;
      expectRanking({ ...ranking(goldenFloats(`metrics/${set}_maps.npy`), masks) }, pixel, limit);
    });
  },
);

describe('ranking', () => {
  it('counts ties one half (Specification Appendix 2)', () => {
    const scores = Float64Array.of(0.1, 0.4, 0.4, 0.8, 0.35, 0.8);
    const got = ranking(scores, Uint8Array.of(0, 0, 1, 1, 0, 0));
    expect(got).toEqual({ auroc: 0.75, ap: 0.5, f1max: 2 / 3 });
  });

  it('is perfect, useless or inverted', () => {
    const labels = Uint8Array.of(0, 0, 1, 1);
    expect(ranking(Float32Array.of(-2, -1, 0, 1), labels)).toEqual({ auroc: 1, ap: 1, f1max: 1 });
    expect(ranking(Float32Array.of(3, 3, 3, 3), labels)).toEqual({ auroc: 0.5, ap: 0.5, f1max: 2 / 3 });
    expect(ranking(Float32Array.of(1, 0, -1, -2), labels).auroc).toBe(0);
  });

  it('takes 0 and -0 for equal', () => {
    expect(ranking(Float32Array.of(-0, 0), Uint8Array.of(1, 0)).auroc).toBe(0.5);
    expect(ranking(Float32Array.of(0, -0), Uint8Array.of(1, 0)).auroc).toBe(0.5);
  });

  it('follows the definitions for any scores', () => {
    const pixel = fc.tuple(fc.integer({ min: -4, max: 4 }), fc.boolean());
    fc.assert(
      fc.property(fc.array(pixel, { minLength: 2, maxLength: 40 }), (pixels) => {
        const positives = pixels.filter(([, label]) => label).map(([score]) => score);
        const negatives = pixels.filter(([, label]) => !label).map(([score]) => score);
        fc.pre(positives.length > 0 && negatives.length > 0);
        const wins = positives.flatMap((p) =>
          negatives.map((n) => (p > n ? 1 : p === n ? 0.5 : 0) as number),
        );
        const points = [...new Set(pixels.map(([score]) => score))].map((threshold) => {
          const tp = positives.filter((p) => p >= threshold).length;
          return (2 * tp) / (positives.length + tp + negatives.filter((n) => n >= threshold).length);
        });
        const got = ranking(
          Float32Array.from(pixels, ([score]) => score),
          Uint8Array.from(pixels, ([, label]) => (label ? 255 : 0)),
        );
        expect(got.auroc).toBeCloseTo(wins.reduce((a, b) => a + b, 0) / wins.length, 12);
        expect(got.f1max).toBeCloseTo(Math.max(...points), 12);
      }),
      { seed: 1 },
    );
  });

  it('is undefined without one of the classes and without anything', () => {
    expect(ranking(Float32Array.of(1, 2), Uint8Array.of(1, 1))).toEqual(NOTHING);
    expect(ranking(Float32Array.of(1, 2), Uint8Array.of(0, 0))).toEqual(NOTHING);
    expect(ranking(new Float32Array(), new Uint8Array())).toEqual(NOTHING);
  });

  it.each([NaN, Infinity, -Infinity])('refuses %f', (value) => {
    expect(() => ranking(Float64Array.of(0, value), Uint8Array.of(0, 1))).toThrow(
      expect.objectContaining({ code: 'internal' }),
    );
  });
});

describe('ranking of arrays that do not fit', () => {
  it('is refused', () => {
    expect(() => ranking(Float64Array.of(0, 1), Uint8Array.of(0, 1, 1))).toThrow(
      expect.objectContaining({ code: 'internal' }),
    );
  });
});

describe('official scores', () => {
  it('of a set without any spread are zero, not NaN', () => {
    expect([...officialScores(Float64Array.of(2, 2), Float64Array.of(0, 4))]).toEqual([0, 1]);
  });
});
