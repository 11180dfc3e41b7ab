// A copy of the database that is checked before it gets its name.
// Runs in the history service and on the command line (Node).
import { statfsSync } from 'node:fs';
import { join } from 'node:path';
import { LoupeError } from '../../../models/errors.ts';
import { damaged, toHistoryError } from './failure.ts';
import { discard, publish } from './files.ts';
import { makeDurable, numberPragma, openSqlite, type Database } from './sqlite.ts';

/** Pages per step of an online backup: 4 MB, a few milliseconds, so that requests in between hardly wait. */
const STEP_PAGES = 1000;
/** What the check and the file system need beside the copy itself. */
const SPARE_BYTES = 2_000_000;

/**
 * Writes `<folder>/<name>.db` in one go and returns its path. The copy is one file without a log, also on a medium that is
 * write-protected later. It calls itself another history than the original: put in the original's place, it starts a count
 * of its own, so that the witness does not take a restored backup for a loss of data.
 */
export function backUp(db: Database, folder: string, name: string): string {
  const unfinished = join(folder, 'unfinished.db');
  discard(unfinished); // of an earlier attempt that was cut off
  try {
    db.prepare('VACUUM INTO ?').run(unfinished);
    return finish(unfinished, join(folder, `${name}.db`));
  } catch (thrown) {
    discard(unfinished);
    throw ofCopy(thrown);
  }
}

/** The same between other requests. What is written meanwhile through this connection is in the copy as well. */
export async function backUpOnline(db: Database, folder: string, name: string): Promise<string> {
  const unfinished = join(folder, `${name}.unfinished`);
  try {
    checkSpace(db, folder);
    discard(unfinished);
    await db.backup(unfinished, { progress: () => STEP_PAGES });
    return finish(unfinished, join(folder, `${name}.db`));
  } catch (thrown) {
    discard(unfinished);
    throw ofCopy(thrown);
  }
}

/** A full stick is not the full disk that a run has to wait for. */
function ofCopy(thrown: unknown): LoupeError {
  const error = toHistoryError(thrown);
  return error.code === 'history.disk_full'
    ? new LoupeError('history.write_failed', error.params, { cause: error })
    : error;
}

/** Said before anything is written: a stick that was filled to the brim is no place for the next attempt either. */
function checkSpace(db: Database, folder: string): void {
  const needed = numberPragma(db, 'page_count') * numberPragma(db, 'page_size') + SPARE_BYTES;
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize >= needed) return;
  const reason = `${folder} has ${Math.floor((bavail * bsize) / 1e6)} MB free, the copy needs ${Math.ceil(needed / 1e6)} MB`;
  throw new LoupeError('history.write_failed', { reason });
}

function finish(unfinished: string, finished: string): string {
  const copy = openSqlite(unfinished, { fileMustExist: true });
  try {
    makeDurable(copy);
    copy.exec('UPDATE ledger SET history = lower(hex(randomblob(16)))');
    copy.pragma('journal_mode = delete');
    const verdict = copy.pragma('integrity_check(1)', { simple: true });
    if (verdict !== 'ok') throw damaged(`The backup is not whole: ${String(verdict)}`);
    const dangling = copy.prepare('PRAGMA foreign_key_check').all().length;
    if (dangling > 0) throw damaged(`The backup has ${dangling} references to nothing.`);
  } finally {
    copy.close();
  }
  publish(unfinished, finished);
  return finished;
}
