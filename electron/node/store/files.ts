// The history's files on the disk, and how a finished file takes its place: at once and for good.
// Runs in the history service (Node).
import { closeSync, fsyncSync, openSync, readSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Where everything lies below the data folder. */
export function layout(folder: string) {
  const home = join(folder, 'history');
  return {
    database: join(home, 'loupe.db'),
    lock: join(home, 'loupe.lock'),
    witness: join(home, 'loupe.db-witness'),
    checked: join(home, 'loupe.db-checked'),
    backups: join(home, 'backups'),
  };
}
export type Layout = ReturnType<typeof layout>;

/** Size in bytes; 0 for a file that is not there. */
export const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/** The first bytes of a file, fewer if it is shorter. */
export function head(path: string, length: number): Buffer {
  const fd = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, readSync(fd, bytes, 0, length, 0));
  } finally {
    closeSync(fd);
  }
}

/** Removes a database and what SQLite puts beside it. Only for unfinished ones of our own making. */
export function discard(database: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(database + suffix, { force: true });
}

/** Gives a finished file its name. After a crash there is either no such file or all of it. */
export function publish(finished: string, name: string): void {
  sync(finished, 'r+');
  renameSync(finished, name);
  if (process.platform !== 'win32') sync(dirname(name), 'r'); // Windows cannot flush a folder, and need not
}

function sync(path: string, flags: string): void {
  const fd = openSync(path, flags);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
