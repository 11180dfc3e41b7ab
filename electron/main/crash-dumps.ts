// Crash dumps are kept on this computer and nowhere else, and only the newest of them.
// Runs in the main process.
import type { App, CrashReporter } from 'electron';
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Each may take tens of megabytes. */
const KEPT = 10;

/** Before `ready`, so that every process is covered. Never uploaded: a dump is a piece of memory. */
export function keepCrashDumps(
  app: Pick<App, 'setPath'>,
  reporter: Pick<CrashReporter, 'start'>,
  folder: string,
): void {
  try {
    mkdirSync(folder, { recursive: true });
    app.setPath('crashDumps', folder);
    reporter.start({ uploadToServer: false, compress: false });
    removeOld(folder);
  } catch {
    // Without a place for dumps the program works as well.
  }
}

function removeOld(folder: string): void {
  const dumps = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.dmp'))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path, at: statSync(path).mtimeMs }))
    .sort((a, b) => b.at - a.at);
  for (const { path } of dumps.slice(KEPT)) rmSync(path, { force: true });
}
