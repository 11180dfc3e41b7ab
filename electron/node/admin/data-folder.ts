// Can the data folder be used? Asked before anything else: a folder that cannot be written has no history to show an error in.
// Runs in the main process and on the command line (Node).
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LoupeError } from '../../../models/errors.ts';
import { insist } from '../files/write-atomic.ts';

/** As much as a start writes at the least; an empty file fits on a disk that is full. */
const PROBE_BYTES = 64_000;

/** Makes the folder if there is none, and writes a file to see. Throws `data.not_writable`. */
export function checkDataFolder(folder: string): void {
  const probe = join(folder, `.loupe-probe-${process.pid}`);
  try {
    mkdirSync(folder, { recursive: true });
    insist(() => writeFileSync(probe, Buffer.alloc(PROBE_BYTES)));
    insist(() => rmSync(probe, { force: true }));
  } catch (thrown) {
    try {
      rmSync(probe, { force: true });
    } catch {
      // It never came to be.
    }
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new LoupeError('data.not_writable', { path: folder, reason }, { cause: thrown });
  }
}
