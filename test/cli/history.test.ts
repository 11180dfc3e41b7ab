// `loupe history` as people run it: check, back up, put back, export, count; beside a running Loupe and without one.
// Runs in the tests (Node).
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { historyOptions } from '../../electron/cli/history-options.ts';
import { partFiles } from '../../electron/node/run/part-files.ts';
import { Desk } from '../../electron/node/store/desk.ts';
import { openStore } from '../../electron/node/store/open.ts';
import { openSqlite } from '../../electron/node/store/sqlite.ts';
import { writeGoldenV1 } from '../store/golden-v1.ts';
import { databaseOf, dataFolder, fill, judged, refusal, result, SESSION } from '../store/support.ts';
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
    expect(await history('restore', out)).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('data.invalid') as string,
    });
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
    [['verify', '--run', '1']],
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

describe('photographs and parts', () => {
  it('verify --images tells which changed, and ends with 5', async () => {
    const photo = join(out, 'a.jpg');
    writeFileSync(photo, 'as it was');
    const store = openStore(data);
    const { id } = store.runs.create({ product: 'nut', source: 'x', inputs: [] });
    store.parts.add(id, [{ path: photo, name: 'a.jpg', bytes: 9 }]);
    store.runs.begin(id, { ...SESSION, precision: 'fp32', scales: [1], versions: { onnxruntime: '1.30.0' } });
    const sha256 = createHash('sha256').update('as it was').digest('hex');
    const image = { sha256, bytes: 9, capturedAt: '2026-11-20T07:31:00', capturedFrom: 'exif' } as const;
    store.parts.record(id, [{ partId: 31, ok: true, result: { ...result(0.5), image } }]);
    store.close();
    const whole = await history('verify', '--images', '--json');
    expect(whole.code).toBe(0);
    expect(whole.lines().at(-1)).toMatchObject({ images: { checked: 1, same: 1, unknown: 30 } });
    writeFileSync(photo, 'replaced!');
    const changed = await history('verify', '--images', '--run', String(id));
    expect(changed.code).toBe(5);
    expect(changed.stderr).toContain('history.images_changed');
    expect(changed.stdout).toContain(`part 31 of run ${id}`);
    const told = await history('info', '--part', '31');
    for (const word of [sha256, 'by its camera', 'fp32', 'onnxruntime 1.30.0', photo])
      expect(told.stdout).toContain(word);
    expect((await history('info', '--part', '99')).stderr).toContain('history.not_found');
  });
});

describe('retain', () => {
  it('shows what would go, does it, and notes it', async () => {
    const { map, thumbnail } = partFiles(data, 1, 0);
    mkdirSync(dirname(map), { recursive: true });
    for (const path of [map, thumbnail]) {
      writeFileSync(path, Buffer.alloc(2000));
      utimesSync(path, new Date(0), new Date(0));
    }
    const store = openStore(data);
    store.runs.setState(1, 'interrupted');
    store.close();
    expect((await history('retain', '--dry-run')).stdout).toContain('No rule is set');
    const dry = await history('retain', '--dry-run', '--days', '30', '--json');
    expect(dry.lines()[0]).toMatchObject({ retain: { dryRun: true, bytes: 4000, items: [{ runId: 1 }] } });
    expect(existsSync(map)).toBe(true);
    const done = await history('retain', '--days', '30', '--keep-thumbnails');
    expect(done).toMatchObject({ code: 0, stdout: expect.stringContaining('1 runs went') as string });
    expect([existsSync(map), existsSync(thumbnail)]).toEqual([false, true]);
    expect((await history('verify')).code).toBe(0);
  });
});

describe('rejudge and compare', () => {
  it('put both sides into a table', async () => {
    const anew = await history('rejudge', '1', '--review', '0.1', '--reject', '0.2', '--json');
    expect(anew.code).toBe(0);
    expect(anew.lines()[0]).toMatchObject({ rejudge: { pairs: 30, after: { thresholds: { review: 0.1 } } } });
    const text = await history('rejudge', '1', '--review', '0.1', '--reject', '0.2');
    expect(text.stdout).toMatch(/\d+ of 30 parts get another verdict/);
    const store = openStore(data);
    expect(store.audit.list(1)[0]).toMatchObject({ action: 'run.rejudged' });
    // Whatever is noted wants the workstation closed, and says so.
    expect((await history('rejudge', '1', '--review', '0.1', '--reject', '0.2')).stderr).toContain(
      'history.locked',
    );
    expect(await history('compare', '1', '1')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('0 of 30 parts get another verdict') as string,
    });
    store.close();
    expect((await history('rejudge', '1', '--recipe', 'none')).stderr).toContain('history.not_found');
  });

  it.each([
    [['rejudge', '1']],
    [['rejudge', '--recipe', 'a']],
    [['rejudge', '1', '--review', '0.5']],
    [['rejudge', '1', '--review', '0.7', '--reject', '0.6']],
    [['rejudge', '1', '--recipe', 'a', '--review', '0.1', '--reject', '0.2']],
    [['compare', '1']],
    [['compare', '1', 'x']],
    [['retain', '--keep-thumbnails']],
    [['retain', '--days', '0']],
    [['retain', '--days', '3', 'more']],
    [['info', '--part', '0']],
  ])('%j is wrong usage', (args) => {
    expect(refusal(() => historyOptions([...args, '--data', data])).code).toBe('usage');
  });
});

describe('users', () => {
  const setUp = async (): Promise<void> => {
    const store = openStore(data);
    const desk = new Desk(store);
    await desk.add({ name: 'Mia', role: 'manager', pin: '739216' }, 'shop-pc');
    await desk.add({ name: 'Ana', role: 'operator', pin: '4812' }, 'shop-pc');
    await desk.signIn(2, '0001').catch(() => undefined);
    store.close();
  };

  it('says so when nobody is set up', async () => {
    expect(await history('users')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Nobody is set up') as string,
    });
    expect(await history('users', 'Mia')).toMatchObject({ code: 2 });
  });

  it('lists names, roles and wrong PINs, and no PIN', async () => {
    await setUp();
    const { code, stdout } = await history('users');
    expect(code).toBe(0);
    expect(stdout).toMatch(/Ana +operator .* never +1/);
    expect(stdout).toMatch(/Mia +manager /);
    expect(stdout).not.toMatch(/739216|4812|scrypt/);
    const shown = await history('users', '--json');
    expect(shown.lines()).toMatchObject([
      { user: { name: 'Ana', role: 'operator', active: true, lastSignIn: null, wrongPins: 1 } },
      { user: { name: 'Mia', role: 'manager', active: true, wrongPins: 0 } },
    ]);
    expect(JSON.stringify(shown.lines())).not.toMatch(/scrypt|pin":/i);
    expect((await history('verify')).stdout).toContain('2 people, 1 wrong PINs, 0 blind second reviews');
  });

  it('gives a new PIN to whoever forgot it, and the history tells', async () => {
    await setUp();
    expect(await history('users', '--reset-pin', 'Eve')).toMatchObject({ code: 2 });
    const { code, stdout } = await history('users', '--reset-pin', 'Mia');
    expect(code).toBe(0);
    const pin = /is (\d{6})\./.exec(stdout)?.[1] ?? '';
    const store = openStore(data);
    expect(await history('users', '--reset-pin', 'Mia')).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('history.locked') as string,
    });
    expect((await new Desk(store).signIn(1, pin)).on).toMatchObject({ name: 'Mia' });
    expect(store.audit.list(2)[1]).toMatchObject({ action: 'person.pin_set', subject: 'person 1' });
    store.close();
  });
});
