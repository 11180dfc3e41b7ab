// Tiles for small defects: where the overlapping crops of a photograph lie, and how their heat maps become one without seams.
// Runs anywhere (pure TypeScript).

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

/**
 * Rises over the overlap and falls again, so that a tile counts least where its neighbour sees more. The edges of the
 * photograph have no neighbour: there the weights cancel when the sum is divided by them.
 */
function ramp(side: number): Float32Array {
  const rise = side * OVERLAP;
  return Float32Array.from({ length: side }, (_, i) =>
    Math.min(1, (i + 0.5) / rise, (side - i - 0.5) / rise),
  );
}

/** Joins the heat maps of one scale: [side, side] each, in the order of `tilesAt` → [side·scale, side·scale]. */
export class TileCanvas {
  readonly side: number;
  readonly #tile: number;
  readonly #ramp: Float32Array;
  readonly #sum: Float32Array;
  readonly #weight: Float32Array;

  constructor(tileSide: number, scale: number) {
    this.#tile = tileSide;
    this.side = tileSide * scale;
    this.#ramp = ramp(tileSide);
    this.#sum = new Float32Array(this.side ** 2);
    this.#weight = new Float32Array(this.side ** 2);
  }

  add({ x, y }: Tile, heat: Float32Array): void {
    const left = Math.round(x * this.side);
    const top = Math.round(y * this.side);
    for (let row = 0; row < this.#tile; row++) {
      let at = (top + row) * this.side + left;
      const down = this.#ramp[row]!;
      for (let column = 0; column < this.#tile; column++, at++) {
        const weight = down * this.#ramp[column]!;
        this.#sum[at]! += weight * heat[row * this.#tile + column]!;
        this.#weight[at]! += weight;
      }
    }
  }

  finish(): Float32Array {
    return this.#sum.map((sum, i) => sum / this.#weight[i]!);
  }
}

/** Bilinear, half-pixel centres, edges repeated: [from, from] → [to, to]. */
function enlarge(map: Float32Array, from: number, to: number): Float32Array {
  if (from === to) return map;
  const out = new Float32Array(to * to);
  const taps = Array.from({ length: to }, (_, i) => {
    const at = Math.min(Math.max(((i + 0.5) * from) / to - 0.5, 0), from - 1);
    const low = Math.min(Math.floor(at), from - 1);
    return { low, high: Math.min(low + 1, from - 1), part: at - low };
  });
  for (const [row, v] of taps.entries()) {
    for (const [column, h] of taps.entries()) {
      const top = map[v.low * from + h.low]! * (1 - h.part) + map[v.low * from + h.high]! * h.part;
      const bottom = map[v.high * from + h.low]! * (1 - h.part) + map[v.high * from + h.high]! * h.part;
      out[row * to + column] = top * (1 - v.part) + bottom * v.part;
    }
  }
  return out;
}

/**
 * One map of several scales: the mean of all, at the size of the largest. The coarse scale knows the part, the fine ones
 * see the scratch; a mean keeps what several agree on, where a maximum would keep every scale's noise.
 */
export function mergeScales(
  maps: readonly { readonly map: Float32Array; readonly side: number }[],
): Float32Array {
  const side = Math.max(...maps.map((one) => one.side));
  const merged = new Float32Array(side * side);
  for (const one of maps) {
    const large = enlarge(one.map, one.side, side);
    for (let i = 0; i < merged.length; i++) merged[i]! += large[i]! / maps.length;
  }
  return merged;
}
