// Which npm packages travel with the program: those loaded from node_modules, and those whose code is in the bundle.
// Runs in Node, at packaging time.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { TARGETS, type TargetSystem } from './targets.ts';

export const ROOT = resolve(import.meta.dirname, '..');

export interface Package {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  /** Relative to the project, with '/'. */
  readonly folder: string;
  /** `bundled`: its code is inside out/, its folder stays at home. */
  readonly how: 'loaded' | 'bundled';
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** Copied into out/ by the bundler; test/build/shipped.test.ts holds them against the imports of the sources. */
export const BUNDLED = ['zod', 'svelte', 'clsx', 'esm-env', '@fontsource-variable/inter'];
/** Dependencies of dependencies that only their installation or compilation needs. */
const AT_HOME = new Set(['adm-zip', 'global-agent', 'node-addon-api']);
const ANY_IMAGE_PACKAGE = new Set(Object.values(TARGETS).flatMap(({ imagePackages }) => imagePackages));

const manifestIn = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')) as Manifest;

/** npm's rule: the nearest node_modules above. Null: an optional package that this machine did not install. */
function find(name: string, from: string): string | null {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    const folder = `${at === '' ? '' : `${at}/`}node_modules/${name}`;
    if (existsSync(join(ROOT, folder, 'package.json'))) return folder;
    if (at === '') return null;
  }
}

function describe(folder: string, how: Package['how']): Package {
  const { name, version, license = '' } = manifestIn(folder);
  if (!license) throw new Error(`${name} does not say under which licence it is`);
  return { name, version, license, folder, how };
}

/** All packages below the production dependencies, by folder; `takes` decides where the walk goes on. */
function walk(takes: (name: string) => boolean): Set<string> {
  const seen = new Set<string>();
  const visit = (folder: string): void => {
    const { dependencies = {}, optionalDependencies = {} } = manifestIn(folder);
    for (const name of [...Object.keys(dependencies), ...Object.keys(optionalDependencies)]) {
      const found = takes(name) ? find(name, folder) : null;
      if (found === null || seen.has(found)) continue;
      seen.add(found);
      visit(found);
    }
  };
  visit('');
  return seen;
}

const isImagePackage = (name: string): boolean =>
  ANY_IMAGE_PACKAGE.has(name) || name.startsWith('@img/sharp-');

/** The packages that an installer for this system carries, sorted by name. */
export function shippedPackages(target: TargetSystem): Package[] {
  const loaded = walk(
    (name) =>
      !AT_HOME.has(name) &&
      !BUNDLED.includes(name) &&
      (!isImagePackage(name) || target.imagePackages.includes(name)),
  );
  return [
    ...[...loaded].map((folder) => describe(folder, 'loaded')),
    ...BUNDLED.map((name) => describe(`node_modules/${name}`, 'bundled')),
  ].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The packages that npm counts as production but that no installer for this system carries. */
export function leftAtHome(target: TargetSystem): string[] {
  const loaded = new Set(shippedPackages(target).flatMap((p) => (p.how === 'loaded' ? [p.folder] : [])));
  return [...walk(() => true)].filter((folder) => !loaded.has(folder)).sort();
}

/** The licence and notice files of a package, by name. */
export function licenceFiles({ folder }: Package): string[] {
  return readdirSync(join(ROOT, folder))
    .filter((name) => /^(licen[cs]e|notice|copying|third.?party)/i.test(name))
    .sort();
}
