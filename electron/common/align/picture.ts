// Small grey pictures of parts: what a part is found again by.
// Runs anywhere (pure TypeScript).

export interface GreyPicture {
  readonly width: number;
  readonly height: number;
  /** Row after row, 0..255. */
  readonly data: Uint8Array;
}

/** Longest side of such a picture: an edge is found to a quarter of a pixel, 0.2 % of the photograph. */
export const LONGEST = 128;

/** The size of the small picture of a photograph: the longest side is LONGEST. */
export function smallSize(width: number, height: number): { width: number; height: number } {
  const scale = LONGEST / Math.max(width, height);
  return {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
}

/** The mean brightness of what each small pixel covers; parts of pixels count as parts. `channels`: 1, 3 or 4 bytes a pixel. */
export function smallGrey(
  pixels: Uint8Array | Uint8ClampedArray,
  channels: number,
  from: { readonly width: number; readonly height: number },
  to: { readonly width: number; readonly height: number },
): GreyPicture {
  const across = shares(from.width, to.width);
  const down = shares(from.height, to.height);
  const rows = new Float64Array(from.height * to.width);
  for (let y = 0; y < from.height; y++) {
    for (const [x, { first, weights }] of across.entries()) {
      let sum = 0;
      for (let i = 0; i < weights.length; i++)
        sum += weights[i]! * brightness(pixels, (y * from.width + first + i) * channels, channels);
      rows[y * to.width + x] = sum;
    }
  }
  const data = new Uint8Array(to.width * to.height);
  for (const [y, { first, weights }] of down.entries()) {
    for (let x = 0; x < to.width; x++) {
      let sum = 0;
      for (let i = 0; i < weights.length; i++) sum += weights[i]! * rows[(first + i) * to.width + x]!;
      data[y * to.width + x] = Math.round(sum);
    }
  }
  return { ...to, data };
}

const brightness = (pixels: Uint8Array | Uint8ClampedArray, at: number, channels: number): number =>
  channels === 1 ? pixels[at]! : 0.299 * pixels[at]! + 0.587 * pixels[at + 1]! + 0.114 * pixels[at + 2]!;

/** For each small pixel along one side: the first pixel that it covers, and how much of it each one is. */
function shares(pixels: number, small: number): { first: number; weights: Float64Array }[] {
  const size = pixels / small;
  return Array.from({ length: small }, (_, i) => {
    const [from, to] = [i * size, (i + 1) * size];
    const first = Math.min(pixels - 1, Math.floor(from));
    const end = Math.min(pixels, Math.max(first + 1, Math.ceil(to - 1e-9)));
    const weights = Float64Array.from(
      { length: end - first },
      (_, k) => Math.max(0, Math.min(to, first + k + 1) - Math.max(from, first + k)) / size,
    );
    return { first, weights };
  });
}
