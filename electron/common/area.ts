// The inspection area of a recipe: which places of a photograph count and which are ignored, as run lengths on a coarse grid.
// Runs anywhere (pure TypeScript).
import { z } from 'zod';
import { PartReference } from './align/aligner.ts';

/** Finer than any model looks; also the grid on which areas are drawn. */
export const MOST_CELLS = 1024;
/** Four borders in each row of the finest grid, ten times over: nobody draws so much, and a recipe stays below 300 kB. */
const MOST_RUNS = 40_000;

const side = z.number().int().min(1).max(MOST_CELLS);
const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/**
 * A grid over the whole photograph, whatever its size: `columns` × `rows` cells, row after row from the upper left. `runs` are
 * lengths: inspected, ignored, inspected, … The first may be 0, no other. Something is inspected and something ignored; where
 * everything is inspected there is no area. With `align` it goes along when the part shifts or turns; without, it stays.
 */
export const InspectionArea = z
  .object({
    columns: side,
    rows: side,
    runs: z.array(z.number().int().min(0)).min(2).max(MOST_RUNS),
    align: PartReference.exactOptional(),
  })
  .refine(({ runs }) => runs.every((length, i) => i === 0 || length > 0), 'runs: only the first may be 0')
  .refine(({ columns, rows, runs }) => sum(runs) === columns * rows, 'runs: their sum must be columns × rows')
  .refine(
    ({ runs }) => runs.some((length, i) => i % 2 === 0 && length > 0),
    'runs: something must be inspected',
  );
export type InspectionArea = z.infer<typeof InspectionArea>;

/** One byte for each cell: 1 = ignored. */
export function ignoredCells({ columns, rows, runs }: InspectionArea): Uint8Array {
  const cells = new Uint8Array(columns * rows);
  let at = 0;
  for (const [i, length] of runs.entries()) {
    if (i % 2 === 1) cells.fill(1, at, at + length);
    at += length;
  }
  return cells;
}

/** The other way round; null when nothing is ignored. Everything ignored is no area: its one run would be refused. */
export function areaOf(columns: number, rows: number, cells: Uint8Array): InspectionArea | null {
  const runs: number[] = [];
  let value = 0;
  let from = 0;
  for (let i = 0; i < cells.length; i++) {
    if (cells[i] === value) continue;
    runs.push(i - from);
    [value, from] = [cells[i]!, i];
  }
  runs.push(cells.length - from);
  return runs.length === 1 ? null : { columns, rows, runs };
}

/** 0..1 of the photograph's surface. */
export const ignoredShare = ({ columns, rows, runs }: InspectionArea): number =>
  sum(runs.filter((_, i) => i % 2 === 1)) / (columns * rows);

/** Whether this place (0..1 over the photograph) is ignored; outside of it nothing is. */
export function isIgnored(cells: Uint8Array, columns: number, rows: number, u: number, v: number): boolean {
  if (!(u >= 0 && u < 1 && v >= 0 && v < 1)) return false;
  return cells[Math.floor(v * rows) * columns + Math.floor(u * columns)] === 1;
}

/**
 * The area on a square heat map: 1 = ignored. A pixel is ignored only where every cell that it touches is: what is half inside
 * counts, so that no defect gets lost on a border, and the inspected part of a map is never empty.
 */
export function ignoredPixels(area: InspectionArea, mapSide: number): Uint8Array {
  const { columns, rows } = area;
  const cells = ignoredCells(area);
  const across = touched(columns, mapSide);
  const down = touched(rows, mapSide);
  const pixels = new Uint8Array(mapSide * mapSide);
  for (let y = 0; y < mapSide; y++) {
    const [top, bottom] = down[y]!;
    for (let x = 0; x < mapSide; x++) {
      const [left, right] = across[x]!;
      let ignored = true;
      for (let row = top; ignored && row < bottom; row++) {
        for (let column = left; ignored && column < right; column++)
          ignored = cells[row * columns + column] === 1;
      }
      if (ignored) pixels[y * mapSide + x] = 1;
    }
  }
  return pixels;
}

/** For each pixel along one side: the first cell that it touches, and the one behind the last. Whole numbers, no rounding. */
const touched = (cells: number, pixels: number): [number, number][] =>
  Array.from({ length: pixels }, (_, i) => [
    Math.floor((i * cells) / pixels),
    Math.ceil(((i + 1) * cells) / pixels),
  ]);

/** The border between the two as straight pieces, x0, y0, x1, y1 each, in 0..1 over the photograph. */
export function areaOutline(area: InspectionArea): Float32Array {
  const { columns, rows } = area;
  const cells = ignoredCells(area);
  const at = (x: number, y: number): number => cells[y * columns + x]!;
  const pieces: number[] = [];
  for (let y = 1; y < rows; y++) {
    for (let x = 0, from = -1; x <= columns; x++) {
      const border = x < columns && at(x, y - 1) !== at(x, y);
      if (border && from < 0) from = x;
      if (border || from < 0) continue;
      pieces.push(from / columns, y / rows, x / columns, y / rows);
      from = -1;
    }
  }
  for (let x = 1; x < columns; x++) {
    for (let y = 0, from = -1; y <= rows; y++) {
      const border = y < rows && at(x - 1, y) !== at(x, y);
      if (border && from < 0) from = y;
      if (border || from < 0) continue;
      pieces.push(x / columns, from / rows, x / columns, y / rows);
      from = -1;
    }
  }
  return Float32Array.from(pieces);
}
