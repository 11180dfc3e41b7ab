// Challenges: known parts kept with their hashes, told right or not by the recipe's thresholds, and the chain behind them.
// Runs in the tests (Node).
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { dueToday, isToldRight, type KnownPart } from '../../electron/common/challenge.ts';
import type { PartOutcome } from '../../electron/common/history-service.ts';
import { explain } from '../../electron/node/report/explain.ts';
import { findParts } from '../../electron/node/report/find-parts.ts';
import { selectRuns } from '../../electron/node/report/selection.ts';
import { findKnown, known, readList } from '../../electron/node/store/known-photographs.ts';
import { MIGRATIONS, schemaOf } from '../../electron/node/store/migrations/index.ts';
import { openStore } from '../../electron/node/store/open.ts';
import { openReader } from '../../electron/node/store/reader.ts';
import type { Store } from '../../electron/node/store/store.ts';
import { verifyChain } from '../../electron/node/store/verify.ts';
import { LoupeError } from '../../models/errors.ts';
import { writeGoldenV4 } from './golden-v4.ts';
import { beginRun, contentHash, photographed, RECIPE } from './recipe-support.ts';
import { dataFolder, judged, refusal, scored } from './support.ts';

let folder: string;
let store: Store;

beforeEach(() => {
  folder = dataFolder();
  store = openStore(folder);
  store.recipes.save({ settings: RECIPE, author: 'eva', reason: 'first' }); // review from 0.4, reject from 0.6
  return () => store.close();
});

const KNOWN: readonly KnownPart[] = (['ok', 'ok', 'ng', 'ng'] as const).map((expected, i) => ({
  ...{ path: `/in/${i}.jpg`, name: `${i}.jpg`, bytes: 9, sha256: contentHash(i), expected },
}));
const ASKED = { recipeId: 1, name: 'Known nuts', reviewCounts: false, daily: true };
const create = (change: Partial<typeof ASKED> = {}) =>
  store.challenges.create({ ...ASKED, ...change }, KNOWN, 'eva');

/** A run over the known parts that ends with these scores; -1: the photograph was not there. */
function run(challenge: number, scores: readonly number[], change: (i: number) => number = (i) => i): number {
  const id = beginRun(
    store,
    KNOWN.map(({ name }) => name),
    { challenge, author: 'ana' },
  );
  const { parts } = store.parts.load(id);
  store.parts.record(
    id,
    scores.map((score, i): PartOutcome => {
      const partId = parts[i]!.id;
      if (score >= 0) return photographed(partId, score, change(i));
      return { partId, ok: false, error: { code: 'image.missing', params: { path: 'x' } } };
    }),
  );
  store.runs.setState(id, 'done');
  return id;
}

describe('a challenge', () => {
  it('passes when every known part is told right, by the present version of the recipe', () => {
    const set = create();
    expect(set).toMatchObject({ ok: 2, ng: 2, recipe: 'Nut M6', version: 1, daily: true, last: null });
    store.recipes.save({
      ...{ settings: { ...RECIPE, thresholds: { review: 0.5, reject: 0.7 } }, author: 'eva' },
      ...{ reason: 'x', recipeId: 1, basedOn: 1 },
    });
    const id = run(set.id, [0.1, 0.45, 0.7, 0.9]);
    const [result] = store.challenges.results(set.id);
    expect(result).toMatchObject({
      ...{ runId: id, passed: true, right: 4, size: 4, author: 'ana' },
      ...{ recipe: { version: 2 }, thresholds: { review: 0.5, reject: 0.7 } },
    });
    expect(result?.program).toMatch(/^\d+\.\d+/);
    expect(store.runs.get(id).challenge).toBe(set.id);
    expect(store.challenges.list()[0]?.last).toEqual(result);
    expect(verifyChain(store.db).fault).toBeNull();
  });

  it('is not made easier by the thresholds of its run', () => {
    const set = create();
    const id = beginRun(
      store,
      KNOWN.map(({ name }) => name),
      { challenge: set.id },
    );
    store.runs.setThresholds(id, { review: 0.99, reject: 0.99 }, 'eva');
    const { parts } = store.parts.load(id);
    store.parts.record(
      id,
      parts.map((part, i) => photographed(part.id, 0.7, i)),
    );
    store.runs.setState(id, 'done');
    expect(store.challenges.results(set.id)[0]).toMatchObject({ passed: false, right: 2 });
  });

  it.each([
    ['an escape', [0.1, 0.2, 0.3, 0.9], 'wrong'],
    ['a part that is to be reviewed', [0.1, 0.2, 0.5, 0.9], 'wrong'],
    ['a photograph that is gone', [0.1, 0.2, -1, 0.9], 'missing'],
  ])('fails with %s', (_, scores, told) => {
    const set = create();
    run(set.id, scores);
    const [result] = store.challenges.results(set.id);
    expect(result).toMatchObject({ passed: false, right: 3 });
    const { outcomes } = store.challenges.report(result!.id);
    expect(outcomes.map((one) => one.told)).toEqual(['right', 'right', told, 'right']);
  });

  it('fails with a photograph that is another one, though the machine says the right thing of it', () => {
    const set = create();
    run(set.id, [0.1, 0.2, 0.8, 0.9], (i) => (i === 1 ? 99 : i));
    const { outcomes } = store.challenges.report(1);
    expect(outcomes[1]).toMatchObject({ told: 'changed', band: 'good', found: contentHash(99) });
    expect(outcomes[1]?.sha256).toBe(contentHash(1));
  });

  it('may count what is to be reviewed as right, but never a failed part', () => {
    const set = create({ reviewCounts: true });
    run(set.id, [0.5, 0.2, 0.5, 0.9]);
    expect(store.challenges.list()[0]?.last).toMatchObject({ passed: true });
    for (const expected of ['ok', 'ng'] as const) {
      expect(isToldRight(expected, 'failed', true)).toBe(false);
      expect(isToldRight(expected, 'review', false)).toBe(false);
    }
  });

  it('has its result with the end of the run and once; a run that stops has none', () => {
    const set = create();
    const id = run(set.id, [0.1, 0.2, 0.8, 0.9]);
    store.runs.setState(id, 'done'); // asked again after a death of the service
    expect(store.challenges.results(set.id)).toHaveLength(1);
    const stopped = beginRun(store, ['0.jpg'], { challenge: set.id });
    store.runs.setState(stopped, 'interrupted');
    expect(store.challenges.results(set.id)).toHaveLength(1);
  });

  it('of other parts than its own is damage, and the run is not done', () => {
    const set = create();
    const id = beginRun(store, ['0.jpg', '1.jpg', '3.jpg', '2.jpg'], { challenge: set.id });
    const { parts } = store.parts.load(id);
    store.parts.record(
      id,
      parts.map((part) => scored(part.id)),
    );
    expect(refusal(() => store.runs.setState(id, 'done')).code).toBe('history.damaged');
    expect(store.runs.get(id).state).toBe('running');
  });

  it('is no production: statistics and exports hold it only when it is named', () => {
    const set = create();
    const id = run(set.id, [0.1, 0.2, 0.8, 0.9]);
    const other = beginRun(store, ['a.jpg']);
    const runs = store.runs.list();
    expect(selectRuns(runs, {}).map((one) => one.id)).toEqual([other]);
    expect(selectRuns(runs, { runIds: [id] }).map((one) => one.id)).toEqual([id]);
    const again = beginRun(store, ['0.jpg'], { repeats: id });
    const anew = beginRun(store, ['a.jpg'], { repeats: other });
    const more = [
      beginRun(store, ['0.jpg'], { repeats: again }),
      beginRun(store, ['a.jpg'], { repeats: anew }),
    ];
    expect(selectRuns(store.runs.list(), {}).map((one) => one.id)).toEqual([other, anew, more[1]]);
  });

  it('is taken out of use and back, each time told; nothing new is no row', () => {
    const set = create();
    store.challenges.change(set.id, { daily: true, active: true }, 'eva');
    expect(store.challenges.change(set.id, { daily: false, active: false }, 'eva').active).toBe(false);
    expect(store.db.prepare('SELECT count(*) FROM challenge_rules').pluck().get()).toBe(2);
    expect(store.audit.list(1)[0]).toMatchObject({ action: 'challenge.set', subject: 'challenge 1' });
    expect(refusal(() => store.challenges.change(9, { daily: true, active: true }, 'eva')).code).toBe(
      'history.not_found',
    );
    expect(refusal(() => store.challenges.create(ASKED, [], 'eva')).code).toBe('challenge.nothing');
    expect(refusal(() => create({ recipeId: 9 })).code).toBe('history.not_found');
  });
});

describe('the day', () => {
  const seen = (when: string, passed: boolean, version = 1) => ({
    ...create(),
    last: { ...store.challenges.results(1)[0]!, at: when, passed, recipe: { id: 1, version, name: 'x' } },
  });

  it('lacks what is missing, failed or by an older version; what is not daily lacks nothing', () => {
    const set = create();
    run(set.id, [0.1, 0.2, 0.8, 0.9]);
    const noon = Date.parse('2026-11-23T12:00:00Z');
    const today = '2026-11-23T11:00:00.000Z';
    expect(dueToday(create(), noon)).toBe('missing');
    expect(dueToday(seen('2026-11-21T12:00:00.000Z', true), noon)).toBe('missing');
    expect(dueToday(seen(today, false), noon)).toBe('failed');
    expect(dueToday(seen(today, true, 0), noon)).toBe('changed');
    expect(dueToday(seen(today, true), noon)).toBe('none');
    expect(dueToday({ ...seen(today, false), daily: false }, noon)).toBe('none');
    expect(dueToday({ ...seen(today, false), active: false }, noon)).toBe('none');
  });
});

describe('the chain', () => {
  const ALTER: readonly [string, string, string][] = [
    ['a part', 'challenge_parts', "expected = 'ok' WHERE id = 3"],
    ['a name', 'challenge_sets', "name = 'other' WHERE id = 1"],
    ['an author', 'challenge_sets', "author = 'other' WHERE id = 1"],
    ['a date', 'challenge_sets', "made_at = '2031-01-01T00:00:00.000Z' WHERE id = 1"],
    ['who made a rule', 'challenge_rules', "author = 'other' WHERE id = 1"],
    ['when it was made', 'challenge_rules', "made_at = '2031-01-01T00:00:00.000Z' WHERE id = 1"],
    ['the day of a result', 'challenge_results', "made_at = '2031-01-01T00:00:00.000Z' WHERE id = 1"],
    ['a rule', 'challenge_rules', 'daily = 0 WHERE id = 1'],
    ['a result', 'challenge_results', 'told_right = 4, passed = 1 WHERE id = 1'],
    ['an outcome', 'challenge_outcomes', "outcome = 'right' WHERE place = 2"],
  ];

  it.each(ALTER)('shows %s that was altered by somebody who gets past the triggers', (_, table, change) => {
    run(create().id, [0.1, 0.2, 0.3, 0.9]);
    expect(verifyChain(store.db).fault).toBeNull();
    expect(() => store.db.exec(`UPDATE ${table} SET ${change}`)).toThrow('never changed');
    expect(() => store.db.exec(`DELETE FROM ${table}`)).toThrow('never deleted');
    store.db.exec(`DROP TRIGGER ${table}_no_update; UPDATE ${table} SET ${change}`);
    expect(verifyChain(store.db).fault).toMatchObject({ kind: 'disagrees' });
  });

  it('shows a run that became a challenge, and a challenge that became production', () => {
    const set = create();
    const challenged = run(set.id, [0.1, 0.2, 0.3, 0.9]);
    const produced = beginRun(store, ['a.jpg']);
    store.db.exec('DROP TRIGGER runs_challenge_fixed');
    for (const [id, now, before] of [
      [produced, set.id, null],
      [challenged, null, set.id],
    ]) {
      const change = store.db.prepare('UPDATE runs SET challenge_set_id = ? WHERE id = ?');
      change.run(now!, id!);
      expect(verifyChain(store.db).fault).toMatchObject({ kind: 'disagrees', row: `runs ${id}` });
      change.run(before!, id!);
      expect(verifyChain(store.db).fault).toBeNull();
    }
  });

  it('shows a result that was put there, and reading an altered one is refused', () => {
    run(create().id, [0.1, 0.2, 0.3, 0.9]);
    store.db.exec(
      `INSERT INTO runs SELECT 77, created_at, product, source, inputs, state, total, scored, failed, session_id,
         thresholds_id, error, seal, recipe_version_id, lot, repeats_run_id, challenge_set_id FROM runs LIMIT 1;
       INSERT INTO challenge_results SELECT 2, set_id, 77, recipe_version_id, session_id, review, reject, size, size, 1,
         program, author, made_at, seal FROM challenge_results LIMIT 1`,
    );
    expect(verifyChain(store.db).fault).toMatchObject({ row: 'challenge_results' });
    expect(refusal(() => store.challenges.report(2)).code).toBe('history.damaged');
    expect(refusal(() => store.challenges.report(3)).code).toBe('history.not_found');
  });
});

describe('known photographs', () => {
  let photos: string;
  beforeEach(() => {
    photos = join(dataFolder(), 'set');
    for (const path of ['good/1.png', 'good/2.png', 'scratch/1.png']) {
      mkdirSync(join(photos, 'test', path, '..'), { recursive: true });
      writeFileSync(join(photos, 'test', path), path);
    }
  });
  const code = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'none',
      (error: unknown) => (error instanceof LoupeError ? error.code : String(error)),
    );

  it('are what their folders are called, in the layout of MVTec and without "test"', async () => {
    const found = await findKnown(photos);
    expect(found.map(({ name, expected }) => [name, expected])).toEqual([
      ...[
        ['good/1.png', 'ok'],
        ['good/2.png', 'ok'],
        ['scratch/1.png', 'ng'],
      ],
    ]);
    expect(await findKnown(join(photos, 'test'))).toEqual(found);
    expect(await known(found)).toMatchObject([{ bytes: 10 }, { bytes: 10 }, { bytes: 13 }]);
    writeFileSync(join(photos, 'test/lost.png'), 'x');
    expect(await code(findKnown(photos))).toBe('data.layout');
    expect(await code(findKnown(join(photos, 'none')))).toBe('data.folder_missing');
  });

  it('come from a list as well, beside which they lie', async () => {
    const file = join(photos, 'list.txt');
    const text = '\ufeff# known parts\nok test/good/1.png\r\n\nNG, test/scratch/1.png\n';
    const list = readList(text, file);
    expect(list.map(({ expected }) => expected)).toEqual(['ok', 'ng']);
    expect(await known(list)).toMatchObject([
      { name: '1.png' },
      { path: join(photos, 'test/scratch/1.png') },
    ]);
    expect(refusal(() => readList('fine x.png', file))).toMatchObject({ code: 'data.invalid' });
  });

  it('that are gone, twice there or not the ones that were judged are refused', async () => {
    const [first] = await findKnown(photos);
    expect(await code(known([first!, first!]))).toBe('challenge.photograph');
    expect(await code(known([{ ...first!, sha256: 'a'.repeat(64) }]))).toBe('challenge.photograph');
    expect(await code(known([{ ...first!, sha256: null }]))).toBe('challenge.photograph');
    rmSync(first!.path);
    expect(await code(known([first!]))).toBe('challenge.photograph');
    expect(await code(known([]))).toBe('challenge.nothing');
    const many = Array.from({ length: 1001 }, (_, i) => ({ ...first!, path: `/x/${i}` }));
    expect(await code(known(many))).toBe('challenge.too_many');
  });

  it('of a run are those that people called OK or NG, with the hash that was noted then', () => {
    const id = beginRun(store, ['0.jpg', '1.jpg', '2.jpg', '3.jpg']);
    store.parts.record(
      id,
      [0, 1, 2, 3].map((i) => photographed(i + 1, 0.5, i)),
    );
    for (const [part, verdict] of [
      [1, 'ok'],
      [2, 'ng'],
      [3, 'unsure'],
    ] as const)
      store.verdicts.record(judged(part, verdict, 'ana'));
    expect(store.challenges.reviewed(id)).toMatchObject([
      { name: '0.jpg', expected: 'ok', sha256: contentHash(0) },
      { name: '1.jpg', expected: 'ng' },
    ]);
    expect(store.challenges.reviewed(id, [2])).toMatchObject([{ name: '1.jpg' }]);
    for (const left of [3, 4, 99])
      expect(refusal(() => store.challenges.reviewed(id, [2, left]))).toMatchObject({
        code: 'history.not_found',
        params: { what: expect.stringContaining(`Part ${left} `) as string },
      });
    expect(refusal(() => store.challenges.reviewed(77)).code).toBe('history.not_found');
    store.verdicts.record(judged(2, null, 'ana'));
    expect(store.challenges.reviewed(id)).toHaveLength(1);
  });
});

describe('the story of a part', () => {
  it('tells who started its run, and the challenge that the recipe had passed or failed before', () => {
    const early = beginRun(store, ['early.jpg'], { author: 'ana' });
    store.parts.record(early, [photographed(1, 0.5, 7)]);
    const set = create();
    run(set.id, [0.1, 0.2, 0.3, 0.9]);
    const late = beginRun(store, ['late.jpg'], { author: 'bob' });
    store.parts.record(late, [photographed(6, 0.5, 8)]);
    expect(explain(store, 1)).toMatchObject({ startedBy: 'ana', challenge: null, reports: [], second: null });
    expect(explain(store, 6)).toMatchObject({
      startedBy: 'bob',
      challenge: { passed: false, right: 3, recipe: { version: 1 } },
    });
  });

  it('is found by a piece of a name or by its number, newest first, and no sign is more than itself', () => {
    const id = beginRun(store, ['SN-100%_a.jpg', 'sn-1007.jpg', 'other.jpg'], { lot: 'L7' });
    store.parts.record(id, [photographed(1, 0.7, 0)]);
    store.verdicts.record(judged(1, 'ng', 'ana'));
    const reader = openReader(folder);
    const names = (text: string, limit = 50) => findParts(reader, text, limit).map(({ name }) => name);
    expect(names('sn-100')).toEqual(['sn-1007.jpg', 'SN-100%_a.jpg']);
    expect(names('sn-100', 1)).toEqual(['sn-1007.jpg']);
    expect(names('0%_')).toEqual(['SN-100%_a.jpg']);
    expect(names('#3')).toEqual(['other.jpg']);
    expect(names('1')).toEqual(['SN-100%_a.jpg', 'sn-1007.jpg']);
    expect(names('  ')).toEqual([]);
    expect(findParts(reader, 'SN-100%', 5)).toMatchObject([
      { partId: 1, runId: id, lot: 'L7', product: 'Nut M6', machine: 'reject', verdict: 'ng', score: 0.7 },
    ]);
    reader.close();
  });
});

it('a history of schema 4 keeps every row, and takes challenges from then on', () => {
  const old = dataFolder();
  writeGoldenV4(old);
  const migrated = openStore(old);
  expect(migrated.info.schema).toBe(MIGRATIONS.length);
  expect(schemaOf(migrated.db)).toBe(schemaOf(store.db));
  expect(verifyChain(migrated.db)).toMatchObject({ fault: null, verdicts: 2, people: 1, secondReviews: 1 });
  const { run: last, parts } = migrated.parts.load(2);
  expect(last).toMatchObject({ state: 'done', repeats: 1, total: 2 });
  expect(last.challenge).toBeUndefined();
  expect(parts.map(({ verdict }) => verdict)).toEqual(['ok', 'ng']);
  expect(migrated.people.list()).toMatchObject([{ name: 'Mia', role: 'manager' }]);
  expect(migrated.secondReviews.result(1).disagreements).toMatchObject([{ partId: 2 }]);
  expect(explain(migrated, 2)).toMatchObject({
    ...{ image: { capturedFrom: 'exif' }, session: { precision: 'fp32', versions: { node: '24.1.0' } } },
    ...{ second: { verdict: 'ok', author: 'Mia' }, startedBy: 'eva', challenge: null },
  });
  migrated.recipes.save({ settings: RECIPE, author: 'eva', reason: 'first' });
  expect(migrated.challenges.create(ASKED, KNOWN, 'eva').id).toBe(1);
  expect(verifyChain(migrated.db).fault).toBeNull();
  migrated.close();
});
