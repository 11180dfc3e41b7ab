// A mask while it is drawn: a grid of at most 1,024 cells a side over the photograph, with brush, polygon and heat as its tools.
// Runs anywhere (pure).
import { MOST_CELLS } from '../../../../electron/common/area.ts';

/** Finer than any model looks, and small enough to draw and to take back without waiting; what a recipe can keep. */
const LONGEST = MOST_CELLS;

export interface Grid {
  width: number;
  height: number;
  /** 0 or 1, row after row. */
  cells: Uint8Array;
}

export interface Point {
  x: number;
  y: number;
}

/** An empty grid for a photograph of this size. */
export function gridFor(width: number, height: number): Grid {
  const scale = Math.min(1, LONGEST / Math.max(width, height));
  const size = {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
  return { ...size, cells: new Uint8Array(size.width * size.height) };
}

/** A round stroke from `a` to `b`, in cells. Every cell whose middle it covers becomes `value`. */
export function stroke(
  { width, height, cells }: Grid,
  a: Point,
  b: Point,
  radius: number,
  value: 0 | 1,
): void {
  const reach = Math.max(0.5, radius);
  const [left, right] = [Math.min(a.x, b.x) - reach, Math.max(a.x, b.x) + reach];
  const [top, bottom] = [Math.min(a.y, b.y) - reach, Math.max(a.y, b.y) + reach];
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const length2 = dx * dx + dy * dy;
  for (let y = Math.max(0, Math.floor(top)); y <= Math.min(height - 1, bottom); y++) {
    for (let x = Math.max(0, Math.floor(left)); x <= Math.min(width - 1, right); x++) {
      const [px, py] = [x + 0.5 - a.x, y + 0.5 - a.y];
      const t = length2 === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / length2));
      const [ex, ey] = [px - t * dx, py - t * dy];
      if (ex * ex + ey * ey <= reach * reach) cells[y * width + x] = value;
    }
  }
}

/** Sets the cells whose middle lies inside (even-odd rule). */
export function fillPolygon(
  { width, height, cells }: Grid,
  points: readonly Point[],
  value: 0 | 1 = 1,
): void {
  for (let y = 0; y < height; y++) {
    const middle = y + 0.5;
    const crossings: number[] = [];
    for (const [i, a] of points.entries()) {
      const b = points[(i + 1) % points.length]!;
      if (a.y <= middle !== b.y <= middle) crossings.push(a.x + ((middle - a.y) / (b.y - a.y)) * (b.x - a.x));
    }
    crossings.sort((p, q) => p - q);
    for (let i = 0; i + 1 < crossings.length; i += 2) {
      const from = Math.max(0, Math.ceil(crossings[i]! - 0.5));
      const to = Math.min(width, Math.ceil(crossings[i + 1]! - 0.5));
      if (from < to) cells.fill(value, y * width + from, y * width + to);
    }
  }
}

/** Sets the cells of the rectangle between two corners; each cell whose middle lies inside. */
export function fillRectangle(grid: Grid, a: Point, b: Point, value: 0 | 1): void {
  const corners = [a, { x: b.x, y: a.y }, b, { x: a.x, y: b.y }];
  fillPolygon(grid, corners, value);
}

/** Exactly the cells where the stored heat (0..255, smoothly between its cells) reaches `from`. */
export function markHeat({ width, height, cells }: Grid, map: Uint8Array, side: number, from: number): void {
  const at = (x: number, y: number): number =>
    map[Math.min(side - 1, Math.max(0, y)) * side + Math.min(side - 1, Math.max(0, x))] ?? 0;
  for (let y = 0; y < height; y++) {
    const v = ((y + 0.5) / height) * side - 0.5;
    const [y0, fy] = [Math.floor(v), v - Math.floor(v)];
    for (let x = 0; x < width; x++) {
      const u = ((x + 0.5) / width) * side - 0.5;
      const [x0, fx] = [Math.floor(u), u - Math.floor(u)];
      const upper = at(x0, y0) * (1 - fx) + at(x0 + 1, y0) * fx;
      const lower = at(x0, y0 + 1) * (1 - fx) + at(x0 + 1, y0 + 1) * fx;
      cells[y * width + x] = upper * (1 - fy) + lower * fy >= from ? 1 : 0;
    }
  }
}

/** From the pixels of a saved mask drawn at the size of the grid: red, green, blue, alpha each. */
export function markPixels({ cells }: Grid, rgba: Uint8ClampedArray): void {
  for (let i = 0; i < cells.length; i++) cells[i] = (rgba[4 * i] ?? 0) > 127 ? 1 : 0;
}

export const isEmpty = ({ cells }: Grid): boolean => !cells.includes(1);

/** The mask at the size of the photograph, as lengths of clear, marked, clear, … runs: what main stores. */
export function runsOf(grid: Grid, width: number, height: number): number[] {
  const runs: number[] = [];
  let value = 0;
  let length = 0;
  for (let y = 0; y < height; y++) {
    const row = Math.min(grid.height - 1, Math.floor(((y + 0.5) * grid.height) / height)) * grid.width;
    for (let x = 0; x < width; x++) {
      const cell = grid.cells[row + Math.min(grid.width - 1, Math.floor(((x + 0.5) * grid.width) / width))];
      if (cell !== value) {
        runs.push(length);
        length = 0;
        value = cell ?? 0;
      }
      length++;
    }
  }
  runs.push(length);
  return runs;
}
