// An inspection area as it is drawn over a photograph, and where its part has taken it.
// Runs anywhere (pure).
import { movedIgnores } from '../../../../electron/common/align/moved-area.ts';
import { radians, type Placement } from '../../../../electron/common/align/placement.ts';
import {
  areaOf,
  areaOutline,
  ignoredCells,
  ignoredShare,
  type InspectionArea,
} from '../../../../electron/common/area.ts';

/** Cells over the photograph and, where the area moves, around it. */
export interface Sheet {
  readonly columns: number;
  readonly rows: number;
  /** 1 = ignored. */
  readonly cells: Uint8Array;
  /** How much lies around the photograph on each side, as shares of its width and height. */
  readonly aroundX: number;
  readonly aroundY: number;
}

export interface Moved {
  readonly placement: Placement;
  /** The size of the photograph. */
  readonly width: number;
  readonly height: number;
}

export interface DrawnArea {
  readonly area: InspectionArea;
  /** 1 = ignored; of the area where it was drawn. */
  readonly cells: Uint8Array;
  readonly sheet: Sheet;
  /** x0, y0, x1, y1 of each piece of the border, in 0..1 over the photograph; in the margin beyond. */
  readonly outline: Float32Array;
  /** 0..1 of the photograph that is ignored. */
  readonly share: number;
  /** Null: it lies where it was drawn. */
  readonly moved: Moved | null;
}

/** A part is found up to a quarter of the photograph away, and the last steps of the search go a little beyond that and its turn. */
const MOST_SHIFT = 0.27;
const BEYOND_DEGREES = 2;

/**
 * How much of an area has to lie beside a photograph, as a share of its width, so that it still covers the photograph when it has
 * gone along with the part: by the most shift and, either way, by as many degrees as the part may be turned. `slope`: height by
 * width. For what lies above and below, the other way round.
 */
export function aroundFor(slope: number, turns: number): number {
  // cos + slope · sin, of which the reach is made, is largest where the diagonal lies level.
  const turn = Math.min(radians(turns + BEYOND_DEGREES), Math.atan(slope));
  return (0.5 + MOST_SHIFT) * (Math.cos(turn) + slope * Math.sin(turn)) - 0.5;
}

export function drawn(area: InspectionArea | null): DrawnArea | null {
  if (area === null) return null;
  const cells = ignoredCells(area);
  const share = ignoredShare(area);
  const { columns, rows } = area;
  if (area.align === undefined) {
    const sheet = { columns, rows, cells, aroundX: 0, aroundY: 0 };
    return { area, cells, sheet, outline: areaOutline(area), share, moved: null };
  }
  const { turns, width, height } = area.align;
  const [aroundX, aroundY] = [aroundFor(height / width, turns), aroundFor(width / height, turns)];
  const sheet = widened(cells, columns, rows, aroundX, aroundY);
  return { area, cells, sheet, outline: outlineOf(sheet), share, moved: null };
}

/** What comes into the photograph from outside counts as the edge that it came over: so the edge goes on all around. */
function widened(cells: Uint8Array, columns: number, rows: number, aroundX: number, aroundY: number): Sheet {
  const [left, top] = [Math.ceil(columns * aroundX), Math.ceil(rows * aroundY)];
  const [width, height] = [columns + 2 * left, rows + 2 * top];
  const out = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = Math.min(rows - 1, Math.max(0, y - top)) * columns;
    out.fill(cells[row]!, y * width, y * width + left);
    out.set(cells.subarray(row, row + columns), y * width + left);
    out.fill(cells[row + columns - 1]!, y * width + left + columns, (y + 1) * width);
  }
  return { columns: width, rows: height, cells: out, aroundX: left / columns, aroundY: top / rows };
}

function outlineOf({ columns, rows, cells, aroundX, aroundY }: Sheet): Float32Array {
  const area = areaOf(columns, rows, cells);
  if (area === null) return new Float32Array();
  const [wide, high] = [1 + 2 * aroundX, 1 + 2 * aroundY];
  return areaOutline(area).map((place, i) => (i % 2 === 0 ? place * wide - aroundX : place * high - aroundY));
}

/** Places a side of the photograph that are asked for the share. */
const ASKED = 64;

/** The same area where the part has taken it. */
export function movedTo(still: DrawnArea, moved: Moved): DrawnArea {
  const ignores = movedIgnores(still.cells, still.area, moved.placement, moved);
  let ignored = 0;
  for (let y = 0; y < ASKED; y++)
    for (let x = 0; x < ASKED; x++) if (ignores((x + 0.5) / ASKED, (y + 0.5) / ASKED)) ignored++;
  return { ...still, moved, share: ignored / ASKED ** 2 };
}
