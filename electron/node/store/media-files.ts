// The maps and thumbnails below the data folder, run by run: what they take, and which they are.
// Runs in Node (history service, command line).
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

export interface MediaFile {
  readonly name: string;
  readonly kind: 'map' | 'thumbnail' | 'other';
  readonly bytes: number;
}

export interface RunMedia {
  readonly runId: number;
  readonly folder: string;
  readonly files: readonly MediaFile[];
  /** Milliseconds since 1970: the newest change of a map or thumbnail; 0 without any. */
  readonly newest: number;
}

const kindOf = (name: string): MediaFile['kind'] =>
  name.endsWith('.map') ? 'map' : name.endsWith('.jpg') ? 'thumbnail' : 'other';

/** One run after the other, in the order of their numbers. About a second for 100,000 files. */
export async function* mediaOf(dataFolder: string): AsyncGenerator<RunMedia> {
  const root = join(dataFolder, 'media');
  const names = await readdir(root).catch(() => []); // none yet
  const runs = names.filter((name) => /^\d+$/.test(name)).map(Number);
  for (const runId of runs.sort((a, b) => a - b)) {
    const folder = join(root, String(runId));
    const files: MediaFile[] = [];
    let newest = 0;
    for (const name of await readdir(folder).catch(() => [])) {
      // A run under way makes and renames files while we look.
      const found = await stat(join(folder, name)).catch(() => null);
      if (!found?.isFile()) continue;
      const kind = kindOf(name);
      files.push({ name, kind, bytes: found.size });
      if (kind !== 'other') newest = Math.max(newest, found.mtimeMs);
    }
    yield { runId, folder, files, newest };
  }
}

export const bytesOf = (files: readonly MediaFile[], kind?: MediaFile['kind']): number =>
  files.reduce((sum, file) => sum + (kind === undefined || file.kind === kind ? file.bytes : 0), 0);
