// What the installers for Windows, Linux and macOS are made of: targets, files, fuses, and nothing that asks a network.
// Runs in the tests (Node). The installers themselves are made by build/pack.ts and build/release.ts.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configuration } from '../../build/config.ts';
import { ROOT } from '../../build/shipped.ts';
import { NATIVE_FILE, TARGETS, UNPACKED, type TargetSystem } from '../../build/targets.ts';

const systems = Object.values(TARGETS);
const config = (target: TargetSystem, more: object = {}): ReturnType<typeof configuration> =>
  configuration({ target, output: '/out', notices: '/notices', ...more });
const excluded = (target: TargetSystem): string[] =>
  (config(target).files as string[]).filter((pattern) => pattern.startsWith('!')).map((p) => p.slice(1));
/** As much of a glob as the patterns use. */
const matches = (path: string, pattern: string): boolean => {
  const alternatives = (text: string): string =>
    text.replaceAll(/\{([^}]*)\}/g, (_, inner: string) => `(?:${inner.split(',').join('|')})`);
  const regex = pattern
    .replaceAll(/[.+^$()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('**/', '\u0001')
    .replaceAll('**', '\u0002')
    .replaceAll('*', '[^/]*')
    .replaceAll('\u0001', '(?:.*/)?')
    .replaceAll('\u0002', '.*');
  return new RegExp(`^${alternatives(regex)}$`).test(path);
};
const stays = (target: TargetSystem, path: string): boolean => excluded(target).some((p) => matches(path, p));

const NATIVES = systems.flatMap(({ natives }) => natives).filter((path) => !path.startsWith('@img/'));

describe.each(systems)('for $name', (target) => {
  it('takes its own native files and leaves those of every other system', () => {
    for (const path of target.natives)
      expect([path, stays(target, `node_modules/${path}`)]).toEqual([path, false]);
    for (const path of NATIVES.filter((one) => !target.natives.includes(one)))
      expect([path, stays(target, `node_modules/${path}`)]).toEqual([path, true]);
    for (const other of ['linux-arm64', 'linuxmusl-x64', 'darwin-x64', 'win32-arm64'])
      expect(stays(target, `node_modules/better-sqlite3/prebuilds/${other}.node`)).toBe(true);
  });

  it('keeps everything that the system itself loads outside of the archive', () => {
    const { asarUnpack, asar } = config(target);
    expect(asarUnpack).toEqual(UNPACKED);
    expect(asar).toEqual({ smartUnpack: false });
    for (const path of target.natives) {
      expect(path).toMatch(NATIVE_FILE);
      expect(UNPACKED.some((pattern) => pattern.split(/[{},]/).length > 0 && matches(path, pattern))).toBe(
        true,
      );
    }
  });

  it('brings the built program, the model with the sample parts, and the notices; no Node and no sources', () => {
    const { files, extraResources } = config(target);
    expect((files as string[]).filter((pattern) => !pattern.startsWith('!'))).toEqual([
      'out/**',
      'package.json',
    ]);
    expect(extraResources).toEqual([
      { from: 'resources', to: 'resources' },
      { from: '/notices', to: 'licences' },
    ]);
  });

  it('flips the fuses', () => {
    expect(config(target).electronFuses).toEqual({
      runAsNode: false,
      enableCookieEncryption: true,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      loadBrowserProcessSpecificV8Snapshot: false,
      grantFileProtocolExtraPrivileges: false,
    });
  });

  it('publishes nothing, compiles nothing, and takes the Electron of package.json', () => {
    const { publish, npmRebuild, electronVersion, electronDist } = config(target);
    expect({ publish, npmRebuild, electronVersion, electronDist }).toEqual({
      publish: null,
      npmRebuild: false,
      electronVersion: undefined,
      electronDist: undefined,
    });
  });
});

it('Windows: for all users of the PC, silent, upgraded in place, data kept', () => {
  const { win, nsis } = config(TARGETS['win32-x64']);
  expect(win?.target).toEqual([{ target: 'nsis', arch: ['x64'] }]);
  expect(nsis).toMatchObject({
    perMachine: true,
    deleteAppDataOnUninstall: false,
    differentialPackage: false,
  });
});

it('Linux: AppImage and deb, under a name that no other package of Debian has', () => {
  const { linux, deb } = config(TARGETS['linux-x64']);
  expect(linux).toMatchObject({ target: ['AppImage', 'deb'], executableName: 'loupe-workstation' });
  expect(deb?.packageName).toBe('loupe-workstation');
});

it('Linux: the image library is the WebAssembly build, elsewhere the native one', () => {
  expect(stays(TARGETS['linux-x64'], 'node_modules/@img/sharp-linux-x64/lib/x.node')).toBe(true);
  expect(stays(TARGETS['linux-x64'], 'node_modules/@img/sharp-wasm32/index.cjs')).toBe(false);
  expect(stays(TARGETS['win32-x64'], 'node_modules/@img/sharp-wasm32/index.cjs')).toBe(true);
  expect(stays(TARGETS['darwin-arm64'], 'node_modules/@img/sharp-wasm32/index.cjs')).toBe(true);
});

it('macOS: a disk image for Apple silicon with the hardened runtime', () => {
  const { mac } = config(TARGETS['darwin-arm64']);
  expect(mac).toMatchObject({ target: [{ target: 'dmg', arch: ['arm64'] }], hardenedRuntime: true });
});

it('only for tests: an Electron from the disk, a Node beside it, the services outside of the archive', () => {
  const electron = { folder: '/electron', version: '33.2.1' };
  const made = config(TARGETS['linux-x64'], { electron, node: '/bin/node', version: '0.0.1', quick: true });
  expect(made).toMatchObject({ electronDist: '/electron', electronVersion: '33.2.1', compression: 'store' });
  expect(made.extraResources).toContainEqual({ from: '/bin/node', to: 'node/node' });
  expect(made.asarUnpack).toContain('out/main/**');
  expect(made.extraMetadata).toMatchObject({ version: '0.0.1' });
});

it('the release script takes no Electron from the disk and asks for each system by name', () => {
  const source = readFileSync(join(ROOT, 'build/release.ts'), 'utf8');
  expect(source).toContain('electron: null');
  expect(source).not.toMatch(/quick|prepareTestElectron/);
});
