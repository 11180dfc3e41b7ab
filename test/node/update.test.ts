// Offline updates: what is signed, whole, for this computer and able to read the history; and everything that is not.
// Runs in the tests (Node).
import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { writeReleaseList } from '../../build/release-list.ts';
import {
  checkUpdate,
  readList,
  takeInstaller,
  trustedKeys,
} from '../../electron/node/update/check-update.ts';
import { installPack, isInstalled } from '../../electron/node/update/install-pack.ts';
import { compareVersions, publicKeys, signList } from '../../electron/node/update/release-list.ts';
import { startInstaller } from '../../electron/node/update/start-installer.ts';
import { temporaryFolder, writeTinyPack } from '../support/tiny-pack.ts';

const root = temporaryFolder('loupe-update');
afterAll(() => rmSync(root, { recursive: true, force: true }));
const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const stranger = generateKeyPairSync('ed25519');
const keys = [publicKey];
const PRESENT = { version: '0.1.0', schema: 4, platform: 'linux', arch: 'x64', appImage: false } as const;
const DEB = 'loupe-workstation_0.2.0_amd64.deb';

let stick = '';
let n = 0;
beforeEach(() => {
  stick = join(root, `Stick ü ${n++}`);
  mkdirSync(stick);
  writeFileSync(join(stick, DEB), 'a new installer');
  writeFileSync(join(stick, 'Loupe-0.2.0.AppImage'), 'another one');
  writeReleaseList(stick, { version: '0.2.0', schema: 5, privateKey, issuedAt: new Date() });
});
const listPath = (): string => join(stick, 'loupe-release.json');
/** Changes the list and signs it again, as a careless publisher would. */
function resign(change: (list: Record<string, unknown>) => void, key: KeyObject = privateKey): void {
  const list = JSON.parse(readFileSync(listPath(), 'utf8')) as Record<string, unknown>;
  change(list);
  const bytes = Buffer.from(JSON.stringify(list));
  writeFileSync(listPath(), bytes);
  writeFileSync(`${listPath()}.sig`, signList(bytes, key));
}
const refusal = (code: string) => expect.objectContaining({ code }) as Error;
const check = (present: Partial<Parameters<typeof checkUpdate>[2]> = {}) =>
  checkUpdate(stick, keys, { ...PRESENT, ...present });

describe('an update on a stick', () => {
  it('is offered when it is signed, whole, newer and for this computer', async () => {
    const { list, file, relation } = await check();
    expect([list.version, list.schema, file.name, relation]).toEqual(['0.2.0', 5, DEB, 'newer']);
    expect((await check({ appImage: true })).file.name).toBe('Loupe-0.2.0.AppImage');
  });

  it('says when it is the same or older, and is refused when it could not read the history', async () => {
    expect((await check({ version: '0.2.0' })).relation).toBe('same');
    expect((await check({ version: '0.10.0' })).relation).toBe('older');
    expect((await check({ version: '0.3.0', schema: 5 })).relation).toBe('older');
    expect((await check({ version: '0.3.0', schema: null })).relation).toBe('older');
    await expect(check({ version: '0.3.0', schema: 6 })).rejects.toEqual(refusal('update.downgrade'));
    // The number of the version is only a word: what the history needs decides.
    await expect(check({ version: '0.1.0', schema: 6 })).rejects.toEqual(refusal('update.downgrade'));
  });

  it('is refused without a list, without a signature, or with that of somebody else', async () => {
    await expect(checkUpdate(join(stick, 'nowhere'), keys, PRESENT)).rejects.toEqual(refusal('update.none'));
    resign(() => undefined, stranger.privateKey);
    await expect(check()).rejects.toEqual(refusal('update.signature'));
    expect(readList(stick, [publicKey, stranger.publicKey]).version).toBe('0.2.0'); // while keys are exchanged
    for (const signature of ['', 'AAAA', 'x'.repeat(88), `${'A'.repeat(86)}==`]) {
      writeFileSync(`${listPath()}.sig`, signature);
      await expect(check()).rejects.toEqual(refusal('update.signature'));
    }
    rmSync(`${listPath()}.sig`);
    await expect(check()).rejects.toEqual(refusal('update.signature'));
  });

  it('is refused when one byte of the list was changed', async () => {
    const bytes = readFileSync(listPath());
    for (const at of [0, Math.floor(bytes.length / 2), bytes.length - 1]) {
      const changed = Buffer.from(bytes);
      changed[at] = changed[at]! ^ 1;
      writeFileSync(listPath(), changed);
      await expect(check()).rejects.toEqual(refusal('update.signature'));
    }
  });

  it('takes no signature that was made for something else', async () => {
    const { sign } = await import('node:crypto');
    const bare = sign(null, readFileSync(listPath()), privateKey).toString('base64');
    writeFileSync(`${listPath()}.sig`, bare);
    await expect(check()).rejects.toEqual(refusal('update.signature'));
  });

  it('is refused when the installer is damaged, cut off, missing or a folder', async () => {
    writeFileSync(join(stick, DEB), 'a new instaIler'); // the same size
    await expect(check()).rejects.toEqual(refusal('update.wrong_file'));
    writeFileSync(join(stick, DEB), 'a new');
    await expect(check()).rejects.toEqual(refusal('update.wrong_file'));
    rmSync(join(stick, DEB));
    await expect(check()).rejects.toEqual(refusal('update.wrong_file'));
    mkdirSync(join(stick, DEB));
    await expect(check()).rejects.toEqual(refusal('update.wrong_file'));
  });

  it.each([
    ['another program', { program: 'other' }],
    ['a format of the future', { format: 2 }],
    ['a version that is none', { version: 'newest' }],
    ['a schema that is none', { schema: '5' }],
    ['a rule that nobody knows', { minimum: 1 }],
    [
      'a path',
      { files: [{ name: '../x', platform: 'linux', arch: 'x64', bytes: 1, sha256: '0'.repeat(64) }] },
    ],
    [
      'a path of Windows',
      { packs: [{ folder: '..\\x', id: 'a', version: '1', manifestSha256: '0'.repeat(64) }] },
    ],
  ])('is refused although signed when its list says %s', async (_what, change) => {
    resign((list) => Object.assign(list, change));
    await expect(check()).rejects.toEqual(refusal('update.invalid'));
  });

  it('is refused when there is nothing for this computer', async () => {
    await expect(check({ platform: 'win32' })).rejects.toEqual(refusal('update.other_system'));
    await expect(check({ arch: 'arm64' })).rejects.toEqual(refusal('update.other_system'));
  });

  it('is copied before it is started, and the copy is what was checked', async () => {
    const target = join(root, `taken-${n}`);
    mkdirSync(target);
    const checked = await check();
    const path = await takeInstaller(checked, target);
    expect(readFileSync(path, 'utf8')).toBe('a new installer');
    writeFileSync(join(stick, DEB), 'something else!'); // exchanged after the check
    await expect(takeInstaller(checked, target)).rejects.toEqual(refusal('update.wrong_file'));
    await expect(takeInstaller(checked, join(root, 'nowhere'))).rejects.toEqual(refusal('output.failed'));
  });
});

describe('keys', () => {
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();

  it('are those beside the program; without any nothing is trusted', () => {
    const resources = join(root, 'resources');
    mkdirSync(resources);
    expect(() => trustedKeys(resources)).toThrow(refusal('update.no_key'));
    writeFileSync(join(resources, 'update-key.pem'), 'no key');
    expect(() => trustedKeys(resources)).toThrow(refusal('update.no_key'));
    writeFileSync(
      join(resources, 'update-key.pem'),
      pem + stranger.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    );
    expect(trustedKeys(resources)).toHaveLength(2);
  });

  it('of another kind are none', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey;
    expect(() => publicKeys(rsa.export({ type: 'spki', format: 'pem' }).toString())).toThrow('Ed25519');
  });
});

it('versions are compared by their numbers', () => {
  const sorted = ['0.1.0-alpha', '0.1.0-rc.2', '0.1.0-rc.10', '0.1.0', '0.2.0', '0.10.0', '1.0.0'];
  for (const [i, a] of sorted.entries())
    for (const [j, b] of sorted.entries()) expect(compareVersions(a, b)).toBe(Math.sign(i - j) + 0);
});

describe('the installer', () => {
  const started: [string, string[]][] = [];
  const run = (command: string, args: string[]) => {
    started.push([command, args]);
    const child = Object.assign(new EventEmitter(), { unref: () => undefined });
    setImmediate(() => child.emit(command === 'explorer.exe' ? 'spawn' : 'error', new Error('not there')));
    return child as never;
  };

  it('on Linux is a command for an administrator, whatever the path', async () => {
    expect(await startInstaller('/data/it’s/a b.deb', 'linux', run)).toBe(
      "sudo dpkg -i '/data/it’s/a b.deb'",
    );
    expect(await startInstaller("/o'k/x.deb", 'linux', run)).toBe(`sudo dpkg -i '/o'\\''k/x.deb'`);
    expect(await startInstaller('/x.AppImage', 'linux', run)).toBe("chmod +x '/x.AppImage' && '/x.AppImage'");
    expect(started).toEqual([]);
  });

  it('elsewhere is started; a failure is said', async () => {
    expect(await startInstaller('C:\\x.exe', 'win32', run)).toBeNull();
    await expect(startInstaller('/x.dmg', 'darwin', run)).rejects.toEqual(refusal('update.not_started'));
    expect(started).toEqual([
      ['explorer.exe', ['C:\\x.exe']],
      ['/usr/bin/open', ['/x.dmg']],
    ]);
  });
});

describe('a model pack of a release', () => {
  const packs = join(root, 'packs');
  beforeEach(() => {
    rmSync(packs, { recursive: true, force: true });
    writeTinyPack(join(stick, 'tiny-pack'));
    writeReleaseList(stick, { version: '0.2.0', schema: 5, privateKey, issuedAt: new Date() });
  });

  it('is listed by itself, installed, and known to be there', async () => {
    const [pack] = readList(stick, keys).packs;
    expect(pack).toMatchObject({ folder: 'tiny-pack', id: 'tiny', version: '1.0.0' });
    expect(await isInstalled(pack!, packs)).toBe(false);
    expect(await installPack(stick, pack!, packs)).toBe(join(packs, 'tiny'));
    expect(await isInstalled(pack!, packs)).toBe(true);
    await installPack(stick, pack!, packs); // once more: the one before is kept beside it
    expect(await isInstalled(pack!, packs)).toBe(true);
  });

  it('is refused when its pack.json or one of its files was exchanged', async () => {
    const [pack] = readList(stick, keys).packs;
    const weights = join(stick, 'tiny-pack/weights.safetensors');
    const bytes = readFileSync(weights);
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(weights, bytes);
    await expect(installPack(stick, pack!, packs)).rejects.toEqual(refusal('pack.hash_mismatch'));
    const manifest = join(stick, 'tiny-pack/pack.json');
    const text = readFileSync(manifest, 'utf8');
    const other = createHash('sha256').update(bytes).digest('hex');
    writeFileSync(manifest, text.replace(/"sha256": "[0-9a-f]{64}"/, `"sha256": "${other}"`));
    await expect(installPack(stick, pack!, packs)).rejects.toEqual(refusal('update.wrong_file'));
    expect(await isInstalled(pack!, packs)).toBe(false);
  });

  it('may not lead out of the folder by a link', async () => {
    const [pack] = readList(stick, keys).packs;
    const weights = join(stick, 'tiny-pack/weights.safetensors');
    const outside = join(root, `outside-${n}`);
    writeFileSync(outside, readFileSync(weights));
    rmSync(weights);
    symlinkSync(outside, weights);
    await expect(installPack(stick, pack!, packs)).rejects.toEqual(refusal('pack.invalid'));
  });
});
