// What the data folder takes on the disk, by kind, and what is left.
// Runs in the history service and on the command line (Node).
import { readdir, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DiskUse } from '../../common/history-service.ts';
import { layout, sizeOf } from './files.ts';
import { bytesOf, mediaOf } from './media-files.ts';

/** Bytes. Walks the folder of maps and thumbnails, which takes about a second for 100,000 files. */
export async function diskUse(dataFolder: string): Promise<DiskUse> {
  const at = layout(dataFolder);
  const [backups, replaced, training, kept, disk] = await Promise.all([
    bytesBelow(at.backups),
    bytesBelow(dirname(at.database), (name) => name.startsWith('replaced-')),
    Promise.all(['masks', 'heads', 'training'].map((name) => bytesBelow(join(dataFolder, name)))),
    mediaUse(dataFolder),
    statfs(dataFolder),
  ]);
  const database = sizeOf(at.database) + sizeOf(`${at.database}-wal`) + sizeOf(`${at.database}-shm`);
  return {
    ...{ database, backups, ...kept, replaced },
    training: training.reduce((sum, bytes) => sum + bytes, 0),
    free: disk.bavail * disk.bsize,
    total: disk.blocks * disk.bsize,
  };
}

async function mediaUse(dataFolder: string): Promise<Pick<DiskUse, 'media' | 'maps' | 'thumbnails'>> {
  const use = { media: 0, maps: 0, thumbnails: 0 };
  for await (const { files } of mediaOf(dataFolder)) {
    use.media += bytesOf(files);
    use.maps += bytesOf(files, 'map');
    use.thumbnails += bytesOf(files, 'thumbnail');
  }
  return use;
}

async function bytesBelow(folder: string, chosen: (name: string) => boolean = () => true): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []); // none yet
  let bytes = 0;
  for (const entry of entries) {
    if (!chosen(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) bytes += await bytesBelow(path);
    else
      bytes += await stat(path).then(
        ({ size }) => size,
        () => 0, // gone while we look
      );
  }
  return bytes;
}
