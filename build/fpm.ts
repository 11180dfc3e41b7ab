#!/usr/bin/env node
// A stand-in for `fpm` over Debian's own dpkg-deb, so that a .deb can be built where fpm cannot be downloaded.
// Runs in Node 24 on Debian; electron-builder calls it through CUSTOM_FPM_PATH with fpm's arguments.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { readdirSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';

const FLAGS = ['--force', '--debug'];

interface Request {
  /** Option → its values in order; `-d` may come often. */
  readonly options: ReadonlyMap<string, readonly string[]>;
  /** [file or folder with a '/' at its end, where it is installed] */
  readonly sources: readonly (readonly [string, string])[];
}

/** Reads fpm's command line as electron-builder writes it. */
export function parseArguments(args: readonly string[]): Request {
  const options = new Map<string, string[]>();
  const sources: [string, string][] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (FLAGS.includes(arg)) continue;
    if (arg.startsWith('-')) {
      const value = args[++i];
      if (value === undefined) throw new Error(`fpm: ${arg} needs a value`);
      options.set(arg, [...(options.get(arg) ?? []), value]);
      continue;
    }
    const at = arg.lastIndexOf('=/');
    if (at < 1) throw new Error(`fpm: ${arg} is not <source>=<target>`);
    sources.push([arg.slice(0, at), arg.slice(at + 1)]);
  }
  return { options, sources };
}

/** Debian's control file. Its description is one line, and more lines that start with a space. */
export function controlFile({ options }: Pick<Request, 'options'>, installedKiB: number): string {
  const all = (name: string): readonly string[] => options.get(name) ?? [];
  const one = (name: string): string => {
    const [value] = all(name);
    if (value === undefined) throw new Error(`fpm: ${name} is missing`);
    return value;
  };
  const description = one('--description')
    .split('\n')
    .map((line) => line.trim());
  const lists = { Depends: all('-d'), Recommends: all('--deb-recommends') };
  return [
    `Package: ${one('--name')}`,
    `Version: ${one('--version')}`,
    `Architecture: ${one('--architecture')}`,
    `Maintainer: ${one('--maintainer')}`,
    `Installed-Size: ${installedKiB}`,
    ...Object.entries(lists).flatMap(([name, values]) =>
      values.length > 0 ? [`${name}: ${values.join(', ')}`] : [],
    ),
    'Section: science',
    `Priority: ${one('--deb-priority')}`,
    `Description: ${description.filter(Boolean).join('\n ')}`,
    '',
  ].join('\n');
}

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();

function build(request: Request): void {
  const one = (name: string): string => request.options.get(name)?.[0] ?? '';
  if (one('-s') !== 'dir' || one('-t') !== 'deb')
    throw new Error('fpm: only a .deb from folders is built here');
  const target = one('--package');
  const work = mkdtempSync(join(dirname(target), '.deb-'));
  try {
    for (const [source, place] of request.sources) {
      const to = join(work, place);
      mkdirSync(dirname(to), { recursive: true });
      cpSync(source, to, { recursive: true, verbatimSymlinks: true });
      if (!source.endsWith('/')) chmodSync(to, 0o644);
    }
    const files = filesBelow(work);
    const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
    const sums = files.map(
      (file) => `${createHash('md5').update(readFileSync(file)).digest('hex')}  ${relative(work, file)}\n`,
    );
    const control = join(work, 'DEBIAN');
    mkdirSync(control);
    writeFileSync(join(control, 'control'), controlFile(request, Math.ceil(bytes / 1024)));
    writeFileSync(join(control, 'md5sums'), sums.join(''));
    const scripts = { postinst: one('--after-install'), postrm: one('--after-remove') };
    for (const [name, source] of Object.entries(scripts)) {
      writeFileSync(join(control, name), readFileSync(source), { mode: 0o755 });
    }
    // mkdtemp's folder is for its owner only, and would be so in the package.
    for (const folder of [work, control]) chmodSync(folder, 0o755);
    const compression = one('--deb-compression') === 'gz' ? ['-Zgzip', '-z1'] : ['-Zxz'];
    execFileSync('dpkg-deb', ['--root-owner-group', ...compression, '--build', work, target], {
      stdio: 'inherit',
    });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

// Electron-builder may call it by another name of the same file, so import.meta.main is not asked.
if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  build(parseArguments(process.argv.slice(2)));
}
