// The native dialogs for folders and photographs.
// Runs in the main process (Electron's dialog comes in as an argument).
import type { BrowserWindow, Dialog, OpenDialogOptions } from 'electron';
import type { MenuTexts } from '../common/menu-texts.ts';

const optionsOf = (words: MenuTexts): Readonly<Record<'folder' | 'files', OpenDialogOptions>> => ({
  folder: { title: words.chooseFolder, properties: ['openDirectory', 'multiSelections'] },
  files: {
    title: words.chooseFiles,
    properties: ['openFile', 'multiSelections'],
    filters: [{ name: words.chooseFiles, extensions: ['jpg', 'jpeg', 'png', 'bmp', 'tif', 'tiff', 'webp'] }],
  },
});

/** The chosen paths; [] when the operator closed the dialog. */
export async function chooseFiles(
  dialog: Pick<Dialog, 'showOpenDialog'>,
  window: BrowserWindow | null,
  what: 'folder' | 'files',
  words: MenuTexts,
  development: boolean,
): Promise<string[]> {
  // No test can press a button of a native dialog. The installed program does not know this variable.
  const prepared = development ? process.env.LOUPE_TEST_CHOOSE : undefined;
  if (prepared !== undefined) return prepared === '' ? [] : [prepared];
  const options = optionsOf(words)[what];
  const { filePaths } = await (window
    ? dialog.showOpenDialog(window, options)
    : dialog.showOpenDialog(options));
  return filePaths;
}
