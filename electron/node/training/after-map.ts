// Where a training leaves the heat maps by its head.
// Runs in Node: the training service writes them, the main process serves them.
import { join } from 'node:path';

/** mapSize² bytes. */
export const afterMapFile = (folder: string, partId: number): string =>
  join(folder, 'after', `${partId}.map`);
