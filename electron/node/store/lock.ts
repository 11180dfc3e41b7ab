// One history, one process: a lock that the operating system takes back when its holder dies, however it dies.
// Runs in the history service (Node).
import { statSync, truncateSync } from 'node:fs';
import { LoupeError } from '../../../models/errors.ts';
import { openSqlite, type Database } from './sqlite.ts';

/** A service that was just told to end may need a moment. */
const PATIENCE_MS = 500;

/**
 * Takes the lock or throws `history.locked`; returns the function that gives it back.
 * It is SQLite's own file lock, on an empty side file: no stale lock file after kill -9, no process ids to compare.
 */
export function takeLock(path: string): () => void {
  // Nothing is ever written here; foreign content would make SQLite refuse the file and lock the operator out.
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0) truncateSync(path);
  let holder: Database | null = null;
  try {
    holder = openSqlite(path, { timeout: PATIENCE_MS });
    holder.exec('BEGIN EXCLUSIVE');
  } catch (thrown) {
    holder?.close();
    const busy = thrown instanceof Error && 'code' in thrown && String(thrown.code).startsWith('SQLITE_BUSY');
    throw busy ? new LoupeError('history.locked', { path }, { cause: thrown }) : thrown;
  }
  const held = holder;
  return () => void held.close();
}
