// The native dialogs for folders and photographs.
// Runs in the main process (Electron's dialog comes in as an argument).
import type { BrowserWindow, Dialog, OpenDialogOptions } from 'electron';

const OPTIONS: Readonly<Record<'folder' | 'files', OpenDialogOptions>> = {
  folder: { title: 'Folders with photographs', properties: ['openDirectory', 'multiSelections'] },
  files: {
    title: 'Photographs',
    properties: ['openFile', 'multiSelections'],
    filters: [{ name: 'Photographs', extensions: ['jpg', 'jpeg', 'png', 'bmp', 'tif', 'tiff', 'webp'] }],
  },
};

/** The chosen paths; [] when the operator closed the dialog. */
export async function chooseFiles(
  dialog: Pick<Dialog, 'showOpenDialog'>,
  window: BrowserWindow | null,
  what: 'folder' | 'files',
  development: boolean,
): Promise<string[]> {
  // No test can press a button of a native dialog. The installed program does not know this variable.
  const prepared = development ? process.env.LOUPE_TEST_CHOOSE : undefined;
  if (prepared !== undefined) return prepared === '' ? [] : [prepared];
  const options = OPTIONS[what];
  const { filePaths } = await (window
    ? dialog.showOpenDialog(window, options)
    : dialog.showOpenDialog(options));
  return filePaths;
}
