// `loupe doctor` and `loupe update check` as a user runs them.
// Runs in the tests (Node).
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { writeReleaseList } from '../../build/release-list.ts';
import { openStore } from '../../electron/node/store/open.ts';
import { MIGRATIONS } from '../../electron/node/store/migrations/index.ts';
import { loupe } from '../support/cli.ts';
import { temporaryFolder, writeTinyPack } from '../support/tiny-pack.ts';

const folder = temporaryFolder('loupe-doctor');
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const pack = writeTinyPack(join(folder, 'packs/tiny'));

describe('loupe doctor', () => {
  const data = join(folder, 'Daten ü');

  it('says that everything is in order, and writes report and bundle', async () => {
    mkdirSync(data);
    openStore(data).close();
    const [report, bundle] = [join(folder, 'r.txt'), join(folder, 'b.zip')];
    const { code, stdout } = await loupe([
      ...['doctor', '--data', data, '--model', pack, '--report', report, '--bundle', bundle],
    ]);
    expect(stdout).toMatch(/^ok +Database .*schema \d+; SQLite 3\./m);
    expect(stdout).toMatch(/^ok +Model pack, self-test +pack tiny 1\.0\.0/m);
    expect(code).toBe(0);
    expect(readFileSync(report, 'utf8')).toContain('checks passed.');
    expect(readFileSync(bundle).subarray(0, 2).toString()).toBe('PK');
  });

  it('ends with the code of what failed, and says it as JSON', async () => {
    const other = join(folder, 'broken');
    mkdirSync(join(other, 'history'), { recursive: true });
    writeFileSync(join(other, 'history/loupe.db'), 'no database');
    const { code, stdout } = await loupe(['doctor', '--data', other, '--model', pack, '--json']);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map(
        (line) =>
          JSON.parse(line) as { check?: { id: string; state: string; error: { code: string } | null } },
      );
    expect(lines.find(({ check }) => check?.id === 'database')?.check).toMatchObject({
      state: 'failed',
      error: { code: 'history.damaged' },
    });
    expect(code).toBe(5);
  });

  it('refuses a folder that is not there, and makes none', async () => {
    const misspelt = join(folder, 'Datne');
    const { code, stderr } = await loupe(['doctor', '--data', misspelt]);
    expect([code, stderr]).toEqual([5, expect.stringContaining('data.folder_missing')]);
    expect(existsSync(misspelt)).toBe(false);
  });

  it('refuses what it does not know', async () => {
    expect((await loupe(['doctor', 'x'])).code).toBe(2);
    expect((await loupe(['doctor', '--device', 'gpu'])).code).toBe(2);
  });
});

describe('loupe update check', () => {
  it('says what lies in a folder, or why it is not to be installed', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const [stick, resources, data] = ['stick', 'resources', 'empty'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    for (const one of [stick, resources]) mkdirSync(one);
    writeFileSync(join(resources, 'update-key.pem'), publicKey.export({ type: 'spki', format: 'pem' }));
    for (const name of ['a.deb', 'b.exe', 'c.dmg']) writeFileSync(join(stick, name), name);
    writeReleaseList(stick, {
      version: '99.0.0',
      schema: MIGRATIONS.length,
      privateKey,
      issuedAt: new Date(),
    });
    const env = { LOUPE_RESOURCES: resources };
    const good = await loupe(['update', 'check', stick, '--data', data], { env });
    expect(good.stdout).toMatch(/^Loupe 99\.0\.0 is newer than the present one/);
    expect(good.code).toBe(0);
    for (const name of ['a.deb', 'b.exe', 'c.dmg']) writeFileSync(join(stick, name), name.toUpperCase());
    const bad = await loupe(['update', 'check', stick, '--data', data, '--json'], { env });
    expect(bad.stderr).toContain('update.wrong_file');
    expect(bad.code).toBe(5);
    expect(existsSync(data)).toBe(false);
    expect((await loupe(['update', 'check'])).code).toBe(2);
    expect((await loupe(['update', 'check', folder], { env })).stderr).toContain('update.none');
  });
});
