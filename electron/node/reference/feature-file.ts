// The features of all parts of a run in one file: a header that says what they were made by, then one record for each position.
// Runs in the main process (Node).
import { hash } from 'node:crypto';
import { mkdir, open, readFile, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { SessionInfo } from '../../common/inference-service.ts';
import { LoupeError } from '../../../models/errors.ts';
import { isFull } from '../engine/write-file.ts';

const MAGIC = 'LOUPEFT1';
/** Magic, dimensions (uint16, little-endian), zeros up to 16, then the key. */
const KEY_AT = 16;
const HEADER = KEY_AT + 32;

export const featureFile = (dataFolder: string, runId: number): string =>
  join(dataFolder, 'media', String(runId), 'features.bin');

/** Features can be compared only when all this is the same. */
export const featureKey = ({
  modelSha256,
  method,
  tap,
  imageSize,
}: Pick<SessionInfo, 'modelSha256' | 'method' | 'tap' | 'imageSize'>): Uint8Array =>
  hash('sha256', JSON.stringify([modelSha256, method, tap, imageSize ?? null]), 'buffer');

function header(key: Uint8Array, dimensions: number): Buffer {
  const bytes = Buffer.alloc(HEADER);
  bytes.write(MAGIC, 'latin1');
  bytes.writeUInt16LE(dimensions, MAGIC.length);
  bytes.set(key, KEY_AT);
  return bytes;
}

/** Writes while a run goes on; parts come in any order. What is there already stays when the run is resumed. */
export class FeatureWriter {
  readonly #path: string;
  readonly #key: Uint8Array;
  #file: Promise<FileHandle> | null = null;
  #dimensions = 0;

  constructor(path: string, key: Uint8Array) {
    this.#path = path;
    this.#key = key;
  }

  /** Throws `output.failed`. */
  async write(seq: number, feature: Uint8Array): Promise<void> {
    try {
      this.#file ??= this.#open(feature.length);
      const file = await this.#file;
      if (feature.length !== this.#dimensions) throw new Error('features of one run differ in length');
      await file.write(feature, 0, feature.length, HEADER + seq * feature.length);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const code = isFull(error) ? 'output.disk_full' : 'output.failed';
      throw new LoupeError(code, { path: this.#path, reason }, { cause: error });
    }
  }

  async close(): Promise<void> {
    const file = await this.#file?.catch(() => null);
    await file?.close();
  }

  async #open(dimensions: number): Promise<FileHandle> {
    this.#dimensions = dimensions;
    const wanted = header(this.#key, dimensions);
    await mkdir(dirname(this.#path), { recursive: true });
    const there = await open(this.#path, 'r+').catch(() => null);
    if (there !== null) {
      const found = Buffer.alloc(HEADER);
      await there.read(found, 0, HEADER, 0);
      if (found.equals(wanted)) return there;
      await there.close();
    }
    const fresh = await open(this.#path, 'w');
    await fresh.write(wanted, 0, HEADER, 0);
    return fresh;
  }
}

export class Features {
  readonly key: Uint8Array;
  readonly dimensions: number;
  readonly #records: Int8Array;

  constructor(bytes: Uint8Array) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.dimensions = view.getUint16(MAGIC.length, true);
    this.key = bytes.subarray(KEY_AT, HEADER);
    this.#records = new Int8Array(bytes.buffer, bytes.byteOffset + HEADER, bytes.byteLength - HEADER);
  }

  /** Null for a part that has none: not inspected, failed, or cut off by a crash. */
  at(seq: number): Int8Array | null {
    const record = this.#records.subarray(seq * this.dimensions, (seq + 1) * this.dimensions);
    return record.length === this.dimensions && record.some((value) => value !== 0) ? record : null;
  }

  comparableWith(other: Features): boolean {
    return this.dimensions === other.dimensions && Buffer.compare(this.key, other.key) === 0;
  }
}

/** Null where there is no such file, or none that this version has written: a run of old, or one whose pictures were deleted. */
export async function readFeatures(path: string): Promise<Features | null> {
  const bytes = await readFile(path).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  });
  if (bytes === null || bytes.length < HEADER) return null;
  if (bytes.toString('latin1', 0, MAGIC.length) !== MAGIC) return null;
  const features = new Features(bytes);
  return features.dimensions === 0 ? null : features;
}
