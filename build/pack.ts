// Packs the built program for this computer's system and checks the result: `node build/pack.ts [dir] [deb] [--quick] …`.
// Runs in Node 24, from anywhere; needs out/ (`npm run build`) and, for a .deb, Debian's dpkg-deb.
import { Arch, Platform, build, type CliOptions } from 'electron-builder';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import {
  describeRuntime,
  findElectron,
  prepareTestElectron,
  type ElectronRuntime,
} from '../test/support/electron-runtime.ts';
import { configuration } from './config.ts';
import { inspectPacked, packedIn, type Packed } from './inspect-packed.ts';
import { writeNotices } from './notices.ts';
import { ROOT } from './shipped.ts';
import { TARGETS, type TargetName, type TargetSystem } from './targets.ts';

const PLATFORMS = { linux: Platform.LINUX, win32: Platform.WINDOWS, darwin: Platform.MAC };

export interface PackOptions {
  readonly target: TargetSystem;
  /** electron-builder's names: dir, deb, AppImage, nsis, dmg. */
  readonly formats: readonly string[];
  readonly output: string;
  readonly electron: ElectronRuntime | null;
  readonly version?: string;
  readonly quick?: boolean;
}

const ownVersion = (path: string): string =>
  (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;

/** The native files that this machine did not install; packing without them would make a program that cannot start. */
export const missingNatives = (target: TargetSystem): string[] =>
  target.natives.filter((file) => !existsSync(join(ROOT, 'node_modules', file)));

/** Packs, and throws unless what came out is as it must be. `electron: null` lets electron-builder download the official one. */
export async function pack(options: PackOptions): Promise<Packed> {
  const {
    target,
    formats,
    output,
    electron,
    version = ownVersion(join(ROOT, 'package.json')),
    quick,
  } = options;
  const missing = missingNatives(target);
  if (missing.length > 0) throw new Error(`not installed for ${target.name}: ${missing.join(', ')}`);
  if (!existsSync(join(ROOT, 'out/main/main.js'))) throw new Error('out/ is not built: npm run build');
  const official = ownVersion(createRequire(import.meta.url).resolve('electron/package.json'));
  const notices = join(output, '.licences');
  writeNotices(notices, target, version, electron?.version ?? official);
  const config = configuration({
    ...{ target, output, notices, version, quick: quick ?? false },
    ...(electron ? { electron: { folder: dirname(electron.executable), version: electron.version } } : {}),
    ...(electron?.origin === 'test' ? { node: process.execPath } : {}),
  });
  if (formats.includes('deb') && !process.env.CUSTOM_FPM_PATH) {
    process.env.CUSTOM_FPM_PATH = join(import.meta.dirname, 'fpm.ts');
    process.env.PATH = `${dirname(process.execPath)}${delimiter}${process.env.PATH ?? ''}`;
  }
  const targets = PLATFORMS[target.platform].createTarget([...formats], Arch[target.arch]);
  await build({ targets, config, projectDir: ROOT, publish: 'never' } satisfies CliOptions);
  rmSync(notices, { recursive: true });
  const packed = packedIn(output, target);
  const problems = await inspectPacked(packed, target);
  if (problems.length > 0) throw new Error(`the packed program is not right:\n  ${problems.join('\n  ')}`);
  return packed;
}

/** The system that this Node runs on, if Loupe is packed for it. */
export function ownTarget(): TargetSystem {
  const name = `${process.platform}-${process.arch}`;
  if (!(name in TARGETS)) throw new Error(`Loupe is not packed for ${name}`);
  return TARGETS[name as TargetName];
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      version: { type: 'string' },
      output: { type: 'string', default: join(ROOT, 'dist') },
      quick: { type: 'boolean', default: false },
    },
  });
  const electron = findElectron() ?? (await prepareTestElectron(console.log));
  console.log(`packing with ${describeRuntime(electron)}`);
  if (electron.origin === 'test')
    console.log('  FOR TESTS ONLY: a release is packed with the Electron of package.json (build/release.ts)');
  const { executable } = await pack({
    target: ownTarget(),
    formats: positionals.length > 0 ? positionals : ['dir'],
    output: resolve(values.output),
    electron,
    quick: values.quick,
    ...(values.version === undefined ? {} : { version: values.version }),
  });
  console.log(`packed and checked: ${executable}`);
}
