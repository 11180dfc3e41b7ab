// The backups in a folder: what they are called, which ones are of this history, and which generations are kept.
// Runs in the history service and on the command line (Node).
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { BackupFile } from '../../common/history-service.ts';
import { backUpOnline } from './backup.ts';
import { toHistoryError } from './failure.ts';
import { inspect } from './inspect.ts';
import { MIGRATIONS } from './migrations/index.ts';
import type { Database } from './sqlite.ts';

export const KEPT_BACKUPS = 14;

/** Part of each name: a stick may hold the backups of several workstations, and none may push out those of another. */
export function chainName(db: Database): string {
  const first = 'SELECT hash FROM audit WHERE link = 1';
  return (db.prepare<string>(first).pluck().get() ?? '').slice(0, 8);
}

const NAME = /^loupe-([0-9a-f]{8})-(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)-(\d{3})Z\.db$/;

const nameAt = (chain: string, time: Date): string =>
  `loupe-${chain}-${time.toISOString().replaceAll(/[:.]/g, '-')}`;

/** The backups of this history in a folder, newest first. A folder that is not there holds none. */
export function listBackups(folder: string, chain: string): BackupFile[] {
  return namesIn(folder)
    .map((name) => ({ name, match: NAME.exec(name) }))
    .flatMap(({ name, match }) => {
      if (match?.[1] !== chain) return [];
      const [, , day, hour, minute, second, ms] = match;
      const path = join(folder, name);
      const bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
      return [{ path, at: `${day}T${hour}:${minute}:${second}.${ms}Z`, bytes }];
    })
    .sort((a, b) => (a.at < b.at ? 1 : -1));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // a stick that is not plugged in
  }
}

/**
 * Makes a backup, opens it as the program would, and only then removes the oldest ones beyond `keep`.
 * Throws `history.write_failed` or `history.damaged`; whatever was there before is there still.
 */
export async function makeBackup(db: Database, folder: string, keep = KEPT_BACKUPS): Promise<BackupFile> {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (thrown) {
    throw toHistoryError(thrown);
  }
  const chain = chainName(db);
  const path = await backUpOnline(db, folder, nameAt(chain, new Date()));
  checkBackup(path);
  const all = listBackups(folder, chain);
  for (const old of all.slice(Math.max(1, keep))) rmSync(old.path, { force: true });
  const made = all.find((backup) => backup.path === path);
  return made ?? { path, at: new Date().toISOString(), bytes: statSync(path).size };
}

/** The look that any history gets before it is opened; answers with its schema version. */
export function checkBackup(path: string): number {
  try {
    return inspect(
      { database: path, lock: '', witness: `${path}-witness`, checked: '', backups: '' },
      MIGRATIONS,
    );
  } catch (thrown) {
    throw toHistoryError(thrown);
  }
}
