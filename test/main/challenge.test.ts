// Challenges and repeated runs with both real services: the ordinary inspection, its result, its certificate, its refusals.
// Runs in the tests (Node 24).
import { copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Recipe } from '../../electron/common/recipe.ts';
import type { Run } from '../../electron/common/domain.ts';
import { certificate } from '../../electron/main/certificate.ts';
import { RECIPE } from '../store/recipe-support.ts';
import { loupe } from '../support/cli.ts';
import { writePhotograph } from '../support/photographs.ts';
import { startProgram } from '../support/program.ts';
import { temporaryFolder, writeTinyPack } from '../support/tiny-pack.ts';

const folder = temporaryFolder('loupe-challenge');
const pack = join(folder, 'packs/loupe-mini');
const photos = join(folder, 'photos');
const NAMES = ['good/0.png', 'good/1.png', 'scratch/0.png'];
const ANA = { author: 'ana' };

beforeAll(async () => {
  writeTinyPack(pack);
  for (const [i, name] of NAMES.entries()) await writePhotograph(join(photos, name), i + 1);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let program: ReturnType<typeof startProgram>;
let data: string;
let set: string;
let n = 0;
beforeEach(() => {
  data = join(folder, `data-${n}`);
  set = join(folder, `set-${n++}`);
  for (const name of NAMES) {
    mkdirSync(join(set, name, '..'), { recursive: true });
    copyFileSync(join(photos, name), join(set, name));
  }
  mkdirSync(data);
  program = startProgram(data, pack);
});
afterEach(() => program.end());

const settings = { ...RECIPE, packId: 'loupe-mini', method: null, sigma: null, heat: null, regions: null };
/** Everything up to this score is good, everything from it on is rejected. */
const recipe = (edge: number, change: { recipeId?: number; basedOn?: number } = {}): Promise<Recipe> =>
  program.history.request('recipe.save', {
    settings: { ...settings, thresholds: { review: edge, reject: edge } },
    ...{ author: 'eva', reason: 'test', ...change },
  });
const ask: typeof program.history.request = (name, args) => program.history.request(name, args);
const finished = async (begin: Promise<Run>): Promise<Run> => {
  const { id } = await begin;
  await program.idle();
  return ask('run.get', { runId: id });
};
const challenge = (setId: number) => finished(program.runs.challenge({ setId, ...ANA }));

/** A challenge whose recipe parts the scores of the tiny model just so that the NG part is told from the others, or not. */
async function prepare(pass: boolean): Promise<number> {
  const { id: recipeId } = await recipe(0.5);
  const first = await finished(program.runs.start({ inputs: [set], recipe: { recipeId }, ...ANA }));
  const { parts } = await ask('run.load', { runId: first.id });
  const scores = parts.map(({ score }) => score ?? NaN);
  expect(scores.every(Number.isFinite)).toBe(true);
  // What is NG is what scores highest: the photographs are patterns, and no model has an opinion of them.
  const order = parts.toSorted((a, b) => (b.score ?? 0) - (a.score ?? 0));
  for (const [i, part] of order.entries()) {
    const verdict = (i === 0) === pass ? 'ng' : 'ok';
    await ask('verdict.record', { partId: part.id, verdict, author: 'ana' });
  }
  const [top = 1, next = 0] = order.map(({ score }) => score ?? 0);
  await recipe((top + next) / 2, { recipeId, basedOn: 1 });
  const asked = { recipeId, name: 'Known', reviewCounts: false, daily: true };
  return (await ask('challenge.create', { ...asked, from: { runId: first.id }, author: 'eva' })).id;
}

describe('a challenge', () => {
  it('is an ordinary run by the newest version; it passes, and its certificate tells all of it', async () => {
    const setId = await prepare(true);
    const run = await challenge(setId);
    expect(run).toMatchObject({ state: 'done', total: 3, challenge: setId, recipe: { version: 2 } });
    const [result] = await ask('challenge.results', { setId });
    expect(result).toMatchObject({ passed: true, right: 3, runId: run.id, author: 'ana' });
    const { outcomes } = await ask('challenge.result', { resultId: result!.id });

    const out = join(data, 'certificate.html');
    const html = { resultId: result!.id, format: 'html', ...ANA } as const;
    const printed: string[] = [];
    const needs = {
      ...{ history: program.history, dataFolder: data, saveAs: () => Promise.resolve(out) },
      info: () => Promise.resolve({ version: '9.9.9' } as never),
      print: (page: string) => Promise.resolve(void printed.push(readFileSync(page, 'utf8'))),
    };
    expect(await certificate(needs, html)).toEqual({ path: out });
    const text = readFileSync(out, 'utf8');
    expect(text).toContain('PASSED');
    for (const { sha256, name } of outcomes) {
      expect(text).toContain(sha256);
      expect(text).toContain(name);
    }
    const session = (await ask('part.explain', { partId: outcomes[0]!.partId })).session!;
    expect(text).toContain(session.modelSha256);
    expect(text).toContain(`node ${process.versions.node}`);
    expect(text).toContain('Released by, date');
    expect(text).not.toMatch(/<script|https?:/);
    const { code, fault } = await ask('history.verify', {});
    expect(fault).toBeNull();
    expect(text).toMatch(/loupe history verify --code \d+(-[0-9a-f]{4}){4}/);
    const told = /--code ([\w-]+)/.exec(text)![1]!;
    expect((await ask('history.verify', { code: told })).passed).toBe(true);
    expect(code).not.toBe(told); // that it was written is an event of its own

    await certificate(needs, { ...html, format: 'pdf' });
    expect(printed[0]).toContain('PASSED');
    // Both are among the reports that hold the part.
    const { reports } = await ask('part.explain', { partId: outcomes[0]!.partId });
    expect(reports).toMatchObject([{ format: 'pdf', path: out, author: 'ana' }, { format: 'html' }]);
  });

  it('fails when a part is told wrong, and when a photograph is another one or gone', async () => {
    const setId = await prepare(false);
    await challenge(setId);
    const told = async () => {
      const [result] = await ask('challenge.results', { setId });
      const { outcomes } = await ask('challenge.result', { resultId: result!.id });
      return [result!.passed, ...outcomes.map((one) => one.told)];
    };
    expect(await told()).toEqual([false, 'wrong', 'wrong', 'wrong']);
    copyFileSync(join(photos, NAMES[1]!), join(set, NAMES[0]!));
    rmSync(join(set, NAMES[2]!));
    await challenge(setId);
    expect(await told()).toEqual([false, 'changed', 'wrong', 'missing']);
  });

  it('that was given up is not run, and operators do not make any', async () => {
    const setId = await prepare(true);
    await ask('challenge.change', { setId, daily: true, active: false, author: 'eva' });
    await expect(program.runs.challenge({ setId })).rejects.toMatchObject({ code: 'challenge.ended' });
    await expect(program.runs.challenge({ setId: 9 })).rejects.toMatchObject({ code: 'history.not_found' });
    expect(program.runs.busy).toBe(false);
    await ask('people.add', { name: 'Mia', role: 'manager', pin: '739216', account: 'x' });
    await ask('people.add', { name: 'Ana', role: 'operator', pin: '4812', account: 'x' });
    const { people } = await ask('people.state', null);
    const ana = people.find(({ name }) => name === 'Ana')!;
    await ask('people.signIn', { personId: ana.id, pin: '4812' });
    const rule = { setId, daily: true, active: true, author: 'Ana' };
    await expect(ask('challenge.change', rule)).rejects.toMatchObject({ code: 'people.not_allowed' });
    const asked = { recipeId: 1, name: 'x', reviewCounts: false, daily: false, author: 'Ana' };
    await expect(ask('challenge.create', { ...asked, from: { folder: set } })).rejects.toMatchObject({
      code: 'people.not_allowed',
    });
  });

  it('works on the command line: made of a folder, run, certified', async () => {
    await recipe(0);
    await program.end();
    const out = join(data, 'c.html');
    const cli = (...args: string[]) =>
      loupe(['history', 'challenge', ...args, '--data', data], {
        env: { LOUPE_PACKS: join(folder, 'packs'), LOUPE_CACHE: join(folder, 'cache') },
      });
    const made = await cli('create', 'Plates', '--recipe', RECIPE.name, '--folder', set, '--daily', '--json');
    expect(made.lines()).toMatchObject([{ challenge: { ok: 2, ng: 1, daily: true } }]);
    // From 0 on everything is rejected: only the NG part is told right.
    const run = await cli('run', '1', '--json');
    expect(run).toMatchObject({ code: 3, stderr: '' });
    expect(run.lines()).toMatchObject([
      {
        result: { passed: false, right: 1 },
        outcomes: [{ told: 'wrong' }, { told: 'wrong' }, { told: 'right' }],
      },
    ]);
    expect((await cli('list')).stdout).toMatch(/Plates.*2 \+ 1.*daily.*failed, 1 of 3/);
    expect((await cli('certificate', '1', out)).code).toBe(0);
    expect(readFileSync(out, 'utf8')).toContain('FAILED');
    const changed = await cli('change', '1', '--give-up');
    expect(changed.stdout).toContain('given up');
    expect(await cli('run', '1')).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('challenge.ended') as string,
    });
  });
});

describe('a run that is repeated', () => {
  it('has the same files in the same order under the same names, whatever lies beside them now', async () => {
    const { id: recipeId } = await recipe(0.5);
    const start = { inputs: [set], recipe: { recipeId }, lot: 'L7', ...ANA };
    const first = await finished(program.runs.start(start));
    await recipe(0.4, { recipeId, basedOn: 1 });
    rmSync(join(set, NAMES[1]!));
    await writePhotograph(join(set, 'good/new.png'), 9);
    const again = await finished(program.runs.repeat({ runId: first.id, author: 'bob' }));
    // As before: the version that it was started from, not the newest one.
    expect(again).toMatchObject({
      ...{ repeats: first.id, lot: 'L7', source: first.source, product: first.product },
      ...{ recipe: { id: recipeId, version: 1 }, state: 'done', total: 3, scored: 2, failed: 1 },
    });
    const [before, after] = await Promise.all(
      [first, again].map(async ({ id }) => (await ask('run.load', { runId: id })).parts),
    );
    expect(after!.map(({ name }) => name)).toEqual(before!.map(({ name }) => name));
    expect(after![1]).toMatchObject({ state: 'failed', error: { code: 'image.missing' } });
    expect(after![0]?.score).toBe(before![0]?.score);
    const story = await ask('part.explain', { partId: after![0]!.id });
    expect(story).toMatchObject({ startedBy: 'bob', run: { repeats: first.id } });
    expect(await ask('run.compare', { first: first.id, second: again.id })).toMatchObject({
      ...{ pairs: 3, onlyBefore: 0, onlyAfter: 0, replaced: 0 },
    });

    const newer = await finished(program.runs.repeat({ runId: first.id, recipe: { recipeId, version: 2 } }));
    expect(newer.recipe?.version).toBe(2);
    expect(newer.thresholds).toEqual({ review: 0.4, reject: 0.4 });
  });

  it('of words keeps its words; an unknown one, one without parts and a second one beside it are refused', async () => {
    const first = await finished(program.runs.start({ inputs: [set], product: 'plate' }));
    const again = await finished(program.runs.repeat({ runId: first.id }));
    expect(again).toMatchObject({ product: 'plate', recipe: null, repeats: first.id, state: 'done' });
    await expect(program.runs.repeat({ runId: 99 })).rejects.toMatchObject({ code: 'history.not_found' });
    const empty = await ask('run.create', { product: 'plate', source: 'x', inputs: [set] });
    const count = (await ask('run.list', null)).length;
    await expect(program.runs.repeat({ runId: empty.id })).rejects.toMatchObject({ code: 'data.no_images' });
    const beside = program.runs.repeat({ runId: first.id });
    await expect(program.runs.repeat({ runId: first.id })).rejects.toMatchObject({ code: 'run.busy' });
    await finished(beside);
    expect((await ask('run.list', null)).length).toBe(count + 1); // what was refused left no run behind
  });
});
