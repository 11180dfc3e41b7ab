// Small files that are written whole or not at all, also while a virus scanner or a sync tool holds them for a moment.
// Runs in the main process and on the command line (Node).
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** What Windows says while somebody else has the file open; it passes. */
const PASSES = new Set(['EPERM', 'EBUSY', 'EACCES']);
/** Together 0.6 s: longer than a scanner looks at a small file, shorter than a person's patience. */
const WAITS_MS = [10, 30, 60, 100, 150, 250];

const codeOf = (thrown: unknown): string =>
  thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';

/** Blocks: what follows must not happen before the file is there, and it is waited for only in trouble. */
const pause = (ms: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

/** Does it again while the file is held by somebody else; what is refused for good is thrown at the end. */
export function insist<T>(action: () => T, wait: (ms: number) => void = pause): T {
  for (const ms of WAITS_MS) {
    try {
      return action();
    } catch (thrown) {
      if (!PASSES.has(codeOf(thrown))) throw thrown;
      wait(ms);
    }
  }
  return action();
}

interface Steps {
  readonly rename: (from: string, to: string) => void;
  readonly wait: (ms: number) => void;
}

/** Written beside and renamed: after a power cut there is the old file or the new one. Throws what the file system says. */
export function writeAtomic(
  path: string,
  data: string | Uint8Array,
  { rename = renameSync, wait = pause }: Partial<Steps> = {},
): void {
  const unfinished = `${path}.new`;
  mkdirSync(dirname(path), { recursive: true });
  try {
    insist(() => write(unfinished, data), wait);
    insist(() => rename(unfinished, path), wait);
  } catch (thrown) {
    rmSync(unfinished, { force: true });
    throw thrown;
  }
}

function write(path: string, data: string | Uint8Array): void {
  const fd = openSync(path, 'w');
  try {
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
