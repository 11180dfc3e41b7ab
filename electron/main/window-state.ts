// Where the window was: remembered in a small file, and never restored to a place that no display shows.
// Runs in the main process (Node only).
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { writeAtomic } from '../node/files/write-atomic.ts';

export const MIN_WIDTH = 1024;
export const MIN_HEIGHT = 700;

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const WindowState = z.object({
  x: z.int(),
  y: z.int(),
  width: z.int().positive(),
  height: z.int().positive(),
  maximized: z.boolean(),
});
export type WindowState = z.infer<typeof WindowState>;

const overlap = (a: Rectangle, b: Rectangle): number => {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return width > 0 && height > 0 ? width * height : 0;
};
const between = (value: number, low: number, high: number): number => Math.max(low, Math.min(value, high));

/**
 * The remembered state, moved and shrunk until it lies within the display that shows most of it. Without a remembered
 * state, or when its display is gone, the window fills most of the first display.
 *
 * @param displays work areas, the primary display first; at least one.
 */
export function fitToDisplays(state: WindowState | null, displays: readonly Rectangle[]): WindowState {
  const [primary] = displays;
  if (!primary) throw new Error('there is no display');
  const areas = state ? displays.map((display) => overlap(state, display)) : [0];
  const most = Math.max(...areas);
  if (!state || most === 0) return centred(primary, state?.maximized ?? false);
  const display = displays[areas.indexOf(most)] ?? primary;
  const width = Math.min(Math.max(state.width, MIN_WIDTH), display.width);
  const height = Math.min(Math.max(state.height, MIN_HEIGHT), display.height);
  return {
    x: between(state.x, display.x, display.x + display.width - width),
    y: between(state.y, display.y, display.y + display.height - height),
    width,
    height,
    maximized: state.maximized,
  };
}

function centred(display: Rectangle, maximized: boolean): WindowState {
  const width = Math.min(Math.max(Math.round(display.width * 0.9), MIN_WIDTH), display.width);
  const height = Math.min(Math.max(Math.round(display.height * 0.9), MIN_HEIGHT), display.height);
  const x = display.x + Math.round((display.width - width) / 2);
  const y = display.y + Math.round((display.height - height) / 2);
  return { x, y, width, height, maximized };
}

/** Null when there is no such file or when it makes no sense: the window then opens as on the first day. */
export function readWindowState(file: string): WindowState | null {
  try {
    return WindowState.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return null;
  }
}

/** Written beside and renamed, so that a power cut leaves the old or the new file. Failing to remember is no error. */
export function writeWindowState(file: string, state: WindowState): void {
  try {
    writeAtomic(file, JSON.stringify(state));
  } catch (error) {
    console.warn(`The place of the window could not be remembered: ${String(error)}`);
  }
}
