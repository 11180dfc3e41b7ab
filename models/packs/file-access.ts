// Random access to a file on a disk: only the asked pieces are read, so files larger than the memory can be used.
// Runs in Node.
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import type { RandomAccess } from '../clip/random-access.ts';
import { LoupeError } from '../errors.ts';

export interface OpenFile extends RandomAccess {
  close(): void;
}

/** Node reads at most 2 GB at once. */
const READ_LIMIT = 1 << 30;

/** Opens a file. Throws `data.folder_missing` when there is none, `weights.invalid` when it cannot be read. */
export function openFile(path: string): OpenFile {
  const refuse = (thrown: unknown): never => {
    if (thrown instanceof LoupeError) throw thrown;
    if (
      thrown instanceof Error &&
      'code' in thrown &&
      (thrown.code === 'ENOENT' || thrown.code === 'ENOTDIR')
    )
      throw new LoupeError('data.folder_missing', { path }, { cause: thrown });
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new LoupeError('weights.invalid', { file: path, reason }, { cause: thrown });
  };
  const attempt = <T>(work: () => T): T => {
    try {
      return work();
    } catch (thrown) {
      return refuse(thrown);
    }
  };
  return attempt(() => {
    if (!statSync(path).isFile()) throw new Error('it is not a file'); // opening a named pipe would wait for ever
    const descriptor = openSync(path, 'r');
    return {
      size: fstatSync(descriptor).size,
      read: (offset, length) => attempt(() => readPiece(descriptor, offset, length)),
      close: () => closeSync(descriptor),
    };
  });
}

function readPiece(descriptor: number, offset: number, length: number): Uint8Array {
  const { buffer } = Buffer.allocUnsafeSlow(length); // all of it is overwritten
  const bytes = new Uint8Array(buffer);
  for (let at = 0; at < length;) {
    const read = readSync(descriptor, bytes, at, Math.min(READ_LIMIT, length - at), offset + at);
    if (read === 0) throw new Error('it became shorter meanwhile');
    at += read;
  }
  return bytes;
}
