// Every request of HistoryApi through the real service entry, as main and the command line send them.
// Runs in the tests (Node).
import { MIGRATIONS } from '../../electron/node/store/migrations/index.ts';
import { readFileSync } from 'node:fs';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { Part, Run } from '../../electron/common/domain.ts';
import type { HistoryApi, HistoryEvents } from '../../electron/common/history-service.ts';
import { forkNodeService, ServiceClient } from '../../electron/node/service-client.ts';
import { loadRun } from '../../electron/node/run/load.ts';
import { RECIPE } from './recipe-support.ts';
import { dataFolder, ENTRY, failed, newParts, result, scored, scoreOf, SESSION } from './support.ts';

type History = ServiceClient<HistoryApi, HistoryEvents>;
const startHistory = (): History =>
  new ServiceClient({ name: 'history', start: () => forkNodeService(ENTRY) });

/** One process for all tests: each opens a folder of its own. */
let history = startHistory();
let folder: string;

beforeEach(async () => {
  folder = dataFolder();
  await history.request('open', { folder });
}, 60_000);
afterAll(() => history.stop());

async function newRun(parts = 5): Promise<number> {
  const { id } = await history.request('run.create', {
    product: 'metal nut',
    source: 'nuts',
    inputs: ['/data/nuts'],
  });
  await history.request('run.addParts', { runId: id, parts: newParts(parts) });
  return id;
}

const begin = (runId: number, change: object = {}): Promise<Run> =>
  history.request('run.begin', { runId, session: { ...SESSION, ...change } });

describe('opening', () => {
  it('tells how the database is kept', async () => {
    expect(await history.request('open', { folder })).toEqual({
      file: `${folder}/history/loupe.db`,
      schema: MIGRATIONS.length,
      sqlite: expect.stringMatching(/^3\./) as string,
      journalMode: 'wal',
      synchronous: 2,
    });
  });

  it('the same folder again does not interrupt the run', async () => {
    const run = await newRun();
    await begin(run);
    await history.request('open', { folder });
    expect((await history.request('run.get', { runId: run })).state).toBe('running');
  });

  it('another folder leaves the first one', async () => {
    const run = await newRun();
    await history.request('open', { folder: dataFolder() });
    expect(await history.request('run.list', null)).toEqual([]);
    await history.request('open', { folder });
    expect((await history.request('run.list', null)).map(({ id }) => id)).toEqual([run]);
  });

  it('comes first', async () => {
    const other = startHistory();
    await expect(other.request('run.list', null)).rejects.toMatchObject({ code: 'internal' });
    await other.stop();
  });
});

describe('a run', () => {
  it('is created, filled, begun, inspected and done', async () => {
    const created = await history.request('run.create', {
      product: 'nut',
      source: 'nuts',
      inputs: ['/a', '/b'],
    });
    expect(Run.parse(created)).toMatchObject({ state: 'preparing', total: 0, packId: '', error: null });
    const runId = created.id;
    expect(await history.request('run.addParts', { runId, parts: newParts(2) })).toEqual({ total: 2 });
    expect(await history.request('run.addParts', { runId, parts: newParts(1) })).toEqual({ total: 3 });

    const begun = await begin(runId);
    expect(Run.parse(begun)).toMatchObject({
      state: 'running',
      packId: SESSION.packId,
      packVersion: SESSION.packVersion,
      modelSha256: SESSION.modelSha256,
      method: 'sdp',
      device: 'cpu',
      thresholds: SESSION.thresholds,
      heat: SESSION.heat,
      mapSize: 240,
    });

    const first = await history.request('run.pending', { runId, limit: 2, afterSeq: -1 });
    expect(first.map(({ seq, path }) => [seq, path])).toEqual([
      [0, '/data/p-0.jpg'],
      [1, '/data/p-1.jpg'],
    ]);
    const rest = await history.request('run.pending', { runId, limit: 9, afterSeq: 1 });
    expect(rest.map(({ seq }) => seq)).toEqual([2]);

    const [a, b, c] = [...first, ...rest].map(({ id }) => id) as [number, number, number];
    const parts = await history.request('results.record', { runId, outcomes: [scored(b), failed(a)] });
    expect(parts.map((part) => Part.parse(part).id)).toEqual([b, a]);
    expect(parts[0]).toMatchObject({
      state: 'scored',
      score: scoreOf(b),
      width: 900,
      height: 700,
      error: null,
    });
    expect(parts[1]).toMatchObject({
      state: 'failed',
      score: null,
      width: null,
      error: { code: 'image.corrupt' },
    });
    await history.request('results.record', { runId, outcomes: [scored(c)] });

    const done = await history.request('run.setState', { runId, state: 'done' });
    expect(done).toMatchObject({ state: 'done', total: 3, scored: 2, failed: 1 });
    const loaded = await history.request('run.load', { runId });
    expect(loaded.run).toEqual(done);
    expect(loaded.parts.map(({ seq, state }) => [seq, state])).toEqual([
      [0, 'failed'],
      [1, 'scored'],
      [2, 'scored'],
    ]);
  });

  it('that is sent the same outcomes twice keeps the first', async () => {
    const runId = await newRun(3);
    await begin(runId);
    const [part, ...others] = await history.request('run.pending', { runId, limit: 3, afterSeq: -1 });
    const partId = part?.id ?? 0;
    const before = await history.request('results.record', { runId, outcomes: [scored(partId)] });
    const again = await history.request('results.record', {
      runId,
      outcomes: [
        { partId, ok: true, result: result(0.999) },
        failed(partId),
        ...others.map(({ id }) => scored(id)),
      ],
    });
    expect(again.slice(0, 2)).toEqual([before[0], before[0]]);
    expect(await history.request('run.get', { runId })).toMatchObject({ scored: 3, failed: 0 });
  });

  it('keeps a failed part failed', async () => {
    const runId = await newRun(1);
    await begin(runId);
    const [part] = await history.request('run.pending', { runId, limit: 1, afterSeq: -1 });
    const partId = part?.id ?? 0;
    await history.request('results.record', { runId, outcomes: [failed(partId)] });
    const [kept] = await history.request('results.record', { runId, outcomes: [scored(partId)] });
    expect(kept).toMatchObject({ state: 'failed', score: null });
  });

  it('takes all of a batch or nothing', async () => {
    const runId = await newRun(2);
    await begin(runId);
    const pending = await history.request('run.pending', { runId, limit: 2, afterSeq: -1 });
    const outcomes = [scored(pending[0]?.id ?? 0), scored(4711)];
    await expect(history.request('results.record', { runId, outcomes })).rejects.toMatchObject({
      code: 'history.not_found',
      params: { what: 'Part 4711' },
    });
    expect(await history.request('run.get', { runId })).toMatchObject({ scored: 0 });
    expect(await history.request('run.pending', { runId, limit: 9, afterSeq: -1 })).toEqual(pending);
  });

  it('is resumed with the same model on any device, but not with another model', async () => {
    const runId = await newRun(3);
    await begin(runId);
    const [part] = await history.request('run.pending', { runId, limit: 1, afterSeq: -1 });
    await history.request('results.record', { runId, outcomes: [scored(part?.id ?? 0)] });
    await history.request('run.setThresholds', {
      runId,
      thresholds: { review: 0.1, reject: 0.2 },
      author: 'anna',
    });
    await history.request('run.setState', { runId, state: 'interrupted' });
    expect(await begin(runId, { device: 'cuda' })).toMatchObject({
      state: 'running',
      device: 'cuda',
      thresholds: { review: 0.1, reject: 0.2 },
    });
    await expect(begin(runId, { modelSha256: 'cd'.repeat(32), sigma: 5 })).rejects.toMatchObject({
      code: 'usage',
      params: { reason: expect.stringContaining('model_sha256, sigma') as string },
    });
  });

  it('that has no score yet may begin with another model', async () => {
    const runId = await newRun(3);
    await begin(runId);
    const thresholds = { review: 0.7, reject: 0.8 };
    expect(await begin(runId, { sigma: 5, thresholds })).toMatchObject({ state: 'running', thresholds });
  });

  it('carries the error that stopped it until it goes on', async () => {
    const runId = await newRun();
    const error = { code: 'pack.missing', params: { pack: 'x' } } as const;
    expect(await history.request('run.setState', { runId, state: 'failed', error })).toMatchObject({ error });
    expect(await begin(runId)).toMatchObject({ state: 'running', error: null });
  });

  it('lists newest first', async () => {
    const ids = [await newRun(), await newRun(), await newRun()];
    expect((await history.request('run.list', null)).map(({ id }) => id)).toEqual(ids.reverse());
  });
});

describe('verdicts and thresholds', () => {
  it('are answered with the part as it stands now', async () => {
    const runId = await newRun(1);
    await begin(runId);
    const [pending] = await history.request('run.pending', { runId, limit: 1, afterSeq: -1 });
    const partId = pending?.id ?? 0;
    await history.request('results.record', { runId, outcomes: [scored(partId)] });
    const ng = await history.request('verdict.record', { partId, verdict: 'ng', author: 'anna' });
    expect(ng).toMatchObject({ id: partId, verdict: 'ng', score: scoreOf(partId) });
    expect(Date.parse(ng.verdictAt ?? '')).toBeGreaterThan(Date.now() - 60_000);
    const back = await history.request('verdict.record', { partId, verdict: null, author: 'anna' });
    expect(back).toMatchObject({ verdict: null, verdictAt: expect.any(String) as string });
    expect(await history.request('part.get', { partId })).toEqual({ part: back, path: '/data/p-0.jpg' });
  });

  it('survive a restart of the service', async () => {
    const runId = await newRun(2);
    await begin(runId);
    await history.request('run.setThresholds', {
      runId,
      thresholds: { review: 0.25, reject: 0.5 },
      author: 'anna',
    });
    const [part] = await history.request('run.pending', { runId, limit: 1, afterSeq: -1 });
    await history.request('verdict.record', { partId: part?.id ?? 0, verdict: 'ok', author: 'bob' });
    const before = await history.request('run.load', { runId });
    await history.stop();
    history = startHistory();
    await history.request('open', { folder });
    const after = await history.request('run.load', { runId });
    expect(after.parts).toEqual(before.parts);
    expect(after.run).toEqual({ ...before.run, state: 'interrupted' });
  });

  it('of what does not exist are refused', async () => {
    const missing = { code: 'history.not_found' };
    const thresholds = { review: 0, reject: 1 };
    await expect(history.request('part.get', { partId: 9 })).rejects.toMatchObject(missing);
    await expect(history.request('run.get', { runId: 9 })).rejects.toMatchObject(missing);
    await expect(history.request('run.load', { runId: 9 })).rejects.toMatchObject(missing);
    await expect(history.request('run.addParts', { runId: 9, parts: [] })).rejects.toMatchObject(missing);
    await expect(history.request('run.setState', { runId: 9, state: 'done' })).rejects.toMatchObject(missing);
    await expect(
      history.request('run.setThresholds', { runId: 9, thresholds, author: 'anna' }),
    ).rejects.toMatchObject(missing);
    await expect(history.request('run.pending', { runId: 9, limit: 1, afterSeq: -1 })).rejects.toMatchObject(
      missing,
    );
    await expect(history.request('results.record', { runId: 9, outcomes: [] })).rejects.toMatchObject(
      missing,
    );
    await expect(
      history.request('verdict.record', { partId: 9, verdict: 'ok', author: 'anna' }),
    ).rejects.toMatchObject(missing);
    await expect(begin(9)).rejects.toMatchObject(missing);
  });
});

describe('settings', () => {
  it('are null, set, replaced', async () => {
    expect(await history.request('setting.get', { key: 'session' })).toEqual({ value: null });
    expect(await history.request('setting.set', { key: 'session', value: '{"a":1}' })).toBeNull();
    await history.request('setting.set', { key: 'session', value: '{"a":2}' });
    expect(await history.request('setting.get', { key: 'session' })).toEqual({ value: '{"a":2}' });
  });
});

describe('recipes', () => {
  it('are saved, listed, versioned, copied, exported and imported', async () => {
    const saved = await history.request('recipe.save', { settings: RECIPE, author: 'eva', reason: 'first' });
    const { id: recipeId } = saved;
    expect(await history.request('recipe.list', null)).toEqual([saved]);
    const settings = { ...RECIPE, sigma: 6 };
    const change = { recipeId, basedOn: 1, settings, author: 'eva', reason: 'smoother' };
    expect(await history.request('recipe.save', change)).toMatchObject({ version: 2, sigma: 6 });
    await expect(history.request('recipe.save', { ...change, settings: RECIPE })).rejects.toMatchObject({
      code: 'recipe.changed',
    });
    expect(await history.request('recipe.get', { recipeId, version: 1 })).toMatchObject({ sigma: 4 });
    expect(await history.request('recipe.versions', { recipeId })).toHaveLength(2);
    const copy = await history.request('recipe.duplicate', { recipeId, name: 'Copy', author: 'eva' });
    const { text } = await history.request('recipe.export', { recipeId: copy.id, author: 'eva' });
    const imported = await history.request('recipe.import', { text, author: 'max', name: 'Third' });
    expect(imported).toMatchObject({ name: 'Third', sigma: 6, author: 'max' });
    const events = await history.request('audit.list', { limit: 3 });
    expect(events.map(({ action }) => action)).toEqual([
      'recipe.imported',
      'recipe.exported',
      'recipe.duplicated',
    ]);
    const before = { limit: 1, beforeLink: events[2]?.link };
    expect(await history.request('audit.list', before)).toMatchObject([{ action: 'recipe.saved' }]);
  });
});

describe('a run in pages', () => {
  it('is the run, and a gap in it is damage', async () => {
    const runId = await newRun(1203);
    const client = { request: history.request.bind(history) } as never;
    expect(await loadRun(client, runId)).toEqual(await history.request('run.load', { runId }));
    const page = await history.request('run.page', { runId, afterSeq: 9, limit: 3 });
    expect(page.map(({ seq }) => seq)).toEqual([10, 11, 12]);
    expect(await history.request('run.page', { runId, afterSeq: 1202, limit: 3 })).toEqual([]);
    await expect(history.request('run.page', { runId: 9, afterSeq: -1, limit: 3 })).rejects.toMatchObject({
      code: 'history.not_found',
    });
  });
});

describe('care', () => {
  it('state, check, backup, schedule, statistics, export and explanation', async () => {
    const runId = await newRun(3);
    await begin(runId);
    const outcomes = (await history.request('run.pending', { runId, limit: 9, afterSeq: -1 })).map(({ id }) =>
      scored(id),
    );
    await history.request('results.record', { runId, outcomes });
    const partId = outcomes[0]?.partId ?? 0;
    await history.request('verdict.record', { partId, verdict: 'ng', author: 'anna', defectKind: 'dent' });

    const checked = await history.request('history.verify', {});
    expect(checked).toMatchObject({ fault: null, passed: null, verdicts: 1 });
    const made = await history.request('backup.make', { author: 'eva' });
    const state = await history.request('history.state', null);
    expect(state).toMatchObject({ backups: [made], keep: 14, backupFolder: `${folder}/history/backups` });
    expect(state.code.split('-')[0]).toBe(String(checked.checked + 1)); // the backup is an event
    expect(await history.request('history.verify', { code: checked.code })).toMatchObject({ passed: true });
    const stick = dataFolder();
    const scheduled = await history.request('backup.schedule', { author: 'eva', folder: stick, keep: 3 });
    expect(scheduled).toMatchObject({ backupFolder: stick, keep: 3, backups: [] });
    await expect(
      history.request('backup.make', { author: 'eva', folder: `${made.path}/x` }),
    ).rejects.toMatchObject({ code: 'history.write_failed' });

    const stats = await history.request('history.stats', { by: 'run', runIds: [runId] });
    expect(stats).toMatchObject({ total: { tally: { parts: 3 } }, pareto: [{ kind: 'dent', count: 1 }] });
    const out = `${stick}/all.csv`;
    const about = { by: 'run', format: 'csv', out, author: 'eva', program: 'test' } as const;
    expect(await history.request('history.export', about)).toMatchObject({ parts: 3, runs: 1 });
    expect(readFileSync(out, 'utf8').split('\r\n')).toHaveLength(5);
    const story = await history.request('part.explain', { partId });
    expect(story).toMatchObject({ verdicts: [{ verdict: 'ng', defectKind: 'dent' }] });
  });
});
