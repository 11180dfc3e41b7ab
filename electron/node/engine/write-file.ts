// Writes a result so that a reader never sees half of it: temporary name, flushed, renamed.
// Runs in Node (inference service and command line).
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { LoupeError } from '../../../models/errors.ts';

let counter = 0;

/** The disk, or what this account may have of it. */
export const isFull = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');

/** Makes the parent folders too. Throws `output.failed` or `output.disk_full` and leaves nothing behind. */
export async function writeFileSafely(path: string, bytes: Uint8Array | string): Promise<void> {
  const temporary = `${path}.${process.pid}-${counter++}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(temporary, bytes, { flush: true });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    const reason = error instanceof Error ? error.message : String(error);
    const full = isFull(error) ? 'output.disk_full' : 'output.failed';
    throw new LoupeError(full, { path, reason }, { cause: error });
  }
}
