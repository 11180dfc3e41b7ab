// Looks at the file that a command is to write before its work begins: after an hour it is too late to hear that it is a folder.
// Runs in Node (command line).
import { statSync, type Stats } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { LoupeError, toErrorValue } from '../../models/errors.ts';

/** Files are written beside and renamed, which would put a file in the place of a device or a pipe. Throws `output.failed`. */
export function checkTarget(file: string): void {
  const refused = (reason: string) => new LoupeError('output.failed', { path: file, reason });
  const there = look(file);
  if (there?.isDirectory()) throw refused('it is a folder');
  if (there && !there.isFile()) throw refused('it is a device or a pipe');
  if (there) return;
  const folder = nearestAbove(file);
  if (!look(folder)?.isDirectory()) throw refused(`${folder} is not a folder`);
}

/** Folders that are not there yet will be made. */
function nearestAbove(path: string): string {
  const above = dirname(resolve(path));
  return look(above) === undefined && above !== dirname(above) ? nearestAbove(above) : above;
}

function look(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (thrown) {
    const reason = String(toErrorValue(thrown).params.reason);
    throw new LoupeError('output.failed', { path, reason }, { cause: thrown });
  }
}
