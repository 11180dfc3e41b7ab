// Blind second reviews: the sample by chance, what may be seen before the end, how both agree, and the chain behind it.
// Runs in the tests (Node).
import { beforeEach, describe, expect, it } from 'vitest';
import type { HumanVerdict } from '../../electron/common/domain.ts';
import type { SecondResult } from '../../electron/common/second-review.ts';
import { agreement } from '../../electron/common/statistics.ts';
import { statistics } from '../../electron/node/report/statistics.ts';
import { resultRows } from '../../electron/node/report/rows.ts';
import { openStore } from '../../electron/node/store/open.ts';
import { openReader } from '../../electron/node/store/reader.ts';
import { drawSample } from '../../electron/node/store/second-reviews.ts';
import type { Store } from '../../electron/node/store/store.ts';
import { verifyChain } from '../../electron/node/store/verify.ts';
import { dataFolder, fill, judged, refusal } from './support.ts';

let folder: string;
let store: Store;
let run: number;

const firstOf = (partId: number): HumanVerdict => (partId % 3 === 0 ? 'ng' : 'ok');

beforeEach(() => {
  folder = dataFolder();
  store = openStore(folder);
  run = fill(store, 60);
  for (let id = 1; id <= 40; id++) store.verdicts.record(judged(id, firstOf(id), 'Ana'));
  store.verdicts.record(judged(40, null, 'Ana')); // taken back: not judged
  return () => store.close();
});

const draw = (size: { count: number } | { share: number }, heat = false) =>
  store.secondReviews.draw({ runId: run, size, heat, author: 'Mia' });

const firstDrawn = (reviewId: number): number => store.secondReviews.parts(reviewId).parts[0]!.partId;

/** Judges the whole sample; every fifth place says the other thing. */
function judgeAll(reviewId: number, author = 'Ben'): SecondResult {
  for (const { partId, place } of store.secondReviews.parts(reviewId).parts) {
    const first = firstOf(partId);
    const other = first === 'ok' ? 'ng' : 'ok';
    const verdict = place % 5 === 0 ? other : first;
    store.secondReviews.judge({ reviewId, partId, verdict, author });
  }
  return store.secondReviews.end(reviewId, author);
}

describe('the sample', () => {
  it('is drawn among judged parts only, as many as asked for, each once', () => {
    const review = draw({ count: 12 }, true);
    expect(review).toMatchObject({ judged: 39, size: 12, done: 0, heat: true, author: 'Mia', endedAt: null });
    const { parts } = store.secondReviews.parts(review.id);
    expect(parts.map(({ place }) => place)).toEqual(Array.from({ length: 12 }, (_, i) => i));
    const ids = parts.map(({ partId }) => partId);
    expect(new Set(ids).size).toBe(12);
    expect(ids.every((id) => id <= 39)).toBe(true);
  });

  it('can be drawn again from its seed, and another seed draws another one', () => {
    const review = draw({ count: 20 });
    const ids = Array.from({ length: 39 }, (_, i) => i + 1);
    const drawn = store.secondReviews.parts(review.id).parts.map(({ partId }) => partId);
    expect(drawSample(ids, review.seed, 20)).toEqual(drawn);
    expect(drawSample(ids, (review.seed + 1) % 2 ** 32, 20)).not.toEqual(drawn);
  });

  it('prefers nobody: each part is drawn about as often as any other', () => {
    const ids = Array.from({ length: 30 }, (_, i) => i);
    const counts = new Array<number>(30).fill(0);
    for (let seed = 0; seed < 6000; seed++) for (const id of drawSample(ids, seed, 10)) counts[id]!++;
    // 2000 expected of 6000; standard deviation 36.5: five of them.
    for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(183);
  });

  it.each([
    [{ share: 0.25 }, 10],
    [{ share: 0.001 }, 1],
    [{ share: 1 }, 39],
    [{ count: 500 }, 39],
  ])('%j is %i parts of 39', (size, expected) => {
    expect(draw(size).size).toBe(expected);
  });

  it('there is one at a time, and none without verdicts', () => {
    draw({ count: 3 });
    expect(refusal(() => draw({ count: 3 })).code).toBe('second.open');
    const bare = fill(store, 20);
    const none = { runId: bare, size: { count: 3 }, heat: false, author: 'Mia' };
    expect(refusal(() => store.secondReviews.draw(none)).code).toBe('second.nothing');
    expect(refusal(() => store.secondReviews.draw({ ...none, runId: 99 })).code).toBe('history.not_found');
  });
});

describe('before the end', () => {
  it('nobody is told anything of the first look', () => {
    const { id } = draw({ count: 5 });
    const told = store.secondReviews.parts(id);
    expect(Object.keys(told.parts[0]!).sort()).toEqual(['partId', 'place', 'verdict']);
    expect(JSON.stringify(told)).not.toContain('Ana');
    expect(refusal(() => store.secondReviews.result(id)).code).toBe('second.blind');
    expect(statistics(store.db, store.runs.list(), 'run').blind.pairs).toBe(0);
  });

  it('a verdict may be changed, is kept over a restart, and touches nothing of the first look', () => {
    const { id } = draw({ count: 5 });
    const partId = firstDrawn(id);
    const before = store.parts.get(partId).part;
    store.secondReviews.judge({ reviewId: id, partId, verdict: 'ng', author: 'Ben' });
    store.secondReviews.judge({ reviewId: id, partId, verdict: 'unsure', author: 'Ben' });
    store.close();
    store = openStore(folder);
    expect(store.secondReviews.parts(id).parts[0]).toMatchObject({ partId, verdict: 'unsure' });
    expect(store.secondReviews.list(run)[0]).toMatchObject({ id, done: 1 });
    expect(store.parts.get(partId).part).toEqual(before);
  });

  it('parts outside of the sample are refused', () => {
    const { id } = draw({ count: 5 });
    const drawn = store.secondReviews.parts(id).parts.map(({ partId }) => partId);
    const outside = Array.from({ length: 39 }, (_, i) => i + 1).find((part) => !drawn.includes(part))!;
    const wrong = { reviewId: id, partId: outside, verdict: 'ok', author: 'Ben' } as const;
    expect(refusal(() => store.secondReviews.judge(wrong)).code).toBe('history.not_found');
  });
});

describe('the result', () => {
  it('tells agreement, kappa and every disagreement, against the first verdict of that moment', () => {
    const { id } = draw({ count: 20 });
    // Who changes the first verdict meanwhile does not change what was compared.
    const partId = firstDrawn(id);
    store.verdicts.record(judged(partId, 'unsure', 'Ana'));
    const result = judgeAll(id);
    expect(result.agreement).toMatchObject({ pairs: 20, agreed: { count: 16, of: 20 } });
    expect(result.disagreements).toHaveLength(4);
    expect(result.disagreements[0]).toMatchObject({
      partId,
      first: { verdict: firstOf(partId), author: 'Ana' },
      second: { author: 'Ben' },
    });
    expect(result.samePerson).toBe(0);
    const { ok, ng } = result.counts;
    expect(ok.ok + ng.ng).toBe(16);
    expect(ok.ng + ng.ok).toBe(4);
    expect(result.agreement.interval!.lo).toBeLessThan(result.agreement.kappa!);
    expect(result.agreement.interval!.hi).toBeGreaterThan(result.agreement.kappa!);
  });

  it('stands: nothing more is accepted, ending again changes nothing, another sample may be drawn', () => {
    const { id } = draw({ count: 4 });
    const first = judgeAll(id);
    const partId = firstDrawn(id);
    const late = { reviewId: id, partId, verdict: 'ok', author: 'Ben' } as const;
    expect(refusal(() => store.secondReviews.judge(late)).code).toBe('second.ended');
    expect(store.secondReviews.end(id, 'Eve')).toEqual(first);
    expect(draw({ count: 4 }).id).toBe(id + 1);
    expect(store.secondReviews.list(run).map((review) => review.id)).toEqual([id + 1, id]);
  });

  it('counts a sample that ended early by what was judged, and says who judged twice', () => {
    const { id } = draw({ count: 10 });
    const { parts } = store.secondReviews.parts(id);
    for (const { partId } of parts.slice(0, 3))
      store.secondReviews.judge({ reviewId: id, partId, verdict: firstOf(partId), author: 'Ana' });
    expect(store.secondReviews.end(id, 'Ana')).toMatchObject({
      agreement: { pairs: 3, agreed: { count: 3 }, interval: null },
      samePerson: 3,
      review: { done: 3, endedBy: 'Ana' },
    });
  });

  it('is in the statistics and in each row of an export, once it has ended', () => {
    const { id } = draw({ count: 20 });
    const second = (): (string | null)[] => {
      const reader = openReader(folder);
      const rows = [...resultRows(reader, store.runs.list())];
      reader.close();
      return rows.filter((row) => row.second_by === 'Ben').map((row) => row.second_verdict);
    };
    const partId = firstDrawn(id);
    store.secondReviews.judge({ reviewId: id, partId, verdict: 'ok', author: 'Ben' });
    expect(second()).toEqual([]);
    judgeAll(id);
    expect(second()).toHaveLength(20);
    const { blind, judges } = statistics(store.db, store.runs.list(), 'run');
    expect(blind).toMatchObject({ pairs: 20, agreed: { count: 16 } });
    expect(judges).toEqual([{ author: 'Ana', ok: 26, ng: 13, unsure: 0 }]);
  });
});

describe('the chain', () => {
  it.each([
    ['a second verdict', "UPDATE second_verdicts SET verdict = 'unsure' WHERE id = 2", 'second_verdicts 2'],
    ['a second verdict that is gone', 'DELETE FROM second_verdicts WHERE id = 4', 'second_verdicts 4'],
    ['a sample', 'UPDATE second_samples SET part_id = 39 + place WHERE place = 1', 'second_reviews 1'],
    ['an end', 'UPDATE second_reviews SET ended_by = NULL, ended_at = NULL', 'second_reviews 1'],
  ])('shows %s that was changed by hand', (_what, sql, row) => {
    judgeAll(draw({ count: 4 }).id);
    expect(verifyChain(store.db)).toMatchObject({ fault: null, secondReviews: 1 });
    const guards = store.db
      .prepare<{ name: string }>("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
      .all();
    for (const { name } of guards) store.db.exec(`DROP TRIGGER ${name}`);
    store.db.exec(sql);
    expect(verifyChain(store.db).fault).toMatchObject({ kind: 'disagrees', row });
  });

  it('rows are guarded', () => {
    judgeAll(draw({ count: 4 }).id);
    for (const sql of [
      "UPDATE second_verdicts SET verdict = 'ok'",
      'DELETE FROM second_verdicts',
      'UPDATE second_samples SET place = place + 100',
      'DELETE FROM second_samples',
      'UPDATE second_reviews SET seed = 1',
      "UPDATE second_reviews SET ended_by = 'Eve'",
      'DELETE FROM second_reviews',
      'INSERT INTO second_verdicts SELECT 99, sample_id, verdict, author, made_at, seal FROM second_verdicts LIMIT 1',
    ]) {
      expect(() => store.db.exec(sql), sql).toThrow(/never|stands|has ended/);
    }
  });
});

describe('the interval of kappa', () => {
  type Counts = Readonly<Record<HumanVerdict, Readonly<Record<HumanVerdict, number>>>>;
  const WORDS = ['ok', 'ng', 'unsure'] as const;
  const pairsOf = (counts: Counts) =>
    WORDS.flatMap((first) => WORDS.map((second) => ({ first, second, count: counts[first][second] })));

  const TABLES: Counts[] = [
    // Fleiss, Cohen & Everitt 1969, table 1, of 200.
    {
      ok: { ok: 106, ng: 10, unsure: 4 },
      ng: { ok: 22, ng: 28, unsure: 10 },
      unsure: { ok: 2, ng: 12, unsure: 6 },
    },
    {
      ok: { ok: 20, ng: 5, unsure: 0 },
      ng: { ok: 10, ng: 15, unsure: 0 },
      unsure: { ok: 0, ng: 0, unsure: 0 },
    },
    {
      ok: { ok: 40, ng: 1, unsure: 3 },
      ng: { ok: 7, ng: 9, unsure: 2 },
      unsure: { ok: 1, ng: 4, unsure: 5 },
    },
  ];

  it('is that of the paper: 0.429 with a standard error of 0.054', () => {
    const { kappa, interval } = agreement(pairsOf(TABLES[0]!));
    expect(kappa).toBeCloseTo(0.4286, 4);
    expect((interval!.hi - interval!.lo) / (2 * 1.959964)).toBeCloseTo(0.054, 3);
  });

  it.each(TABLES)('is that of the delta method, computed by differences (%#)', (counts) => {
    const pairs = pairsOf(counts);
    const total = pairs.reduce((sum, { count }) => sum + count, 0);
    const kappaOf = (shares: number[]): number =>
      agreement(pairs.map((pair, i) => ({ ...pair, count: shares[i]! }))).kappa!;
    const shares = pairs.map(({ count }) => count / total);
    const step = 1e-6;
    const gradient = shares.map((_, i) => {
      const up = shares.map((share, j) => share + (i === j ? step : 0));
      const down = shares.map((share, j) => share - (i === j ? step : 0));
      return (kappaOf(up) - kappaOf(down)) / (2 * step);
    });
    const mean = shares.reduce((sum, share, i) => sum + share * gradient[i]!, 0);
    const square = shares.reduce((sum, share, i) => sum + share * gradient[i]! ** 2, 0);
    const error = Math.sqrt((square - mean ** 2) / total);
    const { interval } = agreement(pairs);
    expect((interval!.hi - interval!.lo) / (2 * 1.959964)).toBeCloseTo(error, 5);
  });
});
