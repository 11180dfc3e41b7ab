// What the history takes on the disk, and what is left.
// Runs in the history service and on the command line (Node).
import { readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { DiskUse } from '../../common/services.ts';
import { layout, sizeOf } from './files.ts';

/** Bytes. Walks the folder of maps and thumbnails, which takes about a second for 100,000 files. */
export async function diskUse(dataFolder: string): Promise<DiskUse> {
  const at = layout(dataFolder);
  const [backups, media, disk] = await Promise.all([
    bytesBelow(at.backups),
    bytesBelow(join(dataFolder, 'media')),
    statfs(dataFolder),
  ]);
  const database = sizeOf(at.database) + sizeOf(`${at.database}-wal`) + sizeOf(`${at.database}-shm`);
  return { database, backups, media, free: disk.bavail * disk.bsize };
}

async function bytesBelow(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []); // none yet
  let bytes = 0;
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) bytes += await bytesBelow(path);
    // A run under way makes and renames files while we look.
    else
      bytes += await stat(path).then(
        ({ size }) => size,
        () => 0,
      );
  }
  return bytes;
}
