// `npm start`: builds what is out of date and opens the workstation on the sample parts; without a display or an Electron it
// inspects them on the command line instead. Runs in Node 24, in the repository only; the installed program starts by itself.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  describeRuntime,
  electronPackage,
  findElectron,
  launchSwitches,
  missingDisplay,
  prepareTestElectron,
  type ElectronRuntime,
} from '../../test/support/electron-runtime.ts';
import { listSamples } from '../main/places.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const SOURCES = ['electron', 'models', 'renderer', 'electron.vite.config.ts', 'package-lock.json'];
const BUILT = ['out/main/main.js', 'out/preload/preload.cjs', 'out/renderer/index.html'];
const PROBE_MS = 5000;
const DOWNLOAD_MS = 600_000;
/** A window that is gone so soon, with an error, was never there. */
const STILLBORN_MS = 5000;

const say = (line: string): void => console.log(`loupe: ${line}`);
const reasonOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '';

interface Ended {
  readonly code: number;
  readonly text: string;
}

/** Runs a program to its end, on our terminal or with its output kept. */
function run(
  command: string,
  args: readonly string[],
  options: { quiet?: boolean; timeout?: number } = {},
): Promise<Ended> {
  const { quiet = false, ...rest } = options;
  const { ELECTRON_RUN_AS_NODE: _, ...env } = process.env; // it would turn Electron into a plain Node
  return new Promise((done) => {
    const child = spawn(command, args, { ...rest, cwd: ROOT, env, stdio: quiet ? 'pipe' : 'inherit' });
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (data: Buffer) => (text += data.toString()));
    child.on('error', (error) => done({ code: 127, text: error.message }));
    child.on('close', (code) => done({ code: code ?? 1, text }));
  });
}

const modified = (path: string): number => statSync(path).mtimeMs;
const newest = (path: string): number =>
  statSync(path).isDirectory()
    ? Math.max(modified(path), ...readdirSync(path).map((name) => newest(join(path, name))))
    : modified(path);

function isBuilt(): boolean {
  const built = BUILT.map((file) => join(ROOT, file));
  if (!built.every((file) => existsSync(file))) return false;
  return Math.max(...SOURCES.map((source) => newest(join(ROOT, source)))) <= Math.min(...built.map(modified));
}

async function build(): Promise<void> {
  if (isBuilt()) return;
  say('building …');
  const electronVite = join(ROOT, 'node_modules/electron-vite/bin/electron-vite.js');
  const { code, text } = await run(process.execPath, [electronVite, 'build'], { quiet: true });
  if (code === 0) return;
  console.error(text);
  throw new Error('the build failed, see above');
}

/** Electron's own download, only where its server answers: it retries for minutes where it does not. */
async function downloadOfficial(): Promise<ElectronRuntime | null> {
  const mirror = process.env.ELECTRON_MIRROR ?? process.env.npm_config_electron_mirror;
  const server = mirror ?? 'https://github.com/electron/electron/releases/';
  const answers = await fetch(server, { method: 'HEAD', signal: AbortSignal.timeout(PROBE_MS) }).then(
    ({ status }) => status < 500,
    () => false,
  );
  if (!answers) {
    say(`${new URL(server).host} cannot be reached, so the official Electron cannot be downloaded`);
    return null;
  }
  say('downloading Electron …');
  await run(process.execPath, [join(electronPackage(), 'install.js')], { timeout: DOWNLOAD_MS });
  return findElectron();
}

/** The first Electron that can be had. The installed program never does this: it brings its own. */
const prepareElectron = async (): Promise<ElectronRuntime> =>
  findElectron() ?? (await downloadOfficial()) ?? prepareTestElectron(say);

/** Opens the workstation; resolves with its exit code when it is closed. Throws the reason why it could not be opened. */
async function openWorkstation(): Promise<number> {
  const noDisplay = missingDisplay(); // first: nothing is downloaded for a window that nobody could see
  if (noDisplay) throw new Error(noDisplay);
  const electron = await prepareElectron().catch((error: unknown) => {
    throw new Error(`there is no Electron binary (${reasonOf(error)})`);
  });
  await build();
  say(describeRuntime(electron));
  const started = performance.now();
  const switches = [...launchSwitches(), ROOT, '--samples', ...process.argv.slice(2)];
  const { code } = await run(electron.executable, switches);
  if (code !== 0 && performance.now() - started < STILLBORN_MS) {
    const why = code === 127 ? 'a system library is missing, see the line above' : `exit code ${code}`;
    throw new Error(`Electron could not start (${why})`);
  }
  return code;
}

/** The same work without a window. */
async function inspectHeadless(): Promise<number> {
  const [sample] = listSamples(join(ROOT, 'resources'));
  if (!sample) {
    say('there are no sample parts in resources/samples');
    return 1;
  }
  const overlays = mkdtempSync(join(tmpdir(), 'loupe-samples-'));
  const cli = join(ROOT, 'electron/cli/bin.js');
  const words = ['--product', sample.product, '--overlays', overlays];
  const { code } = await run(process.execPath, [cli, 'inspect', sample.folder, ...words]);
  if (readdirSync(overlays).length > 0) say(`the photographs with their heat maps are in ${overlays}`);
  return code;
}

process.on('SIGINT', () => undefined); // Ctrl-C reaches the workstation as well, which ends cleanly; we end after it
try {
  process.exitCode = await openWorkstation();
} catch (error) {
  say(`no window: ${reasonOf(error)}`);
  say('inspecting the sample parts on the command line instead');
  process.exitCode = await inspectHeadless();
}
