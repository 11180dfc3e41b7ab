// The room on the disk of the history: kept free for what people say, and looked at where a failure only says "cannot write".
// Runs in the history service (Node).
import { accessSync, constants, statfsSync } from 'node:fs';
import { LoupeError } from '../../../models/errors.ts';

/** A hundredth of the disk, at most 32 MB: verdicts for years, and the end of the run that has to be noted. */
const RESERVE_SHARE = 100;
const MOST_RESERVED = 32_000_000;
const LEAST_RESERVED = 262_144;
/** Less than SQLite needs for its index and one transaction. */
const NOTHING_LEFT = 262_144;

export interface Room {
  readonly free: number;
  readonly reserve: number;
}

/** Bytes that an ordinary account may still write, and how many of them are kept for verdicts. */
export function roomIn(folder: string): Room {
  const { bavail, blocks, bsize } = statfsSync(folder);
  const share = (blocks * bsize) / RESERVE_SHARE;
  return { free: bavail * bsize, reserve: Math.max(LEAST_RESERVED, Math.min(MOST_RESERVED, share)) };
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

/** Before a change that adds much: throws `history.disk_full` while something is still left for verdicts. */
export function requireRoom(folder: string): void {
  const { free, reserve } = roomIn(folder);
  if (free > reserve) return;
  const reason = `${folder}: ${megabytes(free)} free, ${megabytes(reserve)} are kept for verdicts.`;
  throw new LoupeError('history.disk_full', { reason });
}

/**
 * A full disk has many faces: SQLite cannot size its index, cannot flush, cannot open. So has a folder that may not be
 * written. Whoever failed to write asks here what it was.
 */
export function nameCause(error: LoupeError, folder: string): LoupeError {
  if (error.code !== 'history.write_failed' && error.code !== 'history.read_only') return error;
  try {
    if (error.code === 'history.write_failed' && roomIn(folder).free < NOTHING_LEFT)
      return new LoupeError('history.disk_full', error.params, { cause: error });
  } catch {
    return error; // not even the folder is there
  }
  try {
    accessSync(folder, constants.W_OK);
    return error;
  } catch {
    const { reason = '' } = error.params;
    return new LoupeError('history.read_only', { path: folder, reason }, { cause: error });
  }
}
