// The model pack that a recipe names, among those that are installed: beside the program, then in the user's own folder.
// Runs in the main process (Node).
import { homedir } from 'node:os';
import { join } from 'node:path';
import { installedPack } from '../../models/packs/locate.ts';
import type { Places } from './places.ts';

export function packFinder({ resources }: Pick<Places, 'resources'>): (packId: string) => Promise<string> {
  const roots = [join(resources, 'packs'), join(homedir(), '.loupe', 'packs')];
  return (packId) => installedPack(packId, roots);
}
