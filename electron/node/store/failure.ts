// Failures of SQLite and of the file system, told apart: damaged, cannot be written, or a mistake of ours.
// Runs in the history service (Node).
import { LoupeError } from '../../../models/errors.ts';

/** The content cannot be trusted or cannot be read back: writing on would make it worse. */
const DAMAGED = /^SQLITE_(CORRUPT|NOTADB|FORMAT|IOERR_(READ|SHORT_READ|CORRUPTFS|DATA))/;

/** The content is fine, but the disk does not take more: full, read-only, locked, failing. */
const CANNOT_WRITE = /^SQLITE_(READONLY|IOERR|CANTOPEN|BUSY|LOCKED|PERM|AUTH|NOLFS|PROTOCOL)/;
const FULL = /^(SQLITE_FULL|ENOSPC|EDQUOT)$/;
/** What may not be written, told apart from what fails: the remedy is another one. */
const FORBIDDEN = /^(SQLITE_READONLY(_DIRECTORY|_CANTINIT)?|SQLITE_PERM|EROFS|EACCES|EPERM)$/;

/** Anything thrown below the history → the one error that its callers know. */
export function toHistoryError(thrown: unknown): LoupeError {
  if (thrown instanceof LoupeError) return thrown;
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  // Node says its codes itself, SQLite does not.
  const detail = { reason: code === '' || reason.startsWith(code) ? reason : `${code}: ${reason}` };
  if (DAMAGED.test(code)) return new LoupeError('history.damaged', detail, { cause: thrown });
  if (FULL.test(code)) return new LoupeError('history.disk_full', detail, { cause: thrown });
  if (FORBIDDEN.test(code)) {
    const path = (thrown as NodeJS.ErrnoException).path ?? '';
    return new LoupeError('history.read_only', { path, ...detail }, { cause: thrown });
  }
  if (CANNOT_WRITE.test(code)) return new LoupeError('history.write_failed', detail, { cause: thrown });
  const fromFileSystem = thrown instanceof Error && 'syscall' in thrown;
  return new LoupeError(fromFileSystem ? 'history.write_failed' : 'internal', detail, { cause: thrown });
}

/** `what` as a sentence's subject: "Run 7". */
export const notFound = (what: string): LoupeError => new LoupeError('history.not_found', { what });

export const damaged = (reason: string): LoupeError => new LoupeError('history.damaged', { reason });
