// An inspection area that has gone along with its part: what it ignores of a map and of a photograph then.
// Runs anywhere (pure TypeScript).
import { ignoredCells, isIgnored, type InspectionArea } from '../area.ts';
import { Aligner } from './aligner.ts';
import { whereItWas, type Placement } from './placement.ts';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Null for an area that stays where it is. */
export function alignerOf(area: InspectionArea): Aligner | null {
  const { align, columns, rows } = area;
  if (align === undefined) return null;
  const cells = ignoredCells(area);
  const { width, height } = align;
  const inspected = Uint8Array.from({ length: width * height }, (_, i) => {
    const [u, v] = [((i % width) + 0.5) / width, (Math.floor(i / width) + 0.5) / height];
    return isIgnored(cells, columns, rows, u, v) ? 0 : 1;
  });
  return new Aligner(align, inspected);
}

/** What has come into the photograph from outside of it counts as the edge of the area that it came over. */
const within = (place: number): number => Math.min(1 - 1e-9, Math.max(0, place));

/** Whether a place (0..1 over the photograph) is ignored now that the part has moved. */
export function movedIgnores(
  cells: Uint8Array,
  { columns, rows }: Pick<InspectionArea, 'columns' | 'rows'>,
  placement: Placement,
  photograph: Size,
): (u: number, v: number) => boolean {
  const before = whereItWas(placement, photograph);
  return (u, v) => {
    if (!(u >= 0 && u < 1 && v >= 0 && v < 1)) return false;
    const [x, y] = before(u, v);
    return isIgnored(cells, columns, rows, within(x), within(y));
  };
}

/** The cells of the moved area on a grid over the photograph: 1 = ignored. */
export function movedCells(
  area: InspectionArea,
  placement: Placement,
  photograph: Size,
  width: number,
  height: number,
): Uint8Array {
  const ignores = movedIgnores(ignoredCells(area), area, placement, photograph);
  const out = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++)
      if (ignores((x + 0.5) / width, (y + 0.5) / height)) out[y * width + x] = 1;
  }
  return out;
}

/**
 * The area on square heat maps, moved with the part of each photograph: 1 = ignored. As without a move, a pixel is ignored only
 * where every cell is that it touches; of a turned pixel these are the cells of the upright rectangle around it, so that a little
 * more is inspected at a border, never less.
 */
export class MovedPixels {
  readonly #columns: number;
  readonly #rows: number;
  /** Inspected cells above and to the left of each corner: those of any rectangle in four look-ups. */
  readonly #sums: Int32Array;

  constructor(area: InspectionArea) {
    const { columns, rows } = area;
    const cells = ignoredCells(area);
    const wide = columns + 1;
    const sums = new Int32Array(wide * (rows + 1));
    for (let y = 0; y < rows; y++) {
      for (let x = 0, line = 0; x < columns; x++) {
        line += 1 - cells[y * columns + x]!;
        sums[(y + 1) * wide + x + 1] = sums[y * wide + x + 1]! + line;
      }
    }
    this.#columns = columns;
    this.#rows = rows;
    this.#sums = sums;
  }

  at(placement: Placement, photograph: Size, mapSide: number): Uint8Array {
    const before = whereItWas(placement, photograph);
    // The same for every pixel: half the sides of the rectangle around a turned one.
    const [cornerX, cornerY] = before(0.5, 0.5);
    const [rightX, rightY] = before(0.5 + 1 / mapSide, 0.5);
    const [downX, downY] = before(0.5, 0.5 + 1 / mapSide);
    const halfX = (Math.abs(rightX - cornerX) + Math.abs(downX - cornerX)) / 2;
    const halfY = (Math.abs(rightY - cornerY) + Math.abs(downY - cornerY)) / 2;
    const pixels = new Uint8Array(mapSide * mapSide);
    for (let y = 0; y < mapSide; y++) {
      for (let x = 0; x < mapSide; x++) {
        const [u, v] = before((x + 0.5) / mapSide, (y + 0.5) / mapSide);
        if (this.#inspected(u - halfX, v - halfY, u + halfX, v + halfY) === 0) pixels[y * mapSide + x] = 1;
      }
    }
    return pixels;
  }

  /** Inspected cells that a rectangle (0..1, and beyond) touches. */
  #inspected(left: number, top: number, right: number, bottom: number): number {
    const [x0, x1] = span(left, right, this.#columns);
    const [y0, y1] = span(top, bottom, this.#rows);
    const wide = this.#columns + 1;
    const at = (x: number, y: number): number => this.#sums[y * wide + x]!;
    return at(x1, y1) - at(x0, y1) - at(x1, y0) + at(x0, y0);
  }
}

/** A hair narrower than it is: the border of a cell belongs to one of its sides only. */
const HAIR = 1e-9;

/** The first cell that is touched, and the one behind the last; beyond the edge it is the cell at the edge. */
function span(from: number, to: number, cells: number): [number, number] {
  const first = Math.min(cells - 1, Math.max(0, Math.floor((from + HAIR) * cells)));
  return [first, Math.min(cells, Math.max(first + 1, Math.ceil((to - HAIR) * cells)))];
}
