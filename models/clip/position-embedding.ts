// Fits the vision tower's position embedding to another number of patches, so that any input size can be used.
// Runs anywhere (pure TypeScript). Specification § H.5.
import { resizeTaps } from '../image/resize.ts';

/**
 * Resizes the patch rows of a position embedding to a square grid: bicubic (a = -0.5), antialiased, half-pixel
 * centres, as the open_clip loader does. Row 0, the position of the CLS token, is kept.
 *
 * @param position [1 + n², W], row 0 = CLS, then the patches row by row
 * @param width W
 * @param grid patches per side of the new grid
 * @returns [1 + grid², W]; `position` itself when the grid is already right
 */
export function resizePositionEmbedding(position: Float32Array, width: number, grid: number): Float32Array {
  const sourceGrid = Math.sqrt(position.length / width - 1);
  if (sourceGrid === grid) return position;
  const patches = Float64Array.from(position.subarray(width));
  const columns = resizeAxis(patches, sourceGrid, sourceGrid, width, grid);
  const rows = resizeAxis(columns, 1, sourceGrid, grid * width, grid);
  const out = new Float32Array((1 + grid * grid) * width);
  out.set(position.subarray(0, width));
  out.set(rows, width);
  return out;
}

/** Resizes the middle axis of [outer, size, inner] to [outer, newSize, inner]. */
function resizeAxis(
  data: Float64Array,
  outer: number,
  size: number,
  inner: number,
  newSize: number,
): Float64Array {
  const taps = resizeTaps(size, newSize, 'bicubic');
  const out = new Float64Array(outer * newSize * inner);
  for (let a = 0; a < outer; a++) {
    taps.forEach(({ first, weights }, o) => {
      const target = (a * newSize + o) * inner;
      weights.forEach((weight, i) => {
        const source = (a * size + first + i) * inner;
        for (let k = 0; k < inner; k++) {
          out[target + k] = (out[target + k] ?? 0) + weight * (data[source + k] ?? NaN);
        }
      });
    });
  }
  return out;
}
