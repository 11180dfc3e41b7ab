// How the installers are made: electron-builder's configuration for one system, as a value that tests can look at.
// Runs in Node, at packaging time.
import type { AfterPackContext, Configuration } from 'electron-builder';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FUSES } from './fuses.ts';
import { leftAtHome } from './shipped.ts';
import { UNPACKED, type TargetSystem } from './targets.ts';

export interface Choices {
  readonly target: TargetSystem;
  readonly output: string;
  /** Folder with the notices and the bill of materials that travel with the program. */
  readonly notices: string;
  /** Other than package.json's: for tests of an upgrade. */
  readonly version?: string;
  /** An unpacked Electron on this disk; without it electron-builder downloads the one of package.json. */
  readonly electron?: { readonly folder: string; readonly version: string };
  /**
   * A Node for the services, which then also lie outside the archive: for the test runtime, whose own Node is too old for
   * the database. Never for a release.
   */
  readonly node?: string;
  /** Larger installers, sooner. */
  readonly quick?: boolean;
}

/** Sources, types, tests and texts for programmers: nothing of it is ever loaded. */
const NEVER_LOADED = [
  '**/*.{map,d.ts,d.cts,d.mts,ts,md,markdown}',
  'node_modules/better-sqlite3/{deps,src,binding.gyp}{,/**}',
  'node_modules/onnxruntime-node/{lib,script}/**',
  'node_modules/onnxruntime-common/lib/**',
  'node_modules/sharp/{src,install}/**',
  'node_modules/*/{test,tests,example,examples,.github}/**',
];

/** Native files of other systems inside packages that carry those of all. */
function foreignNatives({ platform, arch }: TargetSystem): string[] {
  const systems = ['linux/x64', 'linux/arm64', 'win32/x64', 'win32/arm64', 'darwin/x64', 'darwin/arm64'];
  const prebuilds = [
    ...systems.map((system) => system.replace('/', '-')),
    'linuxmusl-x64',
    'linuxmusl-arm64',
  ];
  return [
    ...systems
      .filter((system) => system !== `${platform}/${arch}`)
      .map((system) => `node_modules/onnxruntime-node/bin/napi-v6/${system}/**`),
    ...prebuilds
      .filter((system) => system !== `${platform}-${arch}`)
      .map((system) => `node_modules/better-sqlite3/prebuilds/${system}.node`),
  ];
}

/** Electron's own example program, which electron-builder removes only from an Electron that it downloaded. */
const removeExample = ({ packager, appOutDir }: AfterPackContext): Promise<void> =>
  rm(join(packager.getResourcesDir(appOutDir), 'default_app.asar'), { force: true });

/** The configuration for `electron-builder`. */
export function configuration(choices: Choices): Configuration {
  const { target, output, notices, version, electron, node, quick = false } = choices;
  const exclude = [
    ...leftAtHome(target).map((folder) => `${folder}/**`),
    ...foreignNatives(target),
    ...NEVER_LOADED,
  ];
  return {
    appId: 'factory.loupe.workstation',
    productName: 'Loupe',
    copyright: 'Copyright © 2026 the Loupe authors',
    directories: { output, buildResources: 'build' },
    files: ['out/**', 'package.json', ...exclude.map((pattern) => `!${pattern}`)],
    // Only what cannot be opened in the archive lies outside, so that its seal covers everything else.
    asar: { smartUnpack: false },
    asarUnpack: node ? ['out/main/**', 'package.json', 'node_modules/**'] : UNPACKED,
    extraResources: [
      { from: 'resources', to: 'resources' },
      { from: notices, to: 'licences' },
      ...(node ? [{ from: node, to: 'node/node' }] : []),
    ],
    // A deb wants an address of the project; it has none, and `.invalid` never becomes one.
    extraMetadata: {
      desktopName: 'loupe-workstation.desktop',
      homepage: 'https://loupe.invalid/',
      description: 'Visual inspection of parts: heat maps on photographs, offline',
      ...(version === undefined ? {} : { version }),
    },
    // The page speaks English; what the system's own dialogs say does not come from Chromium. 40 MB less.
    electronLanguages: ['en-US'],
    electronFuses: FUSES,
    afterPack: removeExample,
    ...(electron ? { electronDist: electron.folder, electronVersion: electron.version } : {}),
    // All native parts are Node-API binaries: nothing is compiled, and nothing is asked of the network.
    npmRebuild: false,
    publish: null,
    compression: quick ? 'store' : 'normal',
    linux: {
      target: ['AppImage', 'deb'],
      // GNOME's picture viewer is called `loupe` in Debian: the same name would be "upgraded" to it.
      executableName: 'loupe-workstation',
      syncDesktopName: true,
      category: 'Science',
      maintainer: 'the Loupe authors',
      synopsis: 'Visual inspection of parts, offline',
    },
    deb: {
      packageName: 'loupe-workstation',
      artifactName: 'loupe-workstation_${version}_${arch}.${ext}',
      depends: ['libgtk-3-0', 'libnss3', 'libasound2', 'libgbm1', 'libxss1', 'libxtst6'],
      recommends: ['xdg-utils'],
      compression: quick ? 'gz' : 'xz',
    },
    win: { target: [{ target: 'nsis', arch: ['x64'] }] },
    nsis: {
      // For all users of the PC, in Program Files; `/S` installs without a question.
      perMachine: true,
      oneClick: false,
      allowToChangeInstallationDirectory: true,
      // History and pictures stay when the program goes, unless the uninstaller is called with --delete-app-data.
      deleteAppDataOnUninstall: false,
      differentialPackage: false,
    },
    mac: {
      target: [{ target: 'dmg', arch: ['arm64'] }],
      category: 'public.app-category.utilities',
      hardenedRuntime: true,
    },
    dmg: { writeUpdateInfo: false },
  };
}
