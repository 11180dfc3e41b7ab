// Opens a model pack: reads pack.json, then every listed file, and hands out only bytes whose SHA-256 was right.
// Runs in Node.
import { createHash } from 'node:crypto';
import { open, realpath, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { parseSafetensors, readSafetensors } from '../clip/safetensors.ts';
import { inMemory, type RandomAccess } from '../clip/random-access.ts';
import type { StoredTensors } from '../clip/tensor-source.ts';
import { LoupeError } from '../errors.ts';
import { parseManifest, type PackManifest } from './manifest.ts';
import { hashFile, verifiedFile } from './verified-file.ts';

const MANIFEST_FILE = 'pack.json';
const MANIFEST_LIMIT = 1 << 20;
const CHUNK = 1 << 24;
/** Weights up to this size stay in memory while a pack is open: reading and hashing them twice would cost more. */
const KEPT_IN_MEMORY = 1 << 26;

export interface OpenedPack {
  readonly manifest: PackManifest;
  readonly folder: string;
  /** SHA-256 of the weights file: identifies the model in results and in the history. */
  readonly modelSha256: string;
  /** The verified bytes of a listed file, shared and not to be changed. Throws `pack.invalid` for any other name. */
  bytes(path: string): Uint8Array;
  /** A listed file to be read in verified pieces, where the pack is not in memory as a whole. Throws as `bytes`. */
  readonly file?: (path: string) => RandomAccess;
}

/**
 * The weights of a pack, each tensor read and verified when it is asked for. Throws `weights.invalid`; reading throws
 * `pack.hash_mismatch` when the file was changed after the pack was opened.
 */
export function packWeights(pack: OpenedPack): StoredTensors {
  const { file } = pack.manifest.weights;
  return pack.file ? readSafetensors(pack.file(file), file) : parseSafetensors(pack.bytes(file), file);
}

interface FileContent {
  readonly bytes: () => Uint8Array;
  readonly access: RandomAccess;
  readonly sha256: string;
}

const isMissing = (thrown: unknown): boolean =>
  thrown instanceof Error && 'code' in thrown && (thrown.code === 'ENOENT' || thrown.code === 'ENOTDIR');

async function readHashed(
  handle: FileHandle,
  path: string,
  acceptSize: (bytes: number) => void,
  keepUpTo: number,
): Promise<FileContent> {
  const { size } = await handle.stat();
  acceptSize(size);
  if (size > keepUpTo) {
    const known = await hashFile(handle, size);
    const access = verifiedFile(path, known);
    return { sha256: known.sha256, access, bytes: () => access.read(0, size) };
  }
  const bytes = new Uint8Array(size);
  const hash = createHash('sha256');
  for (let at = 0; at < size;) {
    const { bytesRead } = await handle.read(bytes, at, Math.min(CHUNK, size - at), at);
    if (bytesRead === 0) throw new Error('it became shorter meanwhile');
    hash.update(bytes.subarray(at, at + bytesRead));
    at += bytesRead;
  }
  return { bytes: () => bytes, access: inMemory(bytes), sha256: hash.digest('hex') };
}

/**
 * Reads a file of the folder and hashes exactly the bytes that it returns: all of them now, or beyond `keepUpTo` bytes piece
 * by piece. `acceptSize` may throw before anything
 * is read. Null when there is no such file. Throws `pack.invalid` for links that lead out, for what is no file (opening
 * a named pipe would wait for ever) and for what cannot be read.
 */
async function readInside(
  folder: string,
  file: string,
  acceptSize: (bytes: number) => void,
  keepUpTo = Infinity,
): Promise<FileContent | null> {
  const refuse = (reason: string): never => {
    throw new LoupeError('pack.invalid', { pack: folder, reason: `${file} ${reason}` });
  };
  try {
    const path = await realpath(join(folder, file));
    if (dirname(path) !== (await realpath(folder))) return refuse('is a link that leads out of the folder');
    if (!(await stat(path)).isFile()) return refuse('is not a file');
    const handle = await open(path);
    try {
      return await readHashed(handle, path, acceptSize, keepUpTo);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof LoupeError) throw error;
    if (isMissing(error)) return null;
    return refuse(`cannot be read (${error instanceof Error ? error.message : String(error)})`);
  }
}

/** Reads and checks the pack.json of a folder and opens nothing else. Throws `pack.missing` or `pack.invalid`. */
export async function readManifest(folder: string): Promise<PackManifest> {
  const content = await readInside(folder, MANIFEST_FILE, (size) => {
    if (size > MANIFEST_LIMIT)
      throw new LoupeError('pack.invalid', { pack: folder, reason: 'it is larger than 1 MB' });
  });
  if (!content) throw new LoupeError('pack.missing', { pack: folder });
  return parseManifest(new TextDecoder().decode(content.bytes()), folder);
}

/**
 * Reads a whole pack and verifies it: nothing is handed out before the size and the SHA-256 of every listed file are right.
 * Small files stay in memory. Of large weights only hashes stay: what is read of them later is compared with these, so that
 * no byte is used that was not verified. Files that pack.json does not list are never opened.
 * Throws `pack.missing`, `pack.invalid` or `pack.hash_mismatch`.
 *
 * @param keepUpTo bytes of weights that stay in memory
 */
export async function openPack(folder: string, keepUpTo = KEPT_IN_MEMORY): Promise<OpenedPack> {
  const home = resolve(folder);
  const manifest = await readManifest(home);
  const contents = new Map<string, FileContent>();
  for (const { path, bytes, sha256 } of manifest.files) {
    const differ = (expected: string, actual: string): never => {
      throw new LoupeError('pack.hash_mismatch', { file: join(home, path), expected, actual });
    };
    const acceptSize = (size: number): boolean => size === bytes || differ(`${bytes} bytes`, `${size} bytes`);
    const limit = path === manifest.weights.file ? keepUpTo : Infinity;
    const content = (await readInside(home, path, acceptSize, limit)) ?? differ(`${bytes} bytes`, 'no file');
    if (content.sha256 !== sha256) differ(sha256, content.sha256);
    contents.set(path, content);
  }
  const find = (path: string): FileContent => {
    const content = contents.get(path);
    if (!content)
      throw new LoupeError('pack.invalid', { pack: home, reason: `${path} is not among the files` });
    return content;
  };
  return {
    manifest,
    folder: home,
    modelSha256: find(manifest.weights.file).sha256,
    bytes: (path) => find(path).bytes(),
    file: (path) => find(path).access,
  };
}
