// The model pack that a recipe names, among those that are installed: beside the program, then in the user's own folder.
// Runs in the main process (Node).
import { homedir } from 'node:os';
import { join } from 'node:path';
import { LoupeError } from '../../models/errors.ts';
import { listPacks } from '../../models/packs/locate.ts';
import type { Places } from './places.ts';

/** By id only: a recipe may come from another computer, and no file decides which folders of this one are opened. */
export function packFinder({ resources }: Pick<Places, 'resources'>): (packId: string) => Promise<string> {
  const roots = [join(resources, 'packs'), join(homedir(), '.loupe', 'packs')];
  return async (packId) => {
    const found = (await listPacks(roots)).find(({ id }) => id === packId);
    if (!found) throw new LoupeError('pack.missing', { pack: packId });
    return found.folder;
  };
}
