// The one window: opened where it was, brought to the front by a second start, loaded again when its process dies.
// Runs in the main process.
import { BrowserWindow, screen } from 'electron';
import { join } from 'node:path';
import type { EventName, EventPayload } from '../common/contract.ts';
import type { Log } from '../node/log/log.ts';
import { PAGE_URL } from './scheme.ts';
import { windowOptions } from './window-options.ts';
import { fitToDisplays, readWindowState, writeWindowState } from './window-state.ts';

/** A page that dies more often than this within a minute is broken; loading it again would only spin. */
const MOST_RELOADS = 3;
const WINDOW_MS = 60_000;
/** Chromium has waited for half a minute by then; a page that comes back meanwhile is left alone. */
const HUNG_MS = 5000;

/** Opens the window and starts loading the page. */
export function openWindow(
  dataFolder: string,
  preload: string,
  development: boolean,
  log: Log,
): BrowserWindow {
  const file = join(dataFolder, 'window.json');
  const primary = screen.getPrimaryDisplay();
  const others = screen.getAllDisplays().filter(({ id }) => id !== primary.id);
  const displays = [primary, ...others].map(({ workArea }) => workArea);
  const state = fitToDisplays(readWindowState(file), displays);
  const window = new BrowserWindow(windowOptions(state, preload, development));
  if (state.maximized) window.maximize();
  window.on('close', () =>
    writeWindowState(file, { ...window.getNormalBounds(), maximized: window.isMaximized() }),
  );
  bringBack(window, log);
  void window
    .loadURL(PAGE_URL)
    .catch((error: unknown) => log.write('error', 'page', 'did not load', { reason: String(error) }));
  return window;
}

/** A page whose process died is loaded again; one that hangs is ended first. It finds its way back to the same part. */
function bringBack(window: BrowserWindow, log: Log): void {
  const { webContents } = window;
  let deaths: number[] = [];
  let hung: NodeJS.Timeout | undefined;
  webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
    clearTimeout(hung);
    log.write('error', 'page', 'process gone', { reason, exitCode });
    const now = Date.now();
    deaths = [...deaths.filter((at) => now - at < WINDOW_MS), now];
    // The page finds its way back by itself: run, selection and view are in the history's session setting.
    if (reason !== 'clean-exit' && deaths.length <= MOST_RELOADS) webContents.reload();
  });
  window.on('unresponsive', () => {
    log.write('warning', 'page', 'hangs');
    clearTimeout(hung);
    hung = setTimeout(() => webContents.forcefullyCrashRenderer(), HUNG_MS);
  });
  window.on('responsive', () => clearTimeout(hung));
  window.on('closed', () => clearTimeout(hung));
}

/** Sends an event of the contract to the page, if there is one. */
export function tell<E extends EventName>(
  window: BrowserWindow | null,
  event: E,
  payload: EventPayload<E>,
): void {
  if (window && !window.isDestroyed()) window.webContents.send(event, payload);
}

/** For a second start: the program is already here. */
export function bringToFront(window: BrowserWindow | null): void {
  if (!window || window.isDestroyed()) return;
  if (window.isMinimized()) window.restore();
  window.focus();
}
