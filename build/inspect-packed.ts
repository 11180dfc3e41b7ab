// Looks at a packed program as it lies on the disk: is everything in it that must be, nothing of another system, fuses flipped?
// Runs in Node, after packing and in the tests.
import { listPackage } from '@electron/asar';
import { existsSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { FUSES, readFuses } from './fuses.ts';
import { NATIVE_FILE, type TargetSystem } from './targets.ts';

/** Where a packed program has its parts. */
export interface Packed {
  readonly executable: string;
  /** Electron's `process.resourcesPath`. */
  readonly resources: string;
}

/** The program that electron-builder left unpacked in its output folder. */
export function packedIn(output: string, { platform, arch }: TargetSystem): Packed {
  const at = (folder: string, executable: string, resources = 'resources'): Packed => ({
    executable: join(output, folder, executable),
    resources: join(output, folder, resources),
  });
  if (platform === 'linux') return at('linux-unpacked', 'loupe-workstation');
  if (platform === 'win32') return at('win-unpacked', 'Loupe.exe');
  return at(`mac-${arch}`, 'Loupe.app/Contents/MacOS/Loupe', 'Loupe.app/Contents/Resources');
}

const posix = (path: string): string => path.split(sep).join('/');
const filesBelow = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => posix(relative(folder, join(entry.parentPath, entry.name))))
    : [];

const MUST_BE_INSIDE = [
  'package.json',
  'out/main/main.js',
  'out/main/inference.js',
  'out/main/history.js',
  'out/main/training.js',
  'out/preload/preload.cjs',
  'out/renderer/index.html',
];
const MUST_BE_BESIDE = [
  'resources/packs/loupe-mini/pack.json',
  'licences/LICENSE.txt',
  'licences/THIRD-PARTY-NOTICES.txt',
  'licences/sbom.cdx.json',
];

/** Everything that is wrong with it, in words; [] when nothing is. */
export async function inspectPacked(
  { executable, resources }: Packed,
  target: TargetSystem,
): Promise<string[]> {
  const problems: string[] = [];
  const archive = join(resources, 'app.asar');
  if (!existsSync(executable) || !existsSync(archive)) return [`${executable} or ${archive} is not there`];

  const inside = new Set(
    listPackage(archive, { isPack: false }).map((path) => posix(path).replace(/^\//, '')),
  );
  for (const path of MUST_BE_INSIDE) if (!inside.has(path)) problems.push(`${path} is not in the archive`);
  for (const path of MUST_BE_BESIDE)
    if (!existsSync(join(resources, path))) problems.push(`${path} is not beside the archive`);
  if (!filesBelow(join(resources, 'resources/samples')).length) problems.push('there are no sample parts');
  if (existsSync(join(resources, 'default_app.asar'))) problems.push("Electron's example program travels");
  for (const path of inside)
    if (/^(test|shared|models|renderer|electron|build|\.cache)\//.test(path))
      problems.push(`${path} travels`);

  const unpacked = filesBelow(`${archive}.unpacked`);
  const found = unpacked.filter((path) => NATIVE_FILE.test(path)).sort();
  const expected = target.natives.map((path) => `node_modules/${path}`).sort();
  for (const path of expected) if (!found.includes(path)) problems.push(`${path} is not outside the archive`);
  for (const path of found)
    // A library beside its own binding, as the image library has on Windows and macOS, is no surprise.
    if (!expected.includes(path) && !target.imagePackages.some((name) => path.includes(name)))
      problems.push(`${path} is of another system, or nobody needs it`);
  for (const path of inside)
    if (NATIVE_FILE.test(path) && !unpacked.includes(path)) problems.push(`${path} is inside the archive`);

  const fuses = await readFuses(executable);
  for (const [name, wanted] of Object.entries(FUSES)) {
    const is = fuses[name as keyof typeof FUSES];
    if (is !== wanted) problems.push(`the fuse ${name} is ${String(is)}, not ${String(wanted)}`);
  }
  return problems;
}
