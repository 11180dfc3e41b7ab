// What the page may know about the program: versions, data folder, sample parts, the model pack in use.
// Runs in the main process (Node).
import type { AppInfo } from '../common/contract.ts';
import { readManifest } from '../../models/packs/open.ts';
import { listSamples, type Places } from './places.ts';

/** Reads it afresh: a pack may be installed while the program runs. A pack that cannot be used counts as none. */
export async function appInfo(version: string, places: Places): Promise<AppInfo> {
  const { electron, chrome: chromium } = process.versions;
  return {
    ...{ version, electron, chromium },
    platform: `${process.platform} ${process.arch}`,
    dataFolder: places.data,
    samples: listSamples(places.resources),
    pack: await describePack(places.pack),
  };
}

async function describePack(folder: string): Promise<AppInfo['pack']> {
  try {
    const { id, title, version, weights, files } = await readManifest(folder);
    return { id, title, version, sha256: files.find(({ path }) => path === weights.file)?.sha256 ?? '' };
  } catch {
    return null;
  }
}
