// What travels with the program by other people: one text with all licences, and a bill of materials (CycloneDX 1.6).
// Runs in Node, at packaging time.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, licenceFiles, shippedPackages, type Package } from './shipped.ts';
import type { TargetSystem } from './targets.ts';

interface Lock {
  readonly packages: Readonly<Record<string, { readonly integrity?: string }>>;
}
interface Pack {
  readonly id: string;
  readonly version: string;
  readonly licence: string;
  readonly files: readonly { readonly path: string; readonly sha256: string }[];
}
interface Component {
  readonly type: 'library' | 'framework' | 'machine-learning-model' | 'application';
  readonly name: string;
  readonly version: string;
  readonly [key: string]: unknown;
}

const readJson = (...path: string[]): unknown => JSON.parse(readFileSync(join(ROOT, ...path), 'utf8'));
const RULE = '='.repeat(100);

/** The standard licence of a package that carries no text of it: npm's field says which one applies. */
const UNSTATED = (license: string): string =>
  `(The package carries no licence file. Its package.json says: ${license}.)`;

/** Libraries inside the image library's binary, with their versions, as it lists them itself. */
function inside(item: Package): Record<string, string> {
  if (!/sharp-(wasm32|libvips|win32)/.test(item.name)) return {};
  return readJson(item.folder, 'versions.json') as Record<string, string>;
}

function notice(item: Package): string {
  const texts = licenceFiles(item).map((name) => readFileSync(join(ROOT, item.folder, name), 'utf8').trim());
  const parts = Object.entries(inside(item)).map(([name, version]) => `${name} ${version}`);
  return [
    RULE,
    `${item.name} ${item.version} — ${item.license}`,
    RULE,
    ...(parts.length > 0 ? [`Contains: ${parts.join(', ')}.`] : []),
    ...(texts.length > 0 ? texts : [UNSTATED(item.license)]),
  ].join('\n\n');
}

/** The text of THIRD-PARTY-NOTICES.txt. */
export function noticesText(target: TargetSystem): string {
  const head =
    'Loupe contains the following software of others. Electron and Chromium have their own texts beside the program:\n' +
    'LICENSE.electron.txt and LICENSES.chromium.html. SQLite, inside better-sqlite3, is in the public domain.';
  return `${[head, ...shippedPackages(target).map(notice)].join('\n\n')}\n`;
}

function library(item: Package, lock: Lock): Component {
  const integrity = lock.packages[item.folder]?.integrity ?? '';
  const hash = /^sha512-(.+)$/.exec(integrity)?.[1];
  if (!hash) throw new Error(`package-lock.json has no SHA-512 of ${item.folder}`);
  const { name, version, license } = item;
  const parts = Object.entries(inside(item));
  return {
    type: 'library',
    'bom-ref': `pkg:npm/${name}@${version}`,
    name,
    version,
    // Of the archive that npm fetched.
    hashes: [{ alg: 'SHA-512', content: Buffer.from(hash, 'base64').toString('hex') }],
    licenses: [{ expression: license }],
    purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
    ...(parts.length > 0
      ? { components: parts.map(([name, version]) => ({ type: 'library', name, version })) }
      : {}),
  };
}

function bundledPack(): Component {
  const pack = readJson('resources/packs/loupe-mini/pack.json') as Pack;
  return {
    type: 'machine-learning-model',
    name: pack.id,
    version: pack.version,
    licenses: [{ expression: pack.licence }],
    components: pack.files.map(({ path, sha256 }) => ({
      type: 'data',
      name: path,
      hashes: [{ alg: 'SHA-256', content: sha256 }],
    })),
  };
}

/** The bill of materials. The same sources give the same bytes: no time and no random number is in it. */
export function billOfMaterials(target: TargetSystem, version: string, electron: string): object {
  const lock = readJson('package-lock.json') as Lock;
  const framework: Component = {
    type: 'framework',
    name: 'electron',
    version: electron,
    licenses: [{ expression: 'MIT' }],
    purl: `pkg:generic/electron@${electron}?os=${target.platform}&arch=${target.arch}`,
  };
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: { type: 'application', name: 'loupe', version, licenses: [{ expression: 'Apache-2.0' }] },
    },
    components: [framework, bundledPack(), ...shippedPackages(target).map((item) => library(item, lock))],
  };
}

/** Writes both, and Loupe's own licence, into a folder. */
export function writeNotices(folder: string, target: TargetSystem, version: string, electron: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'LICENSE.txt'), readFileSync(join(ROOT, 'LICENSE')));
  writeFileSync(join(folder, 'THIRD-PARTY-NOTICES.txt'), noticesText(target));
  const bill = billOfMaterials(target, version, electron);
  writeFileSync(join(folder, 'sbom.cdx.json'), `${JSON.stringify(bill, null, 2)}\n`);
}
