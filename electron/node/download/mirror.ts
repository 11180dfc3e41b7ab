// Which server models come from: the command line, the environment, or what the site has settled for this computer.
// Runs in Node (command line).
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { LoupeError } from '../../../models/errors.ts';

/** Other fields belong to other parts of the program. */
const schema = z.looseObject({ mirror: z.string().min(1).optional() });

/** The settings of this user, then those of the computer; the first file that names a mirror decides. */
function settingsFiles(env: NodeJS.ProcessEnv = process.env): string[] {
  if (env.LOUPE_SETTINGS !== undefined && env.LOUPE_SETTINGS !== '') return [env.LOUPE_SETTINGS];
  if (process.platform === 'win32')
    return [env.APPDATA, env.ProgramData].flatMap((root) =>
      root === undefined ? [] : [join(root, 'Loupe', 'settings.json')],
    );
  const own = env.XDG_CONFIG_HOME ?? join(homedir(), '.config');
  const shared = process.platform === 'darwin' ? '/Library/Application Support/Loupe' : '/etc/loupe';
  return [join(own, 'loupe', 'settings.json'), join(shared, 'settings.json')];
}

/**
 * The mirror: `--mirror`, else LOUPE_MIRROR, else `{"mirror": "https://…"}` of a settings file, else none. Throws
 * `data.invalid` for a settings file that cannot be read.
 */
export async function findMirror(
  asked: string | undefined,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string | undefined> {
  if (asked !== undefined) return asked;
  if (env.LOUPE_MIRROR !== undefined && env.LOUPE_MIRROR !== '') return env.LOUPE_MIRROR;
  for (const path of settingsFiles(env)) {
    const mirror = await mirrorOf(path);
    if (mirror !== undefined) return mirror;
  }
  return undefined;
}

async function mirrorOf(path: string): Promise<string | undefined> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return null;
    const reason = error instanceof Error ? error.message : String(error);
    throw new LoupeError('data.invalid', { path, reason }, { cause: error });
  });
  if (text === null) return undefined;
  try {
    return schema.parse(JSON.parse(text)).mirror;
  } catch (error) {
    const reason = 'it is not a JSON object with an address under "mirror"';
    throw new LoupeError('data.invalid', { path, reason }, { cause: error });
  }
}
