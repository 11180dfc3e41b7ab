// A file whose SHA-256 was right, read again in pieces: each piece is compared with what was hashed, so nothing has to stay in memory.
// Runs in Node.
import { createHash, hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { RandomAccess } from '../clip/random-access.ts';
import { LoupeError } from '../errors.ts';
import { openFile } from './file-access.ts';

const MEGABYTE = 1 << 20;
/** Small enough that a norm of a few kilobytes does not cost much, large enough that a layer is read in few steps. */
const PIECE = MEGABYTE;
/** Pieces that stay: the small tensors of a block lie side by side. */
const KEPT = 16;
/** Read at once while the whole file is hashed. */
const CHUNK = 16 * MEGABYTE;

const sha256 = (bytes: Uint8Array): string => hash('sha256', bytes, 'hex');

export interface HashedFile {
  readonly sha256: string;
  readonly size: number;
  /** SHA-256 of each megabyte. */
  readonly pieces: readonly string[];
}

/** Reads a file from its beginning to its end once and keeps only hashes of it. */
export async function hashFile(handle: FileHandle, size: number): Promise<HashedFile> {
  const whole = createHash('sha256');
  const pieces: string[] = [];
  const buffer = new Uint8Array(Math.min(CHUNK, size));
  for (let at = 0; at < size;) {
    const wanted = Math.min(CHUNK, size - at);
    for (let have = 0; have < wanted;) {
      const { bytesRead } = await handle.read(buffer, have, wanted - have, at + have);
      if (bytesRead === 0) throw new Error('it became shorter meanwhile');
      have += bytesRead;
    }
    const bytes = buffer.subarray(0, wanted);
    whole.update(bytes);
    for (let piece = 0; piece < wanted; piece += PIECE)
      pieces.push(sha256(bytes.subarray(piece, piece + PIECE)));
    at += wanted;
  }
  return { sha256: whole.digest('hex'), size, pieces };
}

/**
 * The file at `path`, of which only bytes are handed out that are those of `known`. It is opened for each reading, so there
 * is nothing to close. `read` throws `pack.hash_mismatch` when the file has changed since.
 */
export function verifiedFile(path: string, known: HashedFile): RandomAccess {
  const kept = new Map<number, Uint8Array>();
  const changed = (actual: string): never => {
    throw new LoupeError('pack.hash_mismatch', {
      file: path,
      expected: 'the bytes that were verified when it was opened',
      actual,
    });
  };
  const requirePiece = (index: number, bytes: Uint8Array): void => {
    if (sha256(bytes) !== known.pieces[index]) changed('other bytes: it was changed meanwhile');
  };
  return {
    size: known.size,
    read: (offset, length) => {
      if (length === 0) return new Uint8Array();
      const first = Math.floor(offset / PIECE);
      const last = Math.floor((offset + length - 1) / PIECE);
      const only = first === last ? kept.get(first) : undefined;
      if (only) return only.subarray(offset - first * PIECE, offset - first * PIECE + length);
      const start = first * PIECE;
      const end = Math.min((last + 1) * PIECE, known.size);
      const file = openFile(path);
      try {
        if (file.size !== known.size) changed(`${file.size} bytes`);
        const bytes = file.read(start, end - start);
        for (let index = first; index <= last; index++)
          requirePiece(index, bytes.subarray((index - first) * PIECE, (index - first + 1) * PIECE));
        if (first === last) keep(kept, first, bytes);
        return bytes.subarray(offset - start, offset - start + length);
      } finally {
        file.close();
      }
    },
  };
}

/** The one that came first goes first. */
function keep(kept: Map<number, Uint8Array>, index: number, bytes: Uint8Array): void {
  kept.set(index, bytes);
  const [oldest] = kept.keys();
  if (kept.size > KEPT && oldest !== undefined) kept.delete(oldest);
}
