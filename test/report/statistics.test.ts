// Statistics against values worked out elsewhere, and against each other on random results.
// Runs in the tests (Node).
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  agreement,
  confusion,
  groupBy,
  pareto,
  pChart,
  rate,
  rates,
  summarise,
  tally,
  wilson,
  type Cell,
} from '../../electron/common/statistics.ts';

const cell = (change: Partial<Cell>): Cell => ({
  ...{ run: 1, lot: null, recipe: null, day: '2026-11-23', machine: 'good', verdict: null, seen: null },
  ...{ defectKind: null, count: 1 },
  ...change,
});

describe('Wilson intervals', () => {
  // Wilson 1927 / Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
    [29, 29, 0.883, 1],
  ])('%i of %i', (count, of, lo, hi) => {
    const interval = wilson(count, of);
    expect(interval.lo).toBeCloseTo(lo, 4);
    expect(interval.hi).toBeCloseTo(hi, 4);
  });

  it('hold the share, stay in 0..1, and mirror each other', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.nat(), (of, any) => {
        const count = any % (of + 1);
        const { lo, hi } = wilson(count, of);
        const other = wilson(of - count, of);
        expect(lo).toBeGreaterThanOrEqual(0);
        expect(hi).toBeLessThanOrEqual(1);
        expect(lo).toBeLessThanOrEqual(count / of);
        expect(hi).toBeGreaterThanOrEqual(count / of);
        expect(other.lo).toBeCloseTo(1 - hi, 9);
      }),
    );
  });

  it('of nothing are nothing', () => {
    expect(rate(0, 0)).toEqual({ count: 0, of: 0, value: null, interval: null });
  });
});

describe('tallies', () => {
  const cells = [
    cell({ machine: 'good', count: 70 }),
    cell({ machine: 'good', verdict: 'ng', seen: 'good', defectKind: 'scratch', count: 2 }),
    cell({ machine: 'review', count: 5 }),
    cell({ machine: 'review', verdict: 'ok', seen: 'review', count: 4 }),
    cell({ machine: 'reject', count: 6 }),
    cell({ machine: 'reject', verdict: 'ok', seen: 'reject', count: 3 }),
    cell({ machine: 'reject', verdict: 'ng', seen: 'reject', defectKind: 'dent', count: 5 }),
    cell({ machine: 'reject', verdict: 'unsure', seen: 'reject', count: 1 }),
    cell({ machine: 'failed', count: 3 }),
    cell({ machine: 'pending', day: null, count: 1 }),
  ];

  it('count what the machine and what people said', () => {
    expect(tally(cells)).toEqual({
      ...{ parts: 100, good: 72, review: 9, reject: 15, failed: 3, pending: 1 },
      ...{ accepted: 77, rejected: 13, open: 10 },
    });
    const shares = rates(tally(cells));
    expect(shares.yield).toMatchObject({ count: 77, of: 100, value: 0.77 });
    expect(shares.reject).toMatchObject({ count: 15, of: 96 });
    expect(shares.failed).toMatchObject({ count: 3, of: 99 });
  });

  it('never count a failed or a pending part as accepted', () => {
    expect(tally([cell({ machine: 'failed' }), cell({ machine: 'pending' })])).toMatchObject({
      accepted: 0,
      open: 2,
    });
  });

  it('confusion: false rejects among OK, escapes among NG', () => {
    const { counts, falseReject, escape } = confusion(cells);
    expect(counts.reject).toEqual({ ok: 3, ng: 5, unsure: 1 });
    expect(falseReject).toMatchObject({ count: 3, of: 7 });
    expect(escape).toMatchObject({ count: 2, of: 7 });
  });

  it('what the operator saw counts, not what thresholds of today would say', () => {
    const { escape } = confusion([cell({ machine: 'reject', seen: 'good', verdict: 'ng' })]);
    expect(escape).toMatchObject({ count: 1, of: 1 });
  });

  it('pareto: the most frequent first, to 100 %', () => {
    expect(pareto([...cells, cell({ verdict: 'ng', count: 1 })])).toEqual([
      { kind: 'dent', count: 5, share: 5 / 8, cumulated: 5 / 8 },
      { kind: 'scratch', count: 2, share: 2 / 8, cumulated: 7 / 8 },
      { kind: '', count: 1, share: 1 / 8, cumulated: 1 },
    ]);
  });
});

describe('the p-chart', () => {
  // 200 of 50 each, 10 % rejected on the whole: limits 0.1 ± 3·sqrt(0.09/50) = 0 and 0.2273.
  const days = [5, 4, 6, 12, 3, 0].map((rejected, i) => [
    cell({ day: `2026-11-0${i + 1}`, machine: 'reject', count: rejected }),
    cell({ day: `2026-11-0${i + 1}`, machine: 'good', count: 50 - rejected }),
  ]);

  it('has limits around the mean and marks what is outside', () => {
    const { mean, points } = pChart(groupBy(days.flat(), 'day'));
    expect(mean).toBeCloseTo(0.1, 12);
    expect(points[0]?.upper).toBeCloseTo(0.2272792, 6);
    expect(points[0]?.lower).toBe(0);
    expect(points.map(({ out }) => out)).toEqual([false, false, false, true, false, false]);
  });

  it('has wider limits for smaller groups, and none for groups without a decision', () => {
    const { points } = pChart(
      groupBy([...days.flat(), cell({ day: '2026-11-07', machine: 'review' })], 'day'),
    );
    expect(points.at(-1)).toMatchObject({ n: 0, p: null, out: false });
    expect(pChart([])).toEqual({ mean: null, points: [] });
  });

  it('groups in the order of time', () => {
    const mixed = [
      cell({ run: 3, lot: 'B' }),
      cell({ run: 1, lot: 'C' }),
      cell({ run: 2, lot: 'A' }),
      cell({ run: 9, lot: 'C' }),
    ];
    expect(groupBy(mixed, 'lot').map(({ key }) => key)).toEqual(['C', 'A', 'B']);
    expect(groupBy([cell({ lot: null })], 'lot')).toMatchObject([{ key: '' }]);
  });
});

describe("Cohen's kappa", () => {
  it('of the textbook: 20, 5, 10, 15 of 50 are 0.4', () => {
    const pairs = [
      { first: 'ok', second: 'ok', count: 20 },
      { first: 'ok', second: 'ng', count: 5 },
      { first: 'ng', second: 'ok', count: 10 },
      { first: 'ng', second: 'ng', count: 15 },
    ] as const;
    expect(agreement(pairs)).toMatchObject({ pairs: 50, agreed: { count: 35, of: 50 } });
    expect(agreement(pairs).kappa).toBeCloseTo(0.4, 12);
  });

  it('is 1 for full agreement, and not defined where chance alone explains it', () => {
    const same = (first: 'ok' | 'ng') => ({ first, second: first, count: 5 });
    expect(agreement([same('ok'), same('ng')]).kappa).toBe(1);
    expect(agreement([same('ok')]).kappa).toBeNull();
    expect(agreement([])).toMatchObject({ pairs: 0, kappa: null });
  });
});

it('groups add up to the whole', () => {
  const machine = fc.constantFrom('good', 'review', 'reject', 'failed', 'pending');
  const verdict = fc.constantFrom('ok', 'ng', 'unsure', null);
  const any = fc.record({ run: fc.integer({ min: 1, max: 5 }), machine, verdict, count: fc.nat(50) });
  fc.assert(
    fc.property(fc.array(any), (records) => {
      const cells = records.map((record) => cell(record as Partial<Cell>));
      const { total, groups } = summarise(cells, { pairs: [], blind: [], judges: [] }, 'run');
      for (const key of ['parts', 'accepted', 'rejected', 'open', 'good', 'failed'] as const) {
        expect(groups.reduce((sum, group) => sum + group.tally[key], 0)).toBe(total.tally[key]);
      }
      const { parts, good, review, reject, failed, pending } = total.tally;
      expect(good + review + reject + failed + pending).toBe(parts);
    }),
  );
});
