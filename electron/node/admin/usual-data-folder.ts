// Where the workstation keeps its data unless somebody decided otherwise: LOUPE_DATA, else the system's place for programs.
// Runs on the command line (Node).
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

export function usualDataFolder(env = process.env, platform = process.platform, home = homedir()): string {
  if (env.LOUPE_DATA) return resolve(env.LOUPE_DATA);
  const base =
    platform === 'win32'
      ? (env.APPDATA ?? join(home, 'AppData/Roaming'))
      : platform === 'darwin'
        ? join(home, 'Library/Application Support')
        : (env.XDG_CONFIG_HOME ?? join(home, '.config'));
  // The installed program and the one from the repository go by names that differ in case.
  const installed = join(base, 'Loupe');
  const fromSources = join(base, 'loupe');
  return !existsSync(installed) && existsSync(join(fromSources, 'history')) ? fromSources : installed;
}
