// Puts a backup in the place of the history: looked at first, nothing deleted, and the chain tells that it happened.
// Runs on the command line (Node), while no Loupe has the history open.
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ErrorValue } from '../../../models/errors.ts';
import { LoupeError, toErrorValue } from '../../../models/errors.ts';
import { checkBackup } from './backups.ts';
import { chainCode, readChainEnd } from './chain.ts';
import { toHistoryError } from './failure.ts';
import { discard, layout, publish } from './files.ts';
import { takeLock } from './lock.ts';
import { MIGRATIONS } from './migrations/index.ts';
import { openStore } from './open.ts';
import { openReader } from './reader.ts';
import { openSqlite, type Database } from './sqlite.ts';
import { verifyChain } from './verify.ts';

/** What is in a database, to see what a restore would lose. */
export interface Contents {
  readonly runs: number;
  readonly parts: number;
  readonly verdicts: number;
  readonly newest: string | null;
}

export interface RestorePlan {
  readonly backup: Contents & { readonly code: string; readonly schema: number };
  /** What is there now; an error when it cannot be read, null when there is nothing. */
  readonly present: (Contents & { readonly code: string }) | { readonly error: ErrorValue } | null;
  /** Whether the present history continues the backup's: then only what is newer is lost. Null when nobody can say. */
  readonly continues: boolean | null;
}

/** Looks at both and changes nothing. Throws `data.folder_missing`, `history.damaged`, `history.newer`, `history.tampered`. */
export function planRestore(dataFolder: string, backup: string): RestorePlan {
  if (!existsSync(backup)) throw new LoupeError('data.folder_missing', { path: backup });
  const schema = checkBackup(backup);
  const copy = openSqlite(backup, { readonly: true, fileMustExist: true });
  try {
    const chained = schema === MIGRATIONS.length;
    const code = chained ? checkChain(copy) : '';
    const found = { ...contents(copy), code, schema };
    try {
      const reader = openReader(dataFolder);
      try {
        const { passed } = code === '' ? {} : verifyChain(reader.db, code);
        const present = { ...contents(reader.db), code: chainCode(readChainEnd(reader.db)) };
        return { backup: found, present, continues: passed ?? null };
      } finally {
        reader.close();
      }
    } catch (thrown) {
      const error = toErrorValue(thrown);
      const present = error.code === 'history.missing' ? null : { error };
      return { backup: found, present, continues: null };
    }
  } finally {
    copy.close();
  }
}

function checkChain(db: Database): string {
  const { fault, code } = verifyChain(db);
  if (fault) throw new LoupeError('history.tampered', { reason: `${fault.row}: ${fault.text}` });
  return code;
}

function contents(db: Database): Contents {
  const count = (table: string): number =>
    db.prepare<number>(`SELECT count(*) FROM ${table}`).pluck().get() ?? 0;
  const newest = db.prepare<string | null>('SELECT max(made_at) FROM verdicts').pluck().get() ?? null;
  return { runs: count('runs'), parts: count('parts'), verdicts: count('verdicts'), newest };
}

/**
 * Does it. Whatever was there is moved to `history/replaced-<time>/` and stays. Returns that folder, or null when there
 * was nothing. Throws `history.locked` while a Loupe has the history open.
 */
export function restore(dataFolder: string, backup: string, author: string): string | null {
  const plan = planRestore(dataFolder, backup);
  const at = layout(dataFolder);
  let replaced: string | null = null;
  try {
    mkdirSync(at.backups, { recursive: true });
    const unlock = takeLock(at.lock);
    try {
      // Copied before anything is moved: a stick that is pulled out meanwhile leaves everything as it was.
      const unfinished = `${at.database}.new`;
      discard(unfinished);
      copyFileSync(backup, unfinished);
      checkBackup(unfinished);
      replaced = moveAway(join(at.database, '..'));
      publish(unfinished, at.database);
    } finally {
      unlock();
    }
    const store = openStore(dataFolder);
    const lost = plan.present && 'verdicts' in plan.present ? plan.present : null;
    store.audit.record({
      actor: author,
      action: 'history.restored',
      subject: 'history',
      detail: { from: basename(backup), code: plan.backup.code, replaced: lost },
    });
    store.close();
  } catch (thrown) {
    throw toHistoryError(thrown);
  }
  return replaced;
}

function moveAway(home: string): string | null {
  const names = readdirSync(home).filter((name) => /^loupe\.db(-|$)/.test(name));
  if (names.length === 0) return null;
  const target = join(home, `replaced-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`);
  mkdirSync(target);
  for (const name of names) renameSync(join(home, name), join(target, name));
  return target;
}
