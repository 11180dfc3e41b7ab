// `loupe history` as people run it: check, back up, put back, export, count; beside a running Loupe and without one.
// Runs in the tests (Node).
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { historyOptions } from '../../electron/cli/history-options.ts';
import { openStore } from '../../electron/node/store/open.ts';
import { openSqlite } from '../../electron/node/store/sqlite.ts';
import { writeGoldenV1 } from '../store/golden-v1.ts';
import { databaseOf, dataFolder, fill, judged, refusal } from '../store/support.ts';
import { loupe } from '../support/cli.ts';

let data: string;
let out: string;

beforeEach(() => {
  data = dataFolder();
  out = dataFolder();
  const store = openStore(data);
  fill(store, 30);
  for (let id = 1; id <= 5; id++) store.verdicts.record(judged(id, id % 2 ? 'ok' : 'ng', 'anna'));
  store.close();
});

const history = (...args: string[]) => loupe(['history', ...args, '--data', data]);

describe('verify', () => {
  it('says that it holds, with the code, and whether an older code is in its past', async () => {
    const { code, stdout } = await history('verify');
    expect(code).toBe(0);
    expect(stdout).toContain('5 verdicts, 2 events');
    const chain = /chain code (\S+)/.exec(stdout)?.[1] ?? '';
    expect(chain).toMatch(/^7(-[0-9a-f]{4}){4}$/);
    const store = openStore(data); // a Loupe that runs
    store.verdicts.record(judged(6, 'ok', 'anna'));
    const later = await history('verify', '--code', chain, '--json');
    expect(later.code).toBe(0);
    expect(later.lines()).toMatchObject([{ verify: { passed: true, verdicts: 6, fault: null } }]);
    store.close();
    const never = await history('verify', '--code', '7-0000-0000-0000-0000');
    expect(never).toMatchObject({ code: 5, stderr: expect.stringContaining('history.tampered') as string });
  });

  it('names the first altered row and ends with 5', async () => {
    const raw = openSqlite(databaseOf(data));
    const guard = raw
      .prepare<string>("SELECT sql FROM sqlite_schema WHERE name = 'verdicts_no_update'")
      .pluck()
      .get();
    raw
      .exec("DROP TRIGGER verdicts_no_update; UPDATE verdicts SET verdict = 'ok' WHERE id = 2")
      .exec(guard ?? '');
    raw.close();
    const { code, stderr } = await history('verify');
    expect(code).toBe(5);
    expect(stderr).toContain('verdicts 2 (link 4)');
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('converts a history of the first release, after a backup', async () => {
    data = dataFolder();
    writeGoldenV1(data);
    const { code, stdout } = await history('verify');
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('converted first') as string,
    });
    expect(readdirSync(join(data, 'history/backups'))).toHaveLength(1);
  });

  it('of nothing is an error, not an empty history', async () => {
    data = join(out, 'none');
    const { code, stderr } = await history('verify');
    expect({ code, stderr }).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('history.missing') as string,
    });
    expect(existsSync(data)).toBe(false);
  });
});

describe('backup and restore', () => {
  it('go there and back; restore asks first', async () => {
    const made = await history('backup', out, '--keep', '2');
    expect(made.code).toBe(0);
    const [name = ''] = readdirSync(out);
    const backup = join(out, name);
    const store = openStore(data);
    store.verdicts.record(judged(7, 'ng', 'anna'));
    expect(await history('restore', backup, '--yes')).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('history.locked') as string,
    });
    store.close();
    const plan = await history('restore', backup);
    expect(plan.code).toBe(2);
    expect(plan.stdout).toContain('Would be set aside: 0 runs, 0 parts, 1 verdicts');
    expect((await history('info')).stdout).toContain('chain code 8-');
    const done = await history('restore', backup, '--yes');
    expect(done).toMatchObject({ code: 0, stdout: expect.stringContaining('replaced-') as string });
    expect((await history('verify', '--json')).lines()).toMatchObject([
      { verify: { verdicts: 5, events: 3 } },
    ]);
  });
});

describe('export and stats', () => {
  it.each(['csv', 'jsonl', 'html'])('writes %s', async (format) => {
    const file = join(out, `lot.${format}`);
    const done = await history('export', file, '--json', '--by', 'day');
    expect(done.code).toBe(0);
    expect(done.lines()).toMatchObject([{ export: { out: file, parts: 30, runs: 1 } }]);
    expect(readFileSync(file, 'utf8').length).toBeGreaterThan(3000);
  });

  it('counts, for people and as JSON', async () => {
    const text = await history('stats', '--by', 'lot');
    expect(text.code).toBe(0);
    expect(text.stdout).toMatch(/all\s+30 /);
    expect(text.stdout).toContain('false rejects');
    const [line] = (await history('stats', '--json')).lines() as { stats: { total: { tally: object } } }[];
    expect(line?.stats.total.tally).toMatchObject({ parts: 30, failed: 3, pending: 10 });
    expect(await history('stats', '--lot', 'B')).toMatchObject({ code: 2 });
  });
});

describe('options', () => {
  it.each([
    [['burn']],
    [[]],
    [['verify', 'x']],
    [['verify', '--yes']],
    [['backup']],
    [['backup', 'a', 'b']],
    [['backup', 'a', '--keep', '0']],
    [['export', 'a.pdf']],
    [['export', 'a.csv', '--format', 'pdf']],
    [['export', 'a.csv', '--pictures', '-1']],
    [['stats', '--by', 'moon']],
    [['stats', '--from', 'yesterday']],
    [['stats', '--run', 'one']],
  ])('%j are wrong usage', (args) => {
    expect(refusal(() => historyOptions([...args, '--data', data])).code).toBe('usage');
  });

  it('times without a zone are UTC', () => {
    const options = historyOptions([
      'stats',
      '--from',
      '2026-11-23',
      '--to',
      '2026-11-23T07:30',
      '--data',
      data,
    ]);
    expect(options).toMatchObject({
      selection: { from: '2026-11-23T00:00:00.000Z', to: '2026-11-23T07:30:00.000Z' },
    });
  });

  it('find the data folder of the workstation by themselves', async () => {
    mkdirSync(join(out, 'home/loupe/history'), { recursive: true });
    writeFileSync(join(out, 'home/loupe/history/loupe.db'), readFileSync(databaseOf(data)));
    const found = await loupe(['history', 'info'], {
      env: { XDG_CONFIG_HOME: join(out, 'home'), LOUPE_DATA: '' },
    });
    if (process.platform === 'linux') expect(found.stdout).toContain(join(out, 'home/loupe'));
    const env = await loupe(['history', 'info', '--json'], { env: { LOUPE_DATA: data } });
    expect(env.lines()).toMatchObject([{ info: { folder: data, runs: 1 } }]);
  });
});
