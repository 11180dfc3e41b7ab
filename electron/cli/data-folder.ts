// Where the command line finds what the workstation keeps, and where it keeps what it finds out about devices.
// Runs in Node (command line).
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { deviceFileOf } from '../node/engine/device-file.ts';
import { cacheFolder } from '../node/engine/text-cache.ts';

/** The folders in which a workstation may keep its data; the first is LOUPE_DATA, alone where it is set. */
export function dataFolders(env = process.env): string[] {
  if (env.LOUPE_DATA) return [resolve(env.LOUPE_DATA)];
  const home = homedir();
  const parent = {
    win32: env.APPDATA ?? join(home, 'AppData/Roaming'),
    darwin: join(home, 'Library/Application Support'),
  }[process.platform as string];
  const base = parent ?? env.XDG_CONFIG_HOME ?? join(home, '.config');
  // The installed program and the one from the repository go by names that differ in case.
  return [join(base, 'Loupe'), join(base, 'loupe')];
}

/** That of the workstation, so that both use one choice; without a workstation it lies beside the other caches. */
export function deviceFile(): string {
  const folders = dataFolders();
  const used = process.env.LOUPE_DATA
    ? folders[0]
    : folders.find((folder) => existsSync(join(folder, 'history/loupe.db')));
  return deviceFileOf(used ?? cacheFolder());
}
