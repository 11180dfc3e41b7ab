// The one window: opened where it was, brought to the front by a second start, loaded again when its process dies.
// Runs in the main process.
import { BrowserWindow, screen } from 'electron';
import { join } from 'node:path';
import type { EventName, EventPayload } from '../common/contract.ts';
import type { Places } from './places.ts';
import { PAGE_URL } from './scheme.ts';
import { windowOptions } from './window-options.ts';
import { fitToDisplays, readWindowState, writeWindowState } from './window-state.ts';

/** A page that dies more often than this within a minute is broken; loading it again would only spin. */
const MOST_RELOADS = 3;
const WINDOW_MS = 60_000;

/** Opens the window and starts loading the page. */
export function openWindow(places: Places, development: boolean): BrowserWindow {
  const file = join(places.data, 'window.json');
  const primary = screen.getPrimaryDisplay();
  const others = screen.getAllDisplays().filter(({ id }) => id !== primary.id);
  const displays = [primary, ...others].map(({ workArea }) => workArea);
  const state = fitToDisplays(readWindowState(file), displays);
  const window = new BrowserWindow(windowOptions(state, places.preload, development));
  if (state.maximized) window.maximize();
  window.on('close', () =>
    writeWindowState(file, { ...window.getNormalBounds(), maximized: window.isMaximized() }),
  );
  reloadWhenGone(window);
  void window
    .loadURL(PAGE_URL)
    .catch((error: unknown) => console.error(`The page did not load: ${String(error)}`));
  return window;
}

function reloadWhenGone(window: BrowserWindow): void {
  let deaths: number[] = [];
  window.webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
    console.error(`The page's process ended: ${reason} (${exitCode})`);
    const now = Date.now();
    deaths = [...deaths.filter((at) => now - at < WINDOW_MS), now];
    // The page finds its way back by itself: run, selection and view are in the history's session setting.
    if (reason !== 'clean-exit' && deaths.length <= MOST_RELOADS) window.webContents.reload();
  });
  window.on('unresponsive', () => console.warn('The page does not respond.'));
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
