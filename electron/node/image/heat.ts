// Lays a heat map over a photograph: bilinear, on a fixed scale, transparent where nothing is wrong, with a threshold contour.
// Runs anywhere (pure TypeScript).
import { LoupeError } from '../../../models/errors.ts';
import type { Canvas } from './pixel-font.ts';

export interface HeatMap {
  /** size × size values, row by row; covers the whole photograph whatever its shape. */
  readonly data: Float32Array;
  readonly size: number;
}

export interface HeatScale {
  /** Values at the two ends of the colour map; fixed for a run, never taken from one picture. */
  readonly lo: number;
  readonly hi: number;
  /** Draw a contour around values at or above this one. */
  readonly threshold?: number | undefined;
  /** 256 × 3 bytes (electron/common/colour-maps.ts). */
  readonly colours: Uint8Array;
  /** 0..1: how much of the photograph the highest values cover. */
  readonly opacity: number;
}

/** Position on the scale, 0 at lo and 1 at hi, clamped. */
export const scaleOf = (value: number, { lo, hi }: Pick<HeatScale, 'lo' | 'hi'>): number =>
  Math.min(Math.max((value - lo) / (hi - lo), 0), 1);

/**
 * How much of the colour covers the photograph at position `t` of the scale: nothing in the lowest tenth, all of `opacity`
 * from 0.6 on, smooth in between. Straight proportion would veil the whole picture, since no surface scores exactly lo; a
 * hard edge would look like a decision that nobody made.
 */
export function alphaAt(t: number, opacity: number): number {
  const u = Math.min(Math.max((t - 0.1) * 2, 0), 1);
  return opacity * u * u * (3 - 2 * u);
}

/** For each of `length` output pixels: the two source pixels around its centre and the weight of the second. */
function taps(length: number, size: number) {
  return Array.from({ length }, (_, i) => {
    const at = Math.min(Math.max(((i + 0.5) * size) / length - 0.5, 0), size - 1);
    const low = Math.floor(at);
    return { low, high: Math.min(low + 1, size - 1), weight: at - low };
  });
}

/** The map at the size of the picture: bilinear between pixel centres, constant beyond the outermost ones. */
export function upsample({ data, size }: HeatMap, width: number, height: number): Float32Array {
  const columns = taps(width, size);
  const out = new Float32Array(width * height);
  let to = 0;
  for (const row of taps(height, size)) {
    const top = row.low * size;
    const bottom = row.high * size;
    for (const { low, high, weight } of columns) {
      const above = data[top + low]! * (1 - weight) + data[top + high]! * weight;
      const below = data[bottom + low]! * (1 - weight) + data[bottom + high]! * weight;
      out[to++] = above * (1 - row.weight) + below * row.weight;
    }
  }
  return out;
}

function check(heat: HeatMap, { lo, hi, colours }: HeatScale): void {
  const reason =
    heat.size < 1 || heat.data.length !== heat.size ** 2
      ? `heat map of ${heat.data.length} values is not ${heat.size} x ${heat.size}`
      : !heat.data.every(Number.isFinite)
        ? 'heat map holds values that are not numbers'
        : !(Number.isFinite(lo) && Number.isFinite(hi) && lo < hi)
          ? `heat scale ${lo}..${hi}`
          : colours.length !== 768
            ? 'colour map without 256 colours'
            : null;
  if (reason) throw new LoupeError('internal', { reason });
}

/**
 * Blends the map over the pixels in place; rule of transparency: `alphaAt`.
 *
 * @throws LoupeError internal when map or scale are unusable (wrong length, NaN, lo >= hi): never a picture that looks good
 *   because its map was broken
 */
export function blendHeat(canvas: Canvas, heat: HeatMap, scale: HeatScale): void {
  check(heat, scale);
  const { width, height, data } = canvas;
  const values = upsample(heat, width, height);
  for (let i = 0; i < values.length; i++) {
    const t = scaleOf(values[i]!, scale);
    const alpha = alphaAt(t, scale.opacity);
    const colour = Math.round(t * 255) * 3;
    for (let c = 0; c < 3; c++) {
      const at = i * 3 + c;
      data[at] = Math.round(data[at]! + (scale.colours[colour + c]! - data[at]!) * alpha);
    }
  }
  if (scale.threshold !== undefined) drawContour(canvas, values, scale.threshold);
}

/** A white line just inside of the region and a black one just outside, so that it shows on every photograph and colour. */
function drawContour({ width, height, data }: Canvas, values: Float32Array, threshold: number): void {
  const line = Math.max(1, Math.round(Math.max(width, height) / 600));
  const inside = (x: number, y: number) => values[y * width + x]! >= threshold;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const here = inside(x, y);
      const edge =
        inside(Math.max(x - line, 0), y) !== here ||
        inside(Math.min(x + line, width - 1), y) !== here ||
        inside(x, Math.max(y - line, 0)) !== here ||
        inside(x, Math.min(y + line, height - 1)) !== here;
      if (edge) data.fill(here ? 255 : 0, (y * width + x) * 3, (y * width + x) * 3 + 3);
    }
  }
}
