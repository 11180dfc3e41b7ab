// Tiles for small defects: where the overlapping crops of a photograph lie, and how many there are.
// Runs anywhere (pure TypeScript); the page counts with it.

/** A crop in fractions of the photograph's sides; every tile of a scale has the size 1/scale. */
export interface Tile {
  readonly x: number;
  readonly y: number;
}

/** Neighbouring tiles share at least this part of their side: a defect on one's edge lies well inside the other. */
export const OVERLAP = 0.25;

/** Positions along one side, from 0 to 1 − 1/scale, evenly spaced. */
function positions(scale: number): number[] {
  if (scale === 1) return [0];
  const count = Math.ceil((scale - 1) / (1 - OVERLAP) - 1e-9) + 1;
  return Array.from({ length: count }, (_, i) => (i / (count - 1)) * (1 - 1 / scale));
}

/** The tiles of one scale, row by row: 1 at scale 1, 9 at 2, 25 at 4. `scale` is an integer ≥ 1. */
export function tilesAt(scale: number): Tile[] {
  const along = positions(scale);
  return along.flatMap((y) => along.map((x) => ({ x, y })));
}

/** How many times the network runs for one photograph. */
export const tileCount = (scales: readonly number[]): number =>
  scales.reduce((sum, scale) => sum + positions(scale).length ** 2, 0);

/** The crop of a tile in whole pixels; inside the photograph, at least one pixel. */
export function cropOf({ x, y }: Tile, scale: number, width: number, height: number) {
  const span = (from: number, side: number): [number, number] => {
    const start = Math.min(Math.round(from * side), side - 1);
    return [start, Math.max(1, Math.min(Math.round((from + 1 / scale) * side), side) - start)];
  };
  const [left, cropWidth] = span(x, width);
  const [top, cropHeight] = span(y, height);
  return { left, top, width: cropWidth, height: cropHeight };
}
