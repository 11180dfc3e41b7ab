// Tiles for small defects: how the heat maps of overlapping crops become one without seams.
// Runs anywhere (pure TypeScript).

import { OVERLAP, type Tile } from './tile-grid.ts';

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
    const [sums, weights, ramp, tile] = [this.#sum, this.#weight, this.#ramp, this.#tile];
    const left = Math.round(x * this.side);
    const top = Math.round(y * this.side);
    for (let row = 0, from = 0; row < tile; row++) {
      let at = (top + row) * this.side + left;
      const down = ramp[row]!;
      for (let column = 0; column < tile; column++, at++, from++) {
        const weight = down * ramp[column]!;
        sums[at] = sums[at]! + weight * heat[from]!;
        weights[at] = weights[at]! + weight;
      }
    }
  }

  /** Ends the collection. */
  finish(): Float32Array {
    const [sums, weights] = [this.#sum, this.#weight];
    for (let i = 0; i < sums.length; i++) sums[i] = sums[i]! / weights[i]!;
    return sums;
  }
}

/** Where the values of an enlarged side come from: two neighbours and the share of the second. */
function enlargement(from: number, to: number) {
  const low = new Int32Array(to);
  const part = new Float64Array(to);
  for (let i = 0; i < to; i++) {
    const at = Math.min(Math.max(((i + 0.5) * from) / to - 0.5, 0), from - 1);
    low[i] = Math.min(Math.floor(at), from - 1);
    part[i] = at - low[i]!;
  }
  return { low, part };
}

/** Bilinear, half-pixel centres, edges repeated: [from, from] → [to, to]. */
function enlarge(map: Float32Array, from: number, to: number): Float32Array {
  if (from === to) return map;
  const out = new Float32Array(to * to);
  const { low, part } = enlargement(from, to);
  /** A row of the small map at the width of the large one; neighbouring rows of the large map share them. */
  const widen = (row: number, into: Float64Array): Float64Array => {
    const start = row * from;
    for (let i = 0; i < to; i++) {
      const left = low[i]!;
      const share = part[i]!;
      into[i] = map[start + left]! * (1 - share) + map[start + Math.min(left + 1, from - 1)]! * share;
    }
    return into;
  };
  let upper = new Float64Array(to);
  let lower = new Float64Array(to);
  let [upperRow, lowerRow] = [-1, -1];
  for (let row = 0; row < to; row++) {
    const top = low[row]!;
    const bottom = Math.min(top + 1, from - 1);
    if (top === lowerRow && top !== upperRow) {
      [upper, lower] = [lower, upper];
      [upperRow, lowerRow] = [lowerRow, upperRow];
    }
    if (top !== upperRow) widen((upperRow = top), upper);
    if (bottom !== lowerRow) widen((lowerRow = bottom), lower);
    const share = part[row]!;
    for (let i = 0, at = row * to; i < to; i++, at++) out[at] = upper[i]! * (1 - share) + lower[i]! * share;
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
    for (let i = 0; i < merged.length; i++) merged[i] = merged[i]! + large[i]! / maps.length;
  }
  return merged;
}
