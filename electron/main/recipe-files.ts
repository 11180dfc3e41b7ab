// Recipes as files: asks where to, writes or reads the one JSON file; what is in it is the history's business.
// Runs in the main process (Electron's dialog comes in as an argument).
import { readFile, stat, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { BrowserWindow, Dialog } from 'electron';
import { LoupeError } from '../../models/errors.ts';

/** A recipe is a few hundred bytes, its head up to 17 MB as text; whatever is larger than this is something else. */
const MOST_BYTES = 64_000_000;
const FILTERS = [{ name: 'Recipes', extensions: ['json'] }];

export interface RecipeFiles {
  /** The path that was written; null when the dialog was closed. Throws `output.failed`. */
  readonly save: (name: string, text: string) => Promise<string | null>;
  /** The text of the file; null when the dialog was closed. Throws `data.folder_missing`, `recipe.invalid`. */
  readonly load: (path: string | undefined) => Promise<string | null>;
}

/** A name that every file system takes: the rest of it is still in the file. */
export const recipeFileName = (name: string): string =>
  `${name.replaceAll(/[^\p{L}\p{N} ._-]/gu, '_').slice(0, 80)}.loupe-recipe.json`;

export function recipeFiles(
  dialog: Pick<Dialog, 'showOpenDialog' | 'showSaveDialog'>,
  window: () => BrowserWindow | null,
  development: boolean,
): RecipeFiles {
  // No test can press a button of a native dialog. The installed program does not know this variable.
  const prepared = (): string | undefined => (development ? process.env.LOUPE_TEST_RECIPE : undefined);

  const askWhereTo = async (name: string): Promise<string> => {
    const options = { title: 'Export recipe', defaultPath: recipeFileName(name), filters: FILTERS };
    const parent = window();
    const { filePath } = await (parent
      ? dialog.showSaveDialog(parent, options)
      : dialog.showSaveDialog(options));
    return filePath;
  };
  const askWhich = async (): Promise<string> => {
    const options = { title: 'Import recipe', properties: ['openFile' as const], filters: FILTERS };
    const parent = window();
    const { filePaths } = await (parent
      ? dialog.showOpenDialog(parent, options)
      : dialog.showOpenDialog(options));
    return filePaths[0] ?? '';
  };

  return {
    async save(name, text) {
      const path = prepared() ?? (await askWhereTo(name));
      if (path === '') return null;
      try {
        await writeFile(path, text);
      } catch (error) {
        throw new LoupeError('output.failed', { path, reason: reasonOf(error) }, { cause: error });
      }
      return path;
    },
    async load(given) {
      const path = given ?? prepared() ?? (await askWhich());
      if (path === '') return null;
      try {
        const { size } = await stat(path);
        if (size > MOST_BYTES) {
          throw new LoupeError('recipe.invalid', { reason: `${basename(path)} has ${size} bytes.` });
        }
        return await readFile(path, 'utf8');
      } catch (error) {
        if (error instanceof LoupeError) throw error;
        throw new LoupeError('data.folder_missing', { path }, { cause: error });
      }
    },
  };
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
