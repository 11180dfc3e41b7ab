// Finds model packs: all that are installed under the given roots, or the one that a user named.
// Runs in Node.
import { readdir } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { LoupeError, toErrorValue, type ErrorValue } from '../errors.ts';
import type { PackManifest } from './manifest.ts';
import { readManifest } from './open.ts';

/** A pack under a root. One whose pack.json cannot be used goes by the name of its folder and carries the reason. */
export type PackListing =
  | { readonly id: string; readonly folder: string; readonly manifest: PackManifest }
  | { readonly id: string; readonly folder: string; readonly error: ErrorValue };

/** The pack in this folder, or null when there is no pack.json. */
async function look(folder: string): Promise<PackListing | null> {
  try {
    const manifest = await readManifest(folder);
    return { id: manifest.id, folder, manifest };
  } catch (thrown) {
    const error = toErrorValue(thrown);
    return error.code === 'pack.missing' ? null : { id: basename(folder), folder, error };
  }
}

/**
 * The packs in the direct subfolders of the roots, by root and name. Only their pack.json is read: {@link openPack}
 * verifies the files. A root that does not exist or cannot be read holds no packs.
 */
export async function listPacks(roots: readonly string[]): Promise<PackListing[]> {
  const packs: PackListing[] = [];
  for (const root of roots) {
    const names = await readdir(root).catch((): string[] => []);
    for (const name of names.sort()) {
      const pack = await look(resolve(root, name));
      if (pack) packs.push(pack);
    }
  }
  return packs;
}

/**
 * The folder of an installed pack. By id only: a recipe may come from another computer, and no file decides which folders
 * of this one are opened. Throws `pack.missing`.
 */
export async function installedPack(id: string, roots: readonly string[]): Promise<string> {
  const found = (await listPacks(roots)).find((pack) => pack.id === id);
  if (!found) throw new LoupeError('pack.missing', { pack: id });
  return found.folder;
}

/**
 * The folder of the pack that a user means: the id of an installed pack (the first root that has it wins), else the path
 * of a folder with a pack.json. The pack may still turn out to be unusable. Throws `pack.missing`.
 */
export async function locatePack(idOrFolder: string, roots: readonly string[]): Promise<string> {
  const installed = (await listPacks(roots)).find(({ id }) => id === idOrFolder);
  if (installed) return installed.folder;
  const pack = await look(resolve(idOrFolder));
  if (!pack) throw new LoupeError('pack.missing', { pack: idOrFolder });
  return pack.folder;
}
