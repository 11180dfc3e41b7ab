// Writes the signed list of a release beside its installers: what offline updates are checked against. Also makes the pair of keys.
// Runs in Node 24: `node build/release-list.ts --new-key <private.pem>`; build/release.ts calls it after packing.
//
// The public key is resources/update-key.pem and travels with the program; the private one never lies in the project. A release
// takes it from LOUPE_RELEASE_KEY (the PEM itself) or LOUPE_RELEASE_KEY_FILE (its path).
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  LIST_FILE,
  ReleaseList,
  signList,
  SIGNATURE_FILE,
  type InstallerFile,
} from '../electron/node/update/release-list.ts';
import { ROOT } from './shipped.ts';

const PUBLIC_KEY = join(ROOT, 'resources/update-key.pem');

/** The system of an installer, by its name as electron-builder makes it. */
const SYSTEMS: readonly [RegExp, Pick<InstallerFile, 'platform' | 'arch'>][] = [
  [/\.(deb|AppImage)$/, { platform: 'linux', arch: 'x64' }],
  [/\.exe$/, { platform: 'win32', arch: 'x64' }],
  [/\.dmg$/, { platform: 'darwin', arch: 'arm64' }],
];

export interface Release {
  readonly version: string;
  /** The newest schema of the history that this version knows. */
  readonly schema: number;
  readonly privateKey: KeyObject;
  readonly issuedAt: Date;
}

const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

/** Lists what lies in the folder: every installer, and every folder that is a model pack. */
export function writeReleaseList(
  folder: string,
  { version, schema, privateKey, issuedAt }: Release,
): ReleaseList {
  const files: InstallerFile[] = [];
  const packs: ReleaseList['packs'] = [];
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    const system = SYSTEMS.find(([pattern]) => pattern.test(name))?.[1];
    if (system && statSync(path).isFile())
      files.push({ name, ...system, bytes: statSync(path).size, sha256: sha256(path) });
    const manifest = join(path, 'pack.json');
    if (!existsSync(manifest)) continue;
    const pack = JSON.parse(readFileSync(manifest, 'utf8')) as { id: string; version: string };
    packs.push({ folder: name, id: pack.id, version: pack.version, manifestSha256: sha256(manifest) });
  }
  const list = ReleaseList.parse({
    ...{ format: 1, program: 'loupe', version, schema, issuedAt: issuedAt.toISOString(), files, packs },
  });
  const bytes = Buffer.from(`${JSON.stringify(list, null, 2)}\n`);
  writeFileSync(join(folder, LIST_FILE), bytes);
  writeFileSync(join(folder, SIGNATURE_FILE), signList(bytes, privateKey));
  return list;
}

/** Null when none is given. Throws when it does not belong to the public key that travels with the program. */
export function releaseKey(env = process.env, publicKeyFile = PUBLIC_KEY): KeyObject | null {
  const { LOUPE_RELEASE_KEY: pem, LOUPE_RELEASE_KEY_FILE: file } = env;
  if (!pem && !file) return null;
  const key = createPrivateKey(pem ? pem : readFileSync(file ?? '', 'utf8'));
  const own = createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString().trim();
  if (!existsSync(publicKeyFile) || !readFileSync(publicKeyFile, 'utf8').includes(own))
    throw new Error(`${basename(publicKeyFile)} is not the public half of this release key`);
  return key;
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { 'new-key': { type: 'string' } } });
  const target = values['new-key'];
  if (!target) throw new Error('--new-key <file for the private key> is missing');
  if (existsSync(target) || existsSync(PUBLIC_KEY)) throw new Error('there is a key already');
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  writeFileSync(target, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  writeFileSync(PUBLIC_KEY, publicKey.export({ type: 'spki', format: 'pem' }));
  console.log(`private key: ${target} (keep it off this computer)\npublic key:  ${PUBLIC_KEY} (commit it)`);
}
