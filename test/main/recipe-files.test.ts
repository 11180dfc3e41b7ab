// Recipes as files on the disk: dialogs, names, what is too large or not there; and which pack a recipe may name.
// Runs in the tests (Node, no Electron).
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { packFinder } from '../../electron/main/find-pack.ts';
import { recipeFileName, recipeFiles } from '../../electron/main/recipe-files.ts';
import { temporaryFolder, writeTinyPack } from '../support/tiny-pack.ts';

const folder = temporaryFolder('loupe-recipes');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Dialogs that answer with this path, and what they were asked. */
function files(chosen: string) {
  const asked: unknown[] = [];
  const dialog = {
    showSaveDialog: (options: unknown) => {
      asked.push(options);
      return Promise.resolve({ canceled: chosen === '', filePath: chosen });
    },
    showOpenDialog: (options: unknown) => {
      asked.push(options);
      return Promise.resolve({ canceled: chosen === '', filePaths: chosen === '' ? [] : [chosen] });
    },
  };
  return { asked, ...recipeFiles(dialog, () => null, false) };
}

it('writes where the person said, and proposes a name that every file system takes', async () => {
  const path = join(folder, 'nut.json');
  const { save, asked } = files(path);
  expect(await save('Nut: M6/8 "ß"', 'text')).toBe(path);
  expect(readFileSync(path, 'utf8')).toBe('text');
  expect(asked[0]).toMatchObject({ defaultPath: 'Nut_ M6_8 _ß_.loupe-recipe.json' });
  expect(recipeFileName('x'.repeat(300)).length).toBeLessThan(120);
});

it('a closed dialog is no error', async () => {
  expect(await files('').save('a', 'text')).toBeNull();
  expect(await files('').load(undefined)).toBeNull();
});

it('reads a dropped file without asking, a chosen one otherwise', async () => {
  const path = join(folder, 'in.json');
  writeFileSync(path, 'in');
  const { load, asked } = files(path);
  expect(await load(path)).toBe('in');
  expect(asked).toEqual([]);
  expect(await load(undefined)).toBe('in');
  expect(asked).toHaveLength(1);
});

it('refuses what cannot be written, is not there or is no recipe by its size', async () => {
  await expect(files(join(folder, 'no/such/place.json')).save('a', 'x')).rejects.toMatchObject({
    code: 'output.failed',
  });
  expect(existsSync(join(folder, 'no'))).toBe(false);
  await expect(files('').load(join(folder, 'missing.json'))).rejects.toMatchObject({
    code: 'data.folder_missing',
  });
  writeFileSync(join(folder, 'large.json'), Buffer.alloc(64_000_001));
  await expect(files('').load(join(folder, 'large.json'))).rejects.toMatchObject({ code: 'recipe.invalid' });
});

it('a recipe names a pack by its id, never by a folder', async () => {
  const pack = join(folder, 'resources/packs/tiny');
  writeTinyPack(pack);
  const { id } = JSON.parse(readFileSync(join(pack, 'pack.json'), 'utf8')) as { id: string };
  const find = packFinder({ resources: join(folder, 'resources') });
  expect(await find(id)).toBe(pack);
  await expect(find(pack)).rejects.toMatchObject({ code: 'pack.missing' });
  await expect(find('other')).rejects.toMatchObject({ code: 'pack.missing' });
});
