// Diagnostics and support bundle: what is found, what is said, what is in the file, and what never is.
// Runs in the tests (Node).
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { LoupeError } from '../../models/errors.ts';
import { bundleEntries } from '../../electron/node/support/bundle.ts';
import { Doctor, type DoctorPorts } from '../../electron/node/support/doctor.ts';
import { reportText } from '../../electron/node/support/report.ts';
import { zip } from '../../electron/node/support/zip.ts';
import { temporaryFolder } from '../support/tiny-pack.ts';
import { withZip } from '../support/unzip.ts';

const folder = temporaryFolder('loupe-support');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const CALM = { running: true, pid: 1, deaths: 0, givenUp: false, waiting: 0 };
function ports(changes: Partial<DoctorPorts> = {}): DoctorPorts {
  const data = mkdtempSync(join(folder, 'data-'));
  return {
    ...{ dataFolder: data, logFolder: join(data, 'logs'), crashFolder: join(data, 'crashes') },
    policy: () => ({ file: null, idleLockMinutes: null, disabled: [] }),
    database: () => Promise.resolve({ file: '/x/loupe.db', bytes: 5, schema: 4, sqlite: '3.5', faults: [] }),
    model: () =>
      Promise.resolve({ id: 'm', version: '1', files: 3, device: 'cpu', difference: 5e-6, tolerance: 1e-3 }),
    services: () => ({ inference: CALM, history: CALM }),
    ...changes,
  };
}

describe('the checks', () => {
  it('are all in order on a workstation that is', async () => {
    const seen: string[] = [];
    const checks = await new Doctor(ports()).runAll(({ id }) => seen.push(id));
    expect(checks.filter(({ id }) => id !== 'disk').map(({ state }) => state)).toEqual(Array(7).fill('ok'));
    expect(seen).toEqual(['policy', 'data', 'disk', 'database', 'model', 'services', 'logs', 'crashes']);
  });

  it('on the command line go without services', () => {
    const { services: _, ...rest } = ports();
    expect(new Doctor(rest).checks).not.toContain('services');
  });

  it.each([
    [
      'policy',
      {
        policy: () => {
          throw new LoupeError('policy.invalid', { path: '/p', reason: 'x' });
        },
      },
      'policy.invalid',
    ],
    ['data', { dataFolder: join(import.meta.filename, 'below') }, 'data.not_writable'],
    ['disk', { dataFolder: '/nowhere/at/all' }, 'internal'],
    [
      'database',
      { database: () => Promise.reject(new LoupeError('history.locked', { path: '/x' })) },
      'history.locked',
    ],
    [
      'database',
      { database: () => Promise.resolve({ file: '', bytes: 0, schema: 1, sqlite: '', faults: ['page 7'] }) },
      'history.damaged',
    ],
    [
      'model',
      { model: () => Promise.reject(new LoupeError('selftest.failed', { pack: 'm', reason: 'x' })) },
      'selftest.failed',
    ],
    ['services', { services: () => ({ inference: { ...CALM, givenUp: true, deaths: 4 } }) }, 'service.died'],
  ] as const)('never throw: %s fails and says why', async (id, changes, code) => {
    const check = await new Doctor(ports(changes)).run(id);
    expect(check).toMatchObject({ id, state: 'failed', error: { code } });
  });

  it('do not touch a folder that may be the wrong one', async () => {
    const dataFolder = join(folder, 'untouched');
    const untouchable = { code: 'policy.invalid', params: { path: '/p', reason: 'x' } } as const;
    const check = await new Doctor(ports({ dataFolder, untouchable })).run('data');
    expect(check).toMatchObject({ state: 'failed', error: { code: 'policy.invalid' } });
    expect(existsSync(dataFolder)).toBe(false);
  });

  it('ask for a look where something happened that did no harm', async () => {
    const own = ports({ services: () => ({ history: { ...CALM, deaths: 1 } }), lostLines: () => 3 });
    mkdirSync(own.crashFolder);
    writeFileSync(join(own.crashFolder, 'a.dmp'), 'x');
    writeFileSync(join(own.crashFolder, 'metadata'), 'x');
    const doctor = new Doctor(own);
    for (const id of ['services', 'logs', 'crashes'] as const)
      expect((await doctor.run(id)).state, id).toBe('warning');
    expect(doctor.found.at(-1)?.facts).toContainEqual({ name: 'count', value: 1 });
  });

  it('become a report that names what failed, why, and what to do', async () => {
    const doctor = new Doctor(
      ports({ database: () => Promise.reject(new LoupeError('history.locked', { path: '/x' })) }),
    );
    const at = new Date('2026-11-23T08:00:00Z');
    const facts = [{ name: 'program', value: 'Loupe 0.1.0' }] as const;
    expect(reportText({ at, facts, checks: [] })).toContain('No check was run yet.');
    const text = reportText({ at, facts, checks: await doctor.runAll() });
    expect(text).toMatch(/^Loupe diagnostics, 2026-11-23T08:00:00.000Z\n\nprogram {2}Loupe 0.1.0\n/);
    expect(text).toMatch(/FAILED {2}Database .*\n {8}history\.locked: .*\n {8}Close the other Loupe first\./);
    expect(text).toContain('1 of 8 checks failed.');
  });
});

describe('the support bundle', () => {
  const data = join(folder, 'bundle');
  for (const path of ['logs', 'crashes/reports', 'media/1', 'history'])
    mkdirSync(join(data, path), { recursive: true });
  const files = {
    'logs/loupe.jsonl': '{"event":"run"}\n',
    'logs/loupe.1.jsonl': '{"event":"before"}\n',
    'logs/picture.png': 'PIXELS',
    'crashes/reports/a.dmp': 'PIXELS',
    'media/1/0.map': 'PIXELS',
    'history/loupe.db': 'PIXELS',
    'workstation.json': '{"schema":1}',
    'policy.json': '{"schema":1}',
  };
  for (const [path, text] of Object.entries(files)) writeFileSync(join(data, path), text);
  const entries = bundleEntries({
    ...{ dataFolder: data, logFolder: join(data, 'logs'), crashFolder: join(data, 'crashes') },
    ...{ policyFile: join(data, 'policy.json'), report: 'the report\n' },
    values: { preferences: { language: 'de', pin: '1234', pinHash: 'abc', nested: { salt: 's', kept: 1 } } },
  });
  const textOf = (name: string): string =>
    Buffer.from(entries.find((entry) => entry.name === name)?.bytes ?? []).toString('utf8');

  it('holds logs, report, settings, policy, and which dumps there are; and says so itself', () => {
    expect(entries.map(({ name }) => name)).toEqual([
      ...['CONTENTS.txt', 'diagnostics.txt', 'logs/loupe.1.jsonl', 'logs/loupe.jsonl', 'workstation.json'],
      ...['policy.json', 'crash-dumps.json', 'preferences.json'],
    ]);
    for (const { name } of entries.slice(1)) expect(textOf('CONTENTS.txt')).toContain(name);
    expect(textOf('crash-dumps.json')).toContain('"a.dmp"');
  });

  it('never holds a photograph, a map, the database, a dump or a PIN', () => {
    const all = Buffer.concat(entries.map(({ bytes }) => bytes)).toString('latin1');
    expect(all).not.toMatch(/PIXELS|1234|abc|salt/);
    expect(JSON.parse(textOf('preferences.json'))).toEqual({ language: 'de', nested: { kept: 1 } });
  });

  it('of a workstation without anything is a bundle as well', () => {
    const nothing = join(folder, 'nothing');
    const empty = bundleEntries({
      ...{ dataFolder: nothing, logFolder: nothing, crashFolder: nothing, policyFile: nothing },
      ...{ report: '', values: {} },
    });
    expect(empty.map(({ name }) => name)).toEqual(['CONTENTS.txt', 'diagnostics.txt', 'crash-dumps.json']);
  });
});

describe('a zip file', () => {
  const entries = [
    { name: 'a.txt', bytes: Buffer.from('hello') },
    { name: 'Ordner/ü 検査.txt', bytes: Buffer.from('ä'.repeat(1000)) },
    { name: 'empty', bytes: new Uint8Array() },
  ];

  it('is read back by another reader, names and all', async () => {
    const path = join(folder, 'test.zip');
    writeFileSync(path, zip(entries));
    const read = await withZip(path, (found) =>
      Promise.all(found.map(async (entry) => [entry.name, entry.mode & 0o777, await entry.read()] as const)),
    );
    expect(read.map(([name, mode, bytes]) => [name, mode, Buffer.from(bytes).toString('utf8')])).toEqual(
      entries.map(({ name, bytes }) => [name, 0o644, Buffer.from(bytes).toString('utf8')]),
    );
  });

  it('of nothing is one as well, and dates before 1980 are that of 1980', () => {
    expect(zip([])).toHaveLength(22);
    expect(zip(entries.slice(0, 1), new Date(1970, 0, 1)).readUInt16LE(12)).toBe((0 << 9) | (1 << 5) | 1);
  });
});
