// The native dialog that asks where to write a file.
// Runs in the main process (Electron's dialog comes in as an argument).
import type { BrowserWindow, Dialog } from 'electron';

interface SaveAs {
  readonly name: string;
  readonly ending: string;
  readonly development: boolean;
}

/** Null when the dialog was closed. */
export async function saveAs(
  dialog: Pick<Dialog, 'showSaveDialog'>,
  window: BrowserWindow | null,
  { name, ending, development }: SaveAs,
): Promise<string | null> {
  // No test can press a button of a native dialog. The installed program does not know this variable.
  const prepared = development ? process.env.LOUPE_TEST_SAVE : undefined;
  if (prepared !== undefined) return prepared === '' ? null : prepared;
  const options = { defaultPath: name, filters: [{ name: ending.toUpperCase(), extensions: [ending] }] };
  const { filePath } = await (window
    ? dialog.showSaveDialog(window, options)
    : dialog.showSaveDialog(options));
  return filePath === '' ? null : filePath;
}
