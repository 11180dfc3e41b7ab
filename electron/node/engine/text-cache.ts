// Keeps text features on the disk: 418 prompts cost more than many photographs, and the same words come back.
// Runs in Node.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { writeFileSafely } from './write-file.ts';

/** Raise it when the same words would give other features: a change in tokenizer, text tower or RVS. */
const FORMAT = 'loupe text features 2';
const DIGEST = 32;

const sha256 = (...parts: (string | Uint8Array)[]): Buffer =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();

/**
 * LOUPE_CACHE, or where the system keeps the caches of this account. Never among the temporary files: there another account
 * could lay vectors of its own under our names, and scores would follow them.
 */
export function cacheFolder(env = process.env): string {
  if (env.LOUPE_CACHE) return resolve(env.LOUPE_CACHE);
  const home = homedir();
  switch (process.platform) {
    case 'win32':
      return join(env.LOCALAPPDATA ?? join(home, 'AppData/Local'), 'Loupe/cache');
    case 'darwin':
      return join(home, 'Library/Caches/Loupe');
    default:
      return join(env.XDG_CACHE_HOME ?? join(home, '.cache'), 'loupe');
  }
}

/**
 * A file is the SHA-256 of key and features, then the features (float32, little-endian): a damaged file, a cut-off one
 * and one that belongs to another key all look like no file at all.
 */
export class TextCache {
  readonly #folder: string;

  constructor(folder = cacheFolder()) {
    this.#folder = join(folder, 'text');
  }

  /** `length` numbers that were put under the same key, or null. Never throws. */
  async get(key: string, length: number): Promise<Float32Array | null> {
    try {
      const file = await readFile(this.#path(key));
      const data = file.subarray(DIGEST);
      if (data.length !== length * 4 || !sha256(FORMAT, key, data).equals(file.subarray(0, DIGEST)))
        return null;
      return new Float32Array(Uint8Array.from(data).buffer);
    } catch {
      return null;
    }
  }

  /** A cache that cannot be written costs time later and nothing else: never throws. */
  async put(key: string, features: Float32Array): Promise<void> {
    const data = new Uint8Array(features.buffer, features.byteOffset, features.byteLength);
    const bytes = Buffer.concat([sha256(FORMAT, key, data), data]);
    await writeFileSafely(this.#path(key), bytes).catch(() => undefined);
  }

  #path(key: string): string {
    return join(this.#folder, `${sha256(FORMAT, key).toString('hex')}.bin`);
  }
}
