// The stand-in for fpm: reads electron-builder's command line, writes a .deb that dpkg-deb reads back.
// Runs in the tests (Node); the .deb needs Debian's dpkg-deb and is skipped, visibly, where there is none.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { controlFile, parseArguments } from '../../build/fpm.ts';

const folder = mkdtempSync(join(tmpdir(), 'loupe-fpm-'));
afterAll(() => rmSync(folder, { recursive: true }));

const path = (name: string): string => join(folder, name);
const ARGS = [
  ...[
    '-s',
    'dir',
    '--force',
    '-t',
    'deb',
    '-d',
    'libgtk-3-0',
    '-d',
    'libnss3',
    '--deb-recommends',
    'xdg-utils',
  ],
  ...['--deb-compression', 'gz', '--architecture', 'amd64'],
  ...['--after-install', path('after-install'), '--after-remove', path('after-remove')],
  ...['--description', 'Inspects\n Parts, offline', '--version', '1.2.3', '--package', path('x.deb')],
  ...['--name', 'loupe-test', '--maintainer', 'Somebody', '--url', 'https://loupe.invalid/', '--vendor', 'X'],
  ...['--deb-priority', 'optional', '--license', 'Apache-2.0'],
  ...[`${path('program')}/=/opt/Loupe`, `${path('x.desktop')}=/usr/share/applications/x.desktop`],
];

describe('its command line', () => {
  it('is understood', () => {
    const { options, sources } = parseArguments(ARGS);
    expect(options.get('-d')).toEqual(['libgtk-3-0', 'libnss3']);
    expect(sources).toEqual([
      [`${path('program')}/`, '/opt/Loupe'],
      [path('x.desktop'), '/usr/share/applications/x.desktop'],
    ]);
  });

  it('is refused when it makes no sense', () => {
    expect(() => parseArguments(['--name'])).toThrow('needs a value');
    expect(() => parseArguments(['/a/file'])).toThrow('is not <source>=<target>');
    expect(() => controlFile(parseArguments(['--name', 'x']), 1)).toThrow('is missing');
  });
});

it('writes the control file of Debian', () => {
  expect(controlFile(parseArguments(ARGS), 42).split('\n')).toEqual([
    'Package: loupe-test',
    'Version: 1.2.3',
    'Architecture: amd64',
    'Maintainer: Somebody',
    'Installed-Size: 42',
    'Depends: libgtk-3-0, libnss3',
    'Recommends: xdg-utils',
    'Section: science',
    'Priority: optional',
    'Description: Inspects',
    ' Parts, offline',
    '',
  ]);
});

const hasDpkg = spawnSync('dpkg-deb', ['--version']).status === 0;
if (!hasDpkg) console.warn('SKIPPED: there is no dpkg-deb, so no .deb is built.');
it.runIf(hasDpkg)('builds a .deb with these files, owned by root, and its scripts', () => {
  mkdirSync(path('program/resources'), { recursive: true });
  writeFileSync(path('program/loupe'), '#!/bin/sh\n', { mode: 0o755 });
  writeFileSync(path('program/resources/a'), 'a');
  symlinkSync('loupe', path('program/link'));
  for (const name of ['x.desktop', 'after-install', 'after-remove']) writeFileSync(path(name), '#!/bin/sh\n');
  execFileSync(process.execPath, [join(import.meta.dirname, '../../build/fpm.ts'), ...ARGS], {
    stdio: 'pipe',
  });
  const read = (option: string): string =>
    execFileSync('dpkg-deb', [option, path('x.deb')], { encoding: 'utf8' });
  expect(read('--info')).toMatch(/postinst[^]*postrm[^]*Version: 1\.2\.3/);
  const files = read('--contents')
    .trim()
    .split('\n')
    .map((line) => line.replaceAll(/\s+/g, ' ').split(' '));
  const modes = Object.fromEntries(
    files.map(([mode = '', owner = '', , , , name = '']) => [name, `${mode} ${owner}`]),
  );
  expect(modes).toMatchObject({
    './': 'drwxr-xr-x root/root',
    './opt/Loupe/loupe': '-rwxr-xr-x root/root',
    './opt/Loupe/link': expect.stringContaining('root/root') as string,
    './opt/Loupe/resources/a': '-rw-r--r-- root/root',
    './usr/share/applications/x.desktop': '-rw-r--r-- root/root',
  });
});
