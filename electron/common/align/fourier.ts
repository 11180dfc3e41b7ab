// The discrete Fourier transform of a square of complex numbers: what correlates two pictures over all shifts at once.
// Runs anywhere (pure TypeScript).

/** Side of the square; a power of two. */
export const SIDE = 64;

/** SIDE × SIDE complex numbers, row after row. */
export interface Field {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

export const newField = (): Field => ({
  re: new Float64Array(SIDE * SIDE),
  im: new Float64Array(SIDE * SIDE),
});

const COS = Float64Array.from({ length: SIDE / 2 }, (_, i) => Math.cos((2 * Math.PI * i) / SIDE));
const SIN = Float64Array.from({ length: SIDE / 2 }, (_, i) => Math.sin((2 * Math.PI * i) / SIDE));
const BITS = Math.log2(SIDE);
const REVERSED = Uint8Array.from({ length: SIDE }, (_, i) => {
  let reversed = 0;
  for (let bit = 0; bit < BITS; bit++) reversed |= ((i >> bit) & 1) << (BITS - 1 - bit);
  return reversed;
});

/**
 * In place; `sign` -1 transforms, 1 transforms back without dividing by the number of cells. `reach`: only so many columns
 * to either side of the first one are needed (the others are left half done).
 */
export function transform({ re, im }: Field, sign: -1 | 1, reach = SIDE / 2): void {
  for (let row = 0; row < SIDE; row++) line(re, im, row * SIDE, 1, sign);
  for (let column = 0; column < SIDE; column++) {
    if (Math.min(column, SIDE - column) <= reach) line(re, im, column, SIDE, sign);
  }
}

const lineRe = new Float64Array(SIDE);
const lineIm = new Float64Array(SIDE);

/** One row or column: radix 2, in a buffer that stays in the cache. */
function line(re: Float64Array, im: Float64Array, from: number, step: number, sign: -1 | 1): void {
  for (let i = 0; i < SIDE; i++) {
    const at = from + REVERSED[i]! * step;
    lineRe[i] = re[at]!;
    lineIm[i] = im[at]!;
  }
  for (let half = 1; half < SIDE; half *= 2) {
    const turn = SIDE / (2 * half);
    for (let k = 0; k < half; k++) {
      const c = COS[k * turn]!;
      const s = sign * SIN[k * turn]!;
      for (let a = k; a < SIDE; a += 2 * half) {
        const b = a + half;
        const bRe = lineRe[b]!;
        const bIm = lineIm[b]!;
        const aRe = lineRe[a]!;
        const aIm = lineIm[a]!;
        const x = bRe * c - bIm * s;
        const y = bRe * s + bIm * c;
        lineRe[b] = aRe - x;
        lineIm[b] = aIm - y;
        lineRe[a] = aRe + x;
        lineIm[a] = aIm + y;
      }
    }
  }
  for (let i = 0; i < SIDE; i++) {
    re[from + i * step] = lineRe[i]!;
    im[from + i * step] = lineIm[i]!;
  }
}
