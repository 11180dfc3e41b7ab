// Keeps the features of training photographs on the disk: they are computed once, and every epoch reads them again.
// Runs in Node.
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, statfs, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { LoupeError, toErrorValue } from '../../../models/errors.ts';
import { writeFileSafely } from '../engine/write-file.ts';

/** Raise it when the same photograph would give other features. */
const FORMAT = 'loupe training features 1';
const DIGEST = 32;
/** Left free on the disk for everybody else. */
const SPARE = 64 * 2 ** 20;

/** A photograph by its content, upright or mirrored. */
export interface FeatureKey {
  readonly sha256: string;
  readonly mirrored: boolean;
}

/**
 * One file per photograph: the SHA-256 of key and features, then the features in float16. What a kill cut off, what the disk
 * damaged and what belongs to another model all look like no file at all.
 */
export class FeatureCache {
  readonly #folder: string;
  readonly #all: string;
  readonly #model: string;
  readonly #length: number;
  readonly #limit: number;

  /**
   * @param folder holds the features of all models
   * @param model whatever decides the numbers besides the photograph
   * @param length numbers per photograph
   * @param limit bytes that the features of all models may take
   */
  constructor(folder: string, model: string, length: number, limit: number) {
    this.#all = join(folder, 'features');
    this.#model = createHash('sha256').update(FORMAT).update(model).digest('hex');
    this.#folder = join(this.#all, this.#model.slice(0, 32));
    this.#length = length;
    this.#limit = limit;
  }

  /** Bytes of one file. */
  get fileSize(): number {
    return DIGEST + 2 * this.#length;
  }

  /** The features, or null when they are not there or not right. */
  async get(key: FeatureKey): Promise<Float16Array | null> {
    const file = await readFile(this.#path(key)).catch(() => null);
    if (file?.length !== this.fileSize) return null;
    const data = file.subarray(DIGEST);
    if (!this.#digest(key, data).equals(file.subarray(0, DIGEST))) return null;
    return data.byteOffset % 2 === 0
      ? new Float16Array(data.buffer, data.byteOffset, this.#length)
      : new Float16Array(Uint8Array.from(data).buffer);
  }

  /** Throws `train.cache` when it cannot be written; nothing half-written is left then. */
  async put(key: FeatureKey, features: Float16Array): Promise<void> {
    const data = new Uint8Array(features.buffer, features.byteOffset, features.byteLength);
    try {
      await writeFileSafely(this.#path(key), Buffer.concat([this.#digest(key, data), data]));
    } catch (error) {
      throw this.#refusal(String(toErrorValue(error).params.reason), error);
    }
  }

  /**
   * Makes room for these features: what was used longest ago gives way, but never one of these. Throws `train.cache` when they
   * are more than the limit or than the disk can take, before anything is computed.
   */
  async reserve(keys: readonly FeatureKey[]): Promise<void> {
    const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(2)} GB`;
    const needed = keys.length * this.fileSize;
    if (needed > this.#limit) {
      throw this.#refusal(`${gigabytes(needed)} are needed, the limit is ${gigabytes(this.#limit)}.`);
    }
    await mkdir(this.#folder, { recursive: true }).catch((error: unknown) => {
      throw this.#refusal(error instanceof Error ? error.message : String(error), error);
    });
    const own = new Set(keys.map((key) => this.#path(key)));
    const files = await this.#list();
    const present = files.filter(({ path }) => own.has(path)).length;
    const missing = needed - present * this.fileSize;
    const now = new Date();
    await Promise.all(
      files
        .filter(({ path }) => own.has(path))
        .map(({ path }) => utimes(path, now, now).catch(() => undefined)),
    );

    const others = files.filter(({ path }) => !own.has(path)).sort((a, b) => a.used - b.used);
    let total = files.reduce((sum, { bytes }) => sum + bytes, missing);
    let free = await this.#free();
    for (const { path, bytes } of others) {
      if (total <= this.#limit && free >= missing + SPARE) break;
      await rm(path, { force: true });
      total -= bytes;
      free += bytes;
    }
    if (missing > 0 && free < missing + SPARE) {
      throw this.#refusal(`${gigabytes(missing)} are needed, ${gigabytes(free)} are free on the disk.`);
    }
  }

  async #free(): Promise<number> {
    const { bavail, bsize } = await statfs(this.#folder);
    return bavail * bsize;
  }

  async #list(): Promise<{ path: string; bytes: number; used: number }[]> {
    const entries = await readdir(this.#all, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    const found = files.map(async (path) => {
      const stats = await stat(path).catch(() => null); // another training may have made room meanwhile
      return stats ? [{ path, bytes: stats.size, used: stats.mtimeMs }] : [];
    });
    return (await Promise.all(found)).flat();
  }

  #digest({ sha256, mirrored }: FeatureKey, data: Uint8Array): Buffer {
    return createHash('sha256').update(`${this.#model} ${sha256} ${mirrored}`).update(data).digest();
  }

  #path({ sha256, mirrored }: FeatureKey): string {
    return join(this.#folder, `${sha256}${mirrored ? '-mirrored' : ''}.f16`);
  }

  #refusal(reason: string, cause?: unknown): LoupeError {
    return new LoupeError('train.cache', { path: this.#all, reason }, { cause });
  }
}
