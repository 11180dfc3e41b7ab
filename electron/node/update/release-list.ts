// The signed list beside the installers of a release: what there is, whose it is, and which history it can read.
// Runs in the main process, on the command line and at packaging time (Node).
import { createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { z } from 'zod';

export const LIST_FILE = 'loupe-release.json';
export const SIGNATURE_FILE = 'loupe-release.json.sig';

/** A name and no path: nothing in the list may point out of its folder. */
const PlainName = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.+ -]{0,199}$/, 'a plain file name is needed');
const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 in lower case is needed');
const Version = z.string().regex(/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/, 'a version like 1.2.3 is needed');

const InstallerFile = z.strictObject({
  name: PlainName,
  platform: z.enum(['linux', 'win32', 'darwin']),
  arch: z.enum(['x64', 'arm64']),
  bytes: z.int().positive(),
  sha256: Sha256,
});
export type InstallerFile = z.infer<typeof InstallerFile>;

export const ReleaseList = z.strictObject({
  format: z.literal(1),
  program: z.literal('loupe'),
  version: Version,
  /** The newest schema of the history that this version knows. */
  schema: z.int().positive(),
  issuedAt: z.iso.datetime(),
  files: z.array(InstallerFile).max(50),
  /** Model packs in folders beside the list; the hash of its pack.json vouches for all of a pack's files. */
  packs: z
    .array(z.strictObject({ folder: PlainName, id: PlainName, version: z.string(), manifestSha256: Sha256 }))
    .max(50)
    .default([]),
});
export type ReleaseList = z.infer<typeof ReleaseList>;

/** In front of the signed bytes, so that no signature for anything else is ever taken for one of a release. */
const CONTEXT = Buffer.from('loupe release list, format 1\n', 'utf8');
const SIGNATURE_BYTES = 64;

export const signList = (bytes: Uint8Array, privateKey: KeyObject): string =>
  `${sign(null, Buffer.concat([CONTEXT, bytes]), privateKey).toString('base64')}\n`;

export function isSignedBy(bytes: Uint8Array, signature: string, keys: readonly KeyObject[]): boolean {
  const raw = Buffer.from(signature.trim(), 'base64');
  if (raw.length !== SIGNATURE_BYTES) return false;
  return keys.some((key) => verify(null, Buffer.concat([CONTEXT, bytes]), key, raw));
}

/** All public keys of a PEM text: two while one replaces the other. Throws what is wrong with them. */
export function publicKeys(pem: string): KeyObject[] {
  const blocks = pem.match(/-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g) ?? [];
  if (blocks.length === 0) throw new Error('it holds no public key');
  return blocks.map((block) => {
    const key = createPublicKey(block);
    if (key.asymmetricKeyType !== 'ed25519') throw new Error('it is not an Ed25519 key');
    return key;
  });
}

/** -1, 0 or 1. A version with something behind a hyphen comes before the one without. */
export function compareVersions(a: string, b: string): number {
  const [x, y] = [parts(a), parts(b)];
  for (const [i, n] of x.numbers.entries()) {
    const m = y.numbers[i] ?? 0;
    if (n !== m) return n < m ? -1 : 1;
  }
  if (x.label === y.label) return 0;
  if (x.label === '' || y.label === '') return x.label === '' ? 1 : -1;
  return x.label.localeCompare(y.label, 'en', { numeric: true }) < 0 ? -1 : 1;
}

function parts(version: string): { numbers: number[]; label: string } {
  const [numbers = '', ...label] = version.split('-');
  return { numbers: numbers.split('.').map(Number), label: label.join('-') };
}
