// The edges of a small grey picture as vectors: which way the brightness changes, and how surely.
// Runs anywhere (pure TypeScript).
import type { GreyPicture } from './picture.ts';

/** One complex number for each pixel: the direction of the change; its length goes from 0 (none) to nearly 1 (a clear edge). */
export interface Edges {
  readonly width: number;
  readonly height: number;
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** A change of brightness as strong as the picture's root mean square counts half; never less than this, which is noise. */
const LEAST_CHANGE = 1;

/**
 * Lengths are squeezed, so that the light of the day and one bright reflection matter little; directions are kept. A little
 * smoothing first takes the noise away.
 */
export function edgesOf({ width, height, data }: GreyPicture): Edges {
  const smooth = smoothed(data, width, height);
  const [x, y] = [new Float64Array(width * height), new Float64Array(width * height)];
  let sum = 0;
  for (let row = 1; row < height - 1; row++) {
    for (let i = row * width + 1; i < (row + 1) * width - 1; i++) {
      x[i] = (smooth[i + 1]! - smooth[i - 1]!) / 2;
      y[i] = (smooth[i + width]! - smooth[i - width]!) / 2;
      sum += x[i]! ** 2 + y[i]! ** 2;
    }
  }
  const half = Math.max(LEAST_CHANGE, Math.sqrt(sum / (width * height)));
  for (let i = 0; i < x.length; i++) {
    const length = Math.hypot(x[i]!, y[i]!);
    x[i]! /= length + half;
    y[i]! /= length + half;
  }
  return { width, height, x, y };
}

/** The binomial kernel of five in both directions: σ = 1 pixel. At the border the last pixel goes on. */
function smoothed(data: Uint8Array, width: number, height: number): Float64Array {
  const rows = new Float64Array(data.length);
  const out = new Float64Array(data.length);
  for (let y = 0; y < height; y++) {
    const at = (x: number): number => data[y * width + Math.min(width - 1, Math.max(0, x))]!;
    for (let x = 0; x < width; x++)
      rows[y * width + x] = (at(x - 2) + 4 * at(x - 1) + 6 * at(x) + 4 * at(x + 1) + at(x + 2)) / 16;
  }
  for (let y = 0; y < height; y++) {
    const row = (dy: number): number => Math.min(height - 1, Math.max(0, y + dy)) * width;
    const [a, b, c, d, e] = [row(-2), row(-1), row(0), row(1), row(2)];
    for (let x = 0; x < width; x++) {
      const sides = rows[a + x]! + rows[e + x]! + 4 * (rows[b + x]! + rows[d + x]!);
      out[y * width + x] = (sides + 6 * rows[c + x]!) / 16;
    }
  }
  return out;
}
