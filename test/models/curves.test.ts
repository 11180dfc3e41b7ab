// The curves of a report lie on the exact curves, and the order of photographs changes no metric.
// Runs in the tests (vitest).
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { METRICS, Measurement } from '../../electron/node/measure/measure.ts';
import { proCurve, rankingCurves, type Curve } from '../../models/metrics/curves.ts';
import { auproExact } from '../../models/metrics/aupro.ts';
import { PixelCollector } from '../../models/metrics/pixel-set.ts';
import { sortFloats } from '../../models/metrics/radix-sort.ts';
import { rankingOfSorted } from '../../models/metrics/ranking.ts';
import { randomFloats, randomNumbers } from '../support/tiny-clip.ts';

const area = (curve: Curve): number =>
  curve.slice(1).reduce((sum, [x, y], i) => sum + ((x - curve[i]![0]) * (y + curve[i]![1])) / 2, 0);

describe('curves', () => {
  it('of few scores are exact: the area below ROC is AUROC', () => {
    const scores = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(scores, scores, (a, b) => {
        const [positives, negatives] = [Float64Array.from(a).sort(), Float64Array.from(b).sort()];
        const { roc, pr } = rankingCurves(positives, negatives)!;
        expect(area(roc)).toBeCloseTo(rankingOfSorted(positives, negatives).auroc!, 12);
        expect(roc.at(-1)).toEqual([1, 1]);
        expect(pr.at(-1)![0]).toBe(1);
        for (const [x, y] of [...roc, ...pr]) expect(x >= 0 && x <= 1 && y >= 0 && y <= 1).toBe(true);
      }),
      { seed: 1 },
    );
  });

  it('of many scores have few points, rise, and keep the area', () => {
    const random = randomNumbers(2);
    const normal = randomFloats(50_000, random).sort();
    const defect = randomFloats(4000, random)
      .map((x) => x + 0.7)
      .sort();
    const { roc } = rankingCurves(defect, normal)!;
    expect(roc.length).toBeLessThan(220);
    roc.slice(1).forEach(([x], i) => expect(x).toBeGreaterThanOrEqual(roc[i]![0]));
    expect(area(roc)).toBeCloseTo(rankingOfSorted(defect, normal).auroc!, 3);
  });

  it('of region overlap have the area of AUPRO', () => {
    const pixels = new PixelCollector(64);
    const map = randomFloats(64, randomNumbers(3));
    const mask = Uint8Array.from({ length: 64 }, (_, i) => (i % 8 < 2 || i === 44 ? 1 : 0));
    pixels.add(map, mask, 8, 8);
    const set = pixels.finish();
    expect(area(proCurve(set, set.defect.slice().sort())!)).toBeCloseTo(auproExact(set, 1)!, 12);
  });

  it('are not there where one class is missing', () => {
    expect(rankingCurves(Float32Array.of(), Float32Array.of(1))).toBeNull();
    const pixels = new PixelCollector(4);
    pixels.add(new Float32Array(4), null, 2, 2);
    expect(proCurve(pixels.finish(), new Float32Array())).toBeNull();
  });
});

describe('sorting', () => {
  it('gives what the sort of typed arrays gives', () => {
    for (const length of [0, 1, 100, 20_000, 70_001]) {
      const random = randomNumbers(length);
      const values = Float32Array.from({ length }, (_, i) => random() * 10 ** ((i % 60) - 30));
      for (const [i, value] of [0, -0, 3.4e38, -3.4e38, 1e-45, -1e-45, 0, -0].entries())
        if (i < length) values[i] = value;
      const expected = values.slice().sort();
      const view = Float32Array.from([7, ...values, 7]).subarray(1, 1 + length); // not at the start of its memory
      expect(sortFloats(view)).toBe(view);
      expect(new Uint32Array(Float32Array.from(view).buffer)).toEqual(new Uint32Array(expected.buffer));
    }
  });
});

describe('a measurement', () => {
  const random = randomNumbers(4);
  const parts = Array.from({ length: 9 }, (_, i) => ({
    map: randomFloats(36, random),
    score: random(),
    score0: random(),
    score1: random(),
    mask: i % 3 === 0 ? Uint8Array.from({ length: 36 }, () => (random() > 0.4 ? 1 : 0)) : null,
  }));
  const metricsOf = (order: readonly number[], kind: 'official' | 'online' | 'class_probability') => {
    const measurement = new Measurement(9, 6);
    for (const i of order) {
      const { mask, ...result } = parts[i]!;
      measurement.add(result, mask !== null, mask);
    }
    return measurement.finish(kind).metrics;
  };

  it('does not depend on the order of the photographs', () => {
    const usual = metricsOf([0, 1, 2, 3, 4, 5, 6, 7, 8], 'official');
    expect(METRICS.every(([name]) => usual[name] !== null)).toBe(true);
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7, 8], { minLength: 9 }), (order) => {
        const metrics = metricsOf(order, 'official');
        for (const [name] of METRICS) expect(metrics[name]).toBeCloseTo(usual[name]!, 12);
      }),
      { seed: 1, numRuns: 30 },
    );
  });

  it('takes the score that it is told to', () => {
    const order = [0, 1, 2, 3, 4, 5, 6, 7, 8];
    const kinds = (['official', 'online', 'class_probability'] as const).map((kind) =>
      metricsOf(order, kind),
    );
    expect(new Set(kinds.map(({ image_auroc }) => image_auroc)).size).toBeGreaterThan(1);
    expect(new Set(kinds.map(({ pixel_auroc }) => pixel_auroc)).size).toBe(1);
  });

  it('keeps image metrics where a mask is missing, and no pixel metrics', () => {
    const measurement = new Measurement(2, 6);
    measurement.add(parts[1]!, false, null);
    measurement.add(parts[0]!, true, null);
    const { metrics, curves } = measurement.finish('online');
    expect(metrics.image_auroc).not.toBeNull();
    expect([metrics.pixel_auroc, metrics.pro_cflow200, curves.pixel, curves.pro]).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });
});
