// Reads the bytes of one photograph: opened once, regular files only, never more than a limit, every failure typed.
// Runs in Node (services and the command line).
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { LoupeError } from '../../../models/errors.ts';

const VANISHED = new Set(['ENOENT', 'ENOTDIR', 'ESTALE']);

// Opening a named pipe waits for a writer, for ever if there is none; with O_NONBLOCK it returns at once and the check for
// a regular file below refuses it. Windows has no such flag (and no such pipes in folders).
const FLAGS = constants.O_RDONLY | ((constants as { O_NONBLOCK?: number }).O_NONBLOCK ?? 0);

/** A failed system call on a photograph → `image.missing` or `image.unreadable`. */
export function fileError(path: string, thrown: unknown): LoupeError {
  if (thrown instanceof LoupeError) return thrown;
  const code = (thrown as NodeJS.ErrnoException | null)?.code ?? String(thrown);
  if (VANISHED.has(code)) return new LoupeError('image.missing', { path }, { cause: thrown });
  return new LoupeError('image.unreadable', { path, reason: code }, { cause: thrown });
}

/** A photograph as it lay on the disk. */
export interface PhotographFile {
  readonly bytes: Buffer<ArrayBuffer>;
  /** Last change of the file. */
  readonly modifiedAt: Date;
}

async function readAll(file: FileHandle, path: string, limit: number): Promise<PhotographFile> {
  const stat = await file.stat();
  if (!stat.isFile()) {
    throw new LoupeError('image.unreadable', {
      path,
      reason: stat.isDirectory() ? 'a folder' : 'not a regular file',
    });
  }
  if (stat.size > limit) {
    throw new LoupeError('image.too_large', {
      path,
      width: '?',
      height: '?',
      bytes: stat.size,
      limit: `${limit} bytes`,
    });
  }
  // Its own memory (Slow: not from the shared pool), so that it can be handed over to another thread. The size is that of now: a file that grows meanwhile is cut here and one that shrinks is short; both end as
  // image.corrupt in the decoder, never as more memory than was allowed.
  const bytes = Buffer.allocUnsafeSlow(stat.size);
  let length = 0;
  while (length < bytes.length) {
    const { bytesRead } = await file.read(bytes, length, bytes.length - length, length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  if (length === 0) throw new LoupeError('image.empty', { path });
  return { bytes: bytes.subarray(0, length), modifiedAt: stat.mtime };
}

/**
 * The whole file as bytes.
 *
 * @param limit largest size in bytes that is read
 * @throws LoupeError image.missing, image.unreadable (permissions, folders, pipes, devices), image.too_large, image.empty
 */
export async function readPhotograph(path: string, limit: number): Promise<Buffer<ArrayBuffer>> {
  return (await readPhotographFile(path, limit)).bytes;
}

/** The same, with what the file system says of it. */
export async function readPhotographFile(path: string, limit: number): Promise<PhotographFile> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, FLAGS);
    return await readAll(file, path, limit);
  } catch (thrown) {
    throw fileError(path, thrown);
  } finally {
    await file?.close();
  }
}
