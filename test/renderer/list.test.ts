// Filter, search, sort and the next part to judge.
// Runs in Node.
import { describe, expect, it } from 'vitest';
import type { Part } from '../../electron/common/domain.ts';
import { buildOrder, kindsIn, nextToJudge, type ListQuery, type Parts } from '../../renderer/src/lib/list.ts';
import { finishedPart, pendingPart } from './fake-data.ts';

const at = { review: 0.4, reject: 0.7 };
const query = (change: Partial<ListQuery> = {}): ListQuery => ({
  filter: 'all',
  sort: 'order',
  search: '',
  thresholds: at,
  human: 'any',
  kind: null,
  ...change,
});
const part = (seq: number, change: Partial<Part>): Part => ({ ...pendingPart(1, seq, null), ...change });
const scored = (seq: number, score: number, change: Partial<Part> = {}): Part =>
  part(seq, { state: 'scored', score, ...change });

const parts: Parts = [
  scored(0, 0.1, { name: 'a/part 10.png' }),
  scored(1, 0.45, { name: 'a/part 9.png' }),
  part(2, { state: 'failed', name: 'b/Part 1.png', error: { code: 'image.empty', params: { path: 'x' } } }),
  scored(3, 0.9, { name: 'b/part 2.png' }),
  undefined,
  part(5, { name: 'c/part 3.png' }),
  scored(6, 0.68, { name: 'c/part 4.png' }),
  scored(7, 0.39, { name: 'c/part 5.png' }),
];
const order = (change: Partial<ListQuery>): number[] => [...buildOrder(parts, query(change))];

describe('buildOrder', () => {
  it('keeps the order of the run and skips what has not been heard of', () => {
    expect(order({})).toEqual([0, 1, 2, 3, 5, 6, 7]);
  });

  it('filters by the verdict at the thresholds of the moment', () => {
    expect(order({ filter: 'review' })).toEqual([1, 6]);
    expect(order({ filter: 'review', thresholds: { review: 0.39, reject: 0.5 } })).toEqual([1, 7]);
    expect(order({ filter: 'reject' })).toEqual([3]);
  });

  it('never shows a failed or waiting part as good', () => {
    expect(order({ filter: 'good' })).toEqual([0, 7]);
    expect(order({ filter: 'failed' })).toEqual([2]);
  });

  it('sorts by score from the highest, then failed, then waiting', () => {
    expect(order({ sort: 'score' })).toEqual([3, 6, 1, 7, 0, 2, 5]);
    const [waiting, done] = [[5], order({ sort: 'order' }).filter((seq) => seq !== 5)];
    expect(order({ sort: 'newest' })).toEqual([...done.toReversed(), ...waiting]);
  });

  it('sorts the doubtful first, nearest to a threshold first', () => {
    expect(order({ sort: 'doubt' })).toEqual([6, 1, 7, 3, 0, 2, 5]);
  });

  it('sorts names as people count, folders first', () => {
    expect(order({ sort: 'name' })).toEqual([1, 0, 2, 3, 5, 6, 7]);
  });

  it('finds every word in any order, whatever the case', () => {
    expect(order({ search: 'PART b' })).toEqual([2, 3]);
    expect(order({ search: '  ' })).toHaveLength(7);
    expect(order({ search: 'zebra' })).toEqual([]);
  });

  it('keeps equal scores in the order of the run', () => {
    const same = [scored(0, 0.5), scored(1, 0.5), scored(2, 0.5)];
    expect([...buildOrder(same, query({ sort: 'score' }))]).toEqual([0, 1, 2]);
  });

  it('puts 100,000 parts in order by doubt, exactly', () => {
    const many = Array.from({ length: 100_000 }, (_, seq) => finishedPart(1, seq, null));
    const sorted = buildOrder(many, query({ sort: 'doubt' }));
    expect(new Set(sorted).size).toBe(100_000);
    const scores = Array.from(sorted.subarray(0, 2000), (seq) => many[seq]!.score ?? -1);
    expect(scores.every((score) => score >= at.review && score < at.reject)).toBe(true);
    const distances = scores.map((score) => Math.min(score - at.review, at.reject - score));
    expect(distances.every((d, i) => i === 0 || d >= distances[i - 1]! - 1e-8)).toBe(true);
  });
});

describe('what a person said', () => {
  const judged: Parts = [
    scored(0, 0.1, { verdict: 'ok' }),
    scored(1, 0.5, { verdict: 'ng', defectKind: 'scratch' }),
    scored(2, 0.5, { verdict: 'ng', defectKind: 'Dent' }),
    scored(3, 0.5, { verdict: 'unsure', defectKind: 'scratch' }),
    scored(4, 0.5),
  ];
  const shown = (change: Partial<ListQuery>): number[] => [...buildOrder(judged, query(change))];

  it('filters by verdict, by none, and by kind, together with the machine', () => {
    expect(shown({ human: 'ng' })).toEqual([1, 2]);
    expect(shown({ human: 'none' })).toEqual([4]);
    expect(shown({ kind: 'scratch' })).toEqual([1, 3]);
    expect(shown({ human: 'ok', filter: 'review' })).toEqual([]);
  });

  it('lists the kinds by name with their counts', () => {
    expect(kindsIn(judged)).toEqual([
      { kind: 'Dent', count: 1 },
      { kind: 'scratch', count: 2 },
    ]);
  });

  it('takes the parts of one verdict as a queue for a second look', () => {
    const look = query({ human: 'ng' });
    const order = buildOrder(judged, look);
    expect(nextToJudge(order, judged, 0, look)).toBe(1);
    expect(nextToJudge(order, judged, 1, look)).toBe(0);
  });
});

describe('nextToJudge', () => {
  const all = buildOrder(parts, query());
  const next = (from: number, filter: ListQuery['filter'] = 'all', of: Parts = parts): number =>
    nextToJudge(buildOrder(of, query({ filter })), of, from, query({ filter }));

  it('goes to the next doubtful part and round the end', () => {
    expect(all[next(0)]).toBe(1);
    expect(all[next(1)]).toBe(6);
    expect(all[next(5)]).toBe(1);
  });

  it('skips what is judged', () => {
    const judged = parts.map((p) => (p?.seq === 6 ? { ...p, verdict: 'ok' as const } : p));
    expect(next(1, 'all', judged)).toBe(-1);
    expect(all[next(0, 'all', judged)]).toBe(1);
  });

  it('takes the filter as the queue', () => {
    expect(next(0, 'good')).toBe(1);
    expect(next(0, 'reject')).toBe(-1);
  });

  it('has none in an empty list', () => {
    expect(nextToJudge(new Uint32Array(0), [], 0, query())).toBe(-1);
  });
});
