// Looks at an update in a folder or on a stick: signed, whole, for this computer, and able to read the history.
// Runs in the main process and on the command line (Node). Nothing is started and nothing is written; no network is asked.
import { createHash, type KeyObject } from 'node:crypto';
import { createReadStream, readFileSync, statSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { LoupeError } from '../../../models/errors.ts';
import {
  compareVersions,
  isSignedBy,
  LIST_FILE,
  publicKeys,
  ReleaseList,
  SIGNATURE_FILE,
  type InstallerFile,
} from './release-list.ts';

export interface Present {
  readonly version: string;
  /** Of the history; null when there is none or nobody can say. */
  readonly schema: number | null;
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  /** The program runs from an AppImage, which replaces itself by another. */
  readonly appImage: boolean;
}

export interface CheckedUpdate {
  readonly folder: string;
  readonly list: ReleaseList;
  readonly file: InstallerFile;
  readonly relation: 'newer' | 'same' | 'older';
}

const LARGEST_LIST = 1_000_000;

const reasonOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

/** The keys that this installation trusts. Throws `update.no_key`. */
export function trustedKeys(resources: string): KeyObject[] {
  try {
    return publicKeys(readFileSync(join(resources, 'update-key.pem'), 'utf8'));
  } catch (thrown) {
    throw new LoupeError('update.no_key', { reason: reasonOf(thrown) }, { cause: thrown });
  }
}

/** The list of a folder, once its signature holds. Throws `update.none`, `update.signature`, `update.invalid`. */
export function readList(folder: string, keys: readonly KeyObject[]): ReleaseList {
  const bytes = small(folder, LIST_FILE);
  if (bytes === null) throw new LoupeError('update.none', { folder });
  const signature = small(folder, SIGNATURE_FILE);
  if (signature === null)
    throw new LoupeError('update.signature', { folder, reason: `there is no ${SIGNATURE_FILE}` });
  // Before anything in it is believed, even its shape.
  if (!isSignedBy(bytes, signature.toString('latin1'), keys))
    throw new LoupeError('update.signature', { folder, reason: 'none of the keys of this program made it' });
  try {
    return ReleaseList.parse(JSON.parse(bytes.toString('utf8')));
  } catch (thrown) {
    throw new LoupeError('update.invalid', { folder, reason: reasonOf(thrown) }, { cause: thrown });
  }
}

function small(folder: string, name: string): Buffer | null {
  const path = join(folder, name);
  try {
    const { size } = statSync(path);
    if (size > LARGEST_LIST) throw new Error(`${name} is larger than 1 MB`);
    return readFileSync(path);
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw new LoupeError('update.invalid', { folder, reason: reasonOf(thrown) }, { cause: thrown });
  }
}

/** The installer for this computer. Throws `update.other_system`. */
function ownFile({ files }: ReleaseList, { platform, arch, appImage }: Present): InstallerFile {
  const fitting = files.filter((file) => file.platform === platform && file.arch === arch);
  const isAppImage = ({ name }: InstallerFile): boolean => name.endsWith('.AppImage');
  const file = fitting.find((one) => isAppImage(one) === appImage) ?? fitting[0];
  if (!file) throw new LoupeError('update.other_system', { system: `${platform} ${arch}` });
  return file;
}

/**
 * Everything about the update but its being started. Throws `update.none`, `update.signature`, `update.invalid`,
 * `update.other_system`, `update.downgrade`, `update.wrong_file`.
 */
export async function checkUpdate(
  folder: string,
  keys: readonly KeyObject[],
  present: Present,
): Promise<CheckedUpdate> {
  const list = readList(folder, keys);
  const file = ownFile(list, present);
  const order = compareVersions(list.version, present.version);
  const { schema } = present;
  // A newer program brings an older history up to date; no program takes one back.
  if (schema !== null && list.schema < schema)
    throw new LoupeError('update.downgrade', { version: list.version, knows: list.schema, schema });
  await checkFile(join(folder, file.name), file);
  return { folder, list, file, relation: order > 0 ? 'newer' : order === 0 ? 'same' : 'older' };
}

/** Size first: a wrong file of many gigabytes need not be read. Throws `update.wrong_file`. */
async function checkFile(path: string, { name, bytes, sha256 }: InstallerFile): Promise<void> {
  const differ = (expected: string, actual: string): never => {
    throw new LoupeError('update.wrong_file', { file: name, expected, actual });
  };
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isFile() !== true) return differ(`${bytes} bytes`, 'no file');
  if (stat.size !== bytes) return differ(`${bytes} bytes`, `${stat.size} bytes`);
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  } catch (thrown) {
    return differ('a readable file', reasonOf(thrown));
  }
  const actual = hash.digest('hex');
  if (actual !== sha256) return differ(sha256, actual);
}

/**
 * Copies the installer away from the stick, checking the very bytes that are written: what is started later is what was
 * checked, whatever happens to the stick meanwhile. Throws `update.wrong_file`, `output.failed`.
 */
export async function takeInstaller({ folder, file }: CheckedUpdate, target: string): Promise<string> {
  const path = join(target, file.name);
  const hash = createHash('sha256');
  let out: FileHandle | null = null;
  try {
    out = await open(path, 'w', 0o755);
    for await (const chunk of createReadStream(join(folder, file.name))) {
      hash.update(chunk as Buffer);
      await out.writeFile(chunk as Buffer);
    }
    await out.sync();
  } catch (thrown) {
    throw new LoupeError('output.failed', { path, reason: reasonOf(thrown) }, { cause: thrown });
  } finally {
    await out?.close();
  }
  const actual = hash.digest('hex');
  if (actual === file.sha256) return path;
  throw new LoupeError('update.wrong_file', { file: file.name, expected: file.sha256, actual });
}
