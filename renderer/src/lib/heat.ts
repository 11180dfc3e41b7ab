// Heat maps: stored bytes → colours over the photograph, and bytes → values under the cursor. The scale is the run's, never the picture's.
// Runs anywhere (pure).
import { COLOUR_MAPS, type ColourMapName } from '../../../electron/common/colour-maps.ts';

export interface HeatScale {
  lo: number;
  hi: number;
}

/** Below this share of the scale nothing covers the photograph; from the second on the colour is full. */
export const CLEAR_BELOW = 0.3;
const FULL_FROM = 0.65;

/** 0..1: how much of the photograph a value covers, before the operator's opacity. */
export function coverage(share: number): number {
  const t = Math.min(1, Math.max(0, (share - CLEAR_BELOW) / (FULL_FROM - CLEAR_BELOW)));
  return t * t * (3 - 2 * t);
}

const tables = new Map<ColourMapName, Uint32Array>();

/** One 32-bit pixel (red in the lowest byte, as canvases keep them) for each of the 256 stored values. */
export function heatPixels(name: ColourMapName): Uint32Array {
  let pixels = tables.get(name);
  if (pixels === undefined) {
    const colours = COLOUR_MAPS[name];
    pixels = Uint32Array.from({ length: 256 }, (_, value) => {
      const [red = 0, green = 0, blue = 0] = colours.subarray(3 * value, 3 * value + 3);
      const alpha = Math.round(255 * coverage(value / 255));
      return (red | (green << 8) | (blue << 16) | (alpha << 24)) >>> 0;
    });
    tables.set(name, pixels);
  }
  return pixels;
}

/** Writes the colours of a stored map into the bytes of an ImageData of the same size. */
export function paintHeat(map: Uint8Array, name: ColourMapName, into: Uint8ClampedArray): void {
  const pixels = heatPixels(name);
  const out = new Uint32Array(into.buffer, into.byteOffset, into.byteLength >> 2);
  const length = Math.min(map.length, out.length);
  for (let i = 0; i < length; i++) out[i] = pixels[map[i]!]!;
}

export interface HeatReading {
  value: number;
  /** The stored byte is at an end of the scale: the true value may lie beyond it. */
  beyond: 'below' | 'above' | null;
}

/** The value at `u`, `v` (0..1 over the photograph); null outside. The map covers the whole photograph, stretched. */
export function readHeat(
  map: Uint8Array,
  side: number,
  scale: HeatScale,
  u: number,
  v: number,
): HeatReading | null {
  if (!(u >= 0 && u < 1 && v >= 0 && v < 1)) return null;
  const byte = map[Math.floor(v * side) * side + Math.floor(u * side)];
  if (byte === undefined) return null;
  return {
    value: scale.lo + (byte / 255) * (scale.hi - scale.lo),
    beyond: byte === 255 ? 'above' : byte === 0 ? 'below' : null,
  };
}

/**
 * The hottest place, as shares of width and height. Several places may hold the highest stored value (the scale ends there):
 * then it is the one with the hottest surroundings.
 */
export function hottest(map: Uint8Array, side: number): { u: number; v: number } {
  const reach = Math.max(1, Math.round(side / 24));
  const sums = summedArea(map, side);
  const row = side + 1;
  const highest = map.reduce((a, b) => Math.max(a, b), 0);
  let best = { u: 0.5, v: 0.5 };
  let warmest = -1;
  for (let i = 0; i < map.length; i++) {
    if (map[i] !== highest) continue;
    const x = i % side;
    const y = Math.floor(i / side);
    const [left, right] = [Math.max(0, x - reach), Math.min(side, x + reach + 1)];
    const [top, bottom] = [Math.max(0, y - reach), Math.min(side, y + reach + 1)];
    const at = (cx: number, cy: number): number => sums[cy * row + cx]!;
    const warmth = at(right, bottom) - at(left, bottom) - at(right, top) + at(left, top);
    if (warmth > warmest) {
      warmest = warmth;
      best = { u: (x + 0.5) / side, v: (y + 0.5) / side };
    }
  }
  return best;
}

/** Sums of all values above and left of each corner: any rectangle then costs four look-ups. */
function summedArea(map: Uint8Array, side: number): Float64Array {
  const row = side + 1;
  const sums = new Float64Array(row * row);
  for (let y = 0; y < side; y++) {
    let line = 0;
    for (let x = 0; x < side; x++) {
      line += map[y * side + x] ?? 0;
      sums[(y + 1) * row + x + 1] = sums[y * row + x + 1]! + line;
    }
  }
  return sums;
}
