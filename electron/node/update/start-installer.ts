// Starts a checked installer in the way of each system. On Linux an administrator does: Loupe shows the command.
// Runs in the main process (Node).
import { spawn, type ChildProcess } from 'node:child_process';
import { LoupeError } from '../../../models/errors.ts';

type Spawn = (command: string, args: string[]) => ChildProcess;

const detached: Spawn = (command, args) => spawn(command, args, { detached: true, stdio: 'ignore' });

/** One word of a shell's line. */
const quoted = (path: string): string => `'${path.replaceAll("'", `'\\''`)}'`;

/**
 * The command that an administrator types, or null when the installer was started and the program shall end.
 * Throws `update.not_started`.
 */
export async function startInstaller(
  path: string,
  platform: NodeJS.Platform,
  run: Spawn = detached,
): Promise<string | null> {
  if (platform === 'linux')
    return path.endsWith('.AppImage')
      ? `chmod +x ${quoted(path)} && ${quoted(path)}`
      : `sudo dpkg -i ${quoted(path)}`;
  // Both ask for an administrator where one is needed, which a plain start of the file could not.
  const [command, args] = platform === 'win32' ? ['explorer.exe', [path]] : ['/usr/bin/open', [path]];
  await new Promise<void>((resolve, reject) => {
    const child = run(command, args);
    child.once('error', (error) =>
      reject(new LoupeError('update.not_started', { path, reason: error.message }, { cause: error })),
    );
    child.once('spawn', () => {
      child.unref();
      resolve();
    });
  });
  return null;
}
