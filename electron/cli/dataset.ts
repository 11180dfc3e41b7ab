// Finds the test photographs and masks of a data set in the layout of MVTec or of VisA.
// Runs in Node (command line). Specification § D.1.
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join, parse, resolve } from 'node:path';
import { LoupeError, toErrorValue } from '../../models/errors.ts';
import { scanPhotographs } from '../node/files/scan.ts';
import { isVisa, visaCategories } from './visa.ts';

export interface TestImage {
  /** Absolute path. */
  readonly path: string;
  /** Shows a defect. */
  readonly defective: boolean;
  /** Absolute path; null for flawless photographs and where the data set has no mask. */
  readonly mask: string | null;
}

export interface Category {
  /** Name of the folder: the words of the benchmarks, verbatim. */
  readonly name: string;
  /** Sorted by defect and name. */
  readonly images: readonly TestImage[];
}

const GOOD = 'good';

const layout = (path: string, reason: string): LoupeError => new LoupeError('data.layout', { path, reason });

/** VisA asks for other parameters of RVS (Specification § A.3). Throws nothing. */
export const layoutOf = (root: string): 'mvtec' | 'visa' => (isVisa(resolve(root)) ? 'visa' : 'mvtec');

/**
 * The categories below `root`, or the root itself when it is one, in the order of their names. Throws
 * `data.folder_missing`, `data.layout` (also when a name in `wanted` does not exist), `data.no_images`.
 */
export async function findCategories(root: string, wanted: readonly string[] = []): Promise<Category[]> {
  const home = resolve(root);
  const choose = <T>(all: readonly T[], nameOf: (one: T) => string): T[] => {
    const unknown = wanted.find((name) => !all.some((one) => nameOf(one) === name));
    if (unknown !== undefined) throw layout(root, `There is no category "${unknown}".`);
    return all.filter((one) => wanted.length === 0 || wanted.includes(nameOf(one)));
  };
  if (isVisa(home)) return choose(await visaCategories(home), ({ name }) => name);
  const folders = isCategory(home) ? [home] : await subfolders(home);
  if (folders.length === 0) throw layout(root, 'No folder in it has a folder "test".');
  const categories: Category[] = [];
  for (const folder of choose(folders, (path) => basename(path)))
    categories.push({ name: basename(folder), images: await findImages(folder) });
  return categories;
}

const isCategory = (folder: string): boolean => existsSync(join(folder, 'test'));

async function subfolders(root: string): Promise<string[]> {
  const names = await readdir(root).catch((error: unknown) => {
    throw new LoupeError('data.folder_missing', { path: root }, { cause: error });
  });
  return names
    .sort()
    .map((name) => join(root, name))
    .filter(isCategory);
}

async function findImages(folder: string): Promise<TestImage[]> {
  const images: TestImage[] = [];
  const masksOf = new Map<string, Map<string, string>>();
  for await (const { path, relative } of scanPhotographs([join(folder, 'test')])) {
    const [defect = '', ...below] = relative.split('/');
    if (below.length === 0)
      throw layout(path, 'It lies directly in "test", neither in "good" nor in the folder of a defect.');
    const defective = defect !== GOOD;
    const masks = masksOf.get(defect) ?? (await findMasks(join(folder, 'ground_truth', defect)));
    masksOf.set(defect, masks);
    images.push({ path, defective, mask: defective ? (masks.get(stem(below.join('/'))) ?? null) : null });
  }
  return images;
}

const stem = (relative: string): string => {
  const { dir, name } = parse(relative);
  return dir ? `${dir}/${name}` : name;
};

/** Masks by the name of their photograph: `000_mask.png` or `000.png` for `000.jpg`. No folder or an empty one: no masks. */
async function findMasks(folder: string): Promise<Map<string, string>> {
  const masks = new Map<string, string>();
  if (!existsSync(folder)) return masks;
  try {
    for await (const { path, relative } of scanPhotographs([folder])) {
      masks.set(stem(relative).replace(/_mask$/, ''), path);
    }
  } catch (error) {
    if (toErrorValue(error).code !== 'data.no_images') throw error;
  }
  return masks;
}
