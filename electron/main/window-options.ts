// The options of the one window. Those that guard the page are set although they are the defaults: a default may change.
// Runs in the main process (no Electron is loaded).
import type { BrowserWindowConstructorOptions } from 'electron';
import { MIN_HEIGHT, MIN_WIDTH, type WindowState } from './window-state.ts';

/** Items 2, 3, 4, 6, 8 and 9 of Electron's security checklist. */
const GUARDED = {
  contextIsolation: true,
  sandbox: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  webSecurity: true,
  allowRunningInsecureContent: false,
  experimentalFeatures: false,
  webviewTag: false,
  navigateOnDragDrop: false,
  spellcheck: false,
} as const;

/** Same grey as the page's dark theme: nothing flashes while it loads. */
const BACKGROUND = '#161616';

/** Options for `new BrowserWindow`. */
export function windowOptions(
  state: WindowState,
  preload: string,
  development: boolean,
): BrowserWindowConstructorOptions {
  const { x, y, width, height } = state;
  return {
    ...{ x, y, width, height },
    minWidth: MIN_WIDTH,
    minHeight: MIN_HEIGHT,
    title: 'Loupe',
    backgroundColor: BACKGROUND,
    autoHideMenuBar: true,
    // A run must go on reporting at full pace behind another window.
    webPreferences: { ...GUARDED, preload, devTools: development, backgroundThrottling: false },
  };
}
