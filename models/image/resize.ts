// Resizes images exactly as Pillow does: antialiased bicubic or bilinear, with 8-bit values between the two passes.
// Runs anywhere (pure TypeScript, no dependencies). Specification § B.1.1.

export type ResizeFilter = 'bicubic' | 'bilinear';

interface Kernel {
  /** Half of the kernel's width, in input pixels. */
  readonly radius: number;
  readonly value: (x: number) => number;
}

const KERNELS: Readonly<Record<ResizeFilter, Kernel>> = {
  bilinear: { radius: 1, value: (x) => Math.max(1 - Math.abs(x), 0) },
  bicubic: { radius: 2, value: (x) => keys(Math.abs(x)) },
};

/** Keys' cubic convolution kernel with a = -0.5, for x >= 0. */
function keys(x: number): number {
  const a = -0.5;
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

/** What one output position takes from the input: the pixels from `first` on, each with its weight. */
export interface Taps<Weights> {
  readonly first: number;
  readonly weights: Weights;
}

/** The taps of every output position along one axis; each one's weights sum to 1. Specification § B.1.1. */
export function resizeTaps(
  inputSize: number,
  outputSize: number,
  filter: ResizeFilter,
): Taps<Float64Array>[] {
  const { radius, value } = KERNELS[filter];
  const scale = inputSize / outputSize;
  const filterScale = Math.max(scale, 1); // antialiasing: when shrinking, the kernel covers all pixels it stands for
  const support = radius * filterScale;
  return Array.from({ length: outputSize }, (_, o) => {
    const centre = (o + 0.5) * scale;
    const first = Math.max(Math.trunc(centre - support + 0.5), 0);
    const end = Math.min(Math.trunc(centre + support + 0.5), inputSize);
    const pixels = Array.from({ length: end - first }, (_, i) => first + i);
    const weights = Float64Array.from(pixels, (x) => value((x - centre + 0.5) / filterScale));
    const sum = weights.reduce((a, b) => a + b, 0);
    return { first, weights: weights.map((w) => w / sum) };
  });
}

/** Pillow keeps weights as integers: 1 is 2²². A sum of 255 times the weights still fits in 32 bits. */
const FRACTION_BITS = 22;
const HALF = 1 << (FRACTION_BITS - 1);

/** The taps of all output positions in flat arrays, which the inner loops read without a detour. */
interface IntegerTaps {
  readonly firsts: Int32Array;
  /** Output position o has the weights from `starts[o]` to `starts[o + 1]`. */
  readonly starts: Int32Array;
  readonly weights: Int32Array;
}

/** Photographs of a lot have one size, and so have the tiles of a photograph: their taps are computed once. */
const KEPT_TAPS = 16;
const keptTaps = new Map<string, IntegerTaps>();

function integerTaps(inputSize: number, outputSize: number, filter: ResizeFilter): IntegerTaps {
  const key = `${inputSize} ${outputSize} ${filter}`;
  const taps = keptTaps.get(key) ?? makeIntegerTaps(inputSize, outputSize, filter);
  keptTaps.delete(key); // the one that was used last is forgotten last
  keptTaps.set(key, taps);
  const [oldest] = keptTaps.keys();
  if (keptTaps.size > KEPT_TAPS && oldest !== undefined) keptTaps.delete(oldest);
  return taps;
}

function makeIntegerTaps(inputSize: number, outputSize: number, filter: ResizeFilter): IntegerTaps {
  // Half away from zero. Math.round alone would send negative halves towards zero.
  const quantise = (w: number): number => Math.sign(w) * Math.round(Math.abs(w) * 2 ** FRACTION_BITS);
  const taps = resizeTaps(inputSize, outputSize, filter);
  const starts = new Int32Array(outputSize + 1);
  for (const [o, { weights }] of taps.entries()) starts[o + 1] = starts[o]! + weights.length;
  const weights = new Int32Array(starts[outputSize]!);
  for (const [o, tap] of taps.entries()) weights.set(Int32Array.from(tap.weights, quantise), starts[o]);
  return { firsts: Int32Array.from(taps, ({ first }) => first), starts, weights };
}

const toByte = (sum: number): number => {
  const value = sum >> FRACTION_BITS;
  return value < 0 ? 0 : value > 255 ? 255 : value;
};

/** An 8-bit image, row by row, the channels of a pixel side by side. */
export interface ByteImage {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** 1 grey, 3 RGB. */
  readonly channels: number;
}

/**
 * Resizes to exactly `width` x `height` pixels, ignoring the aspect ratio; equal to Pillow's `Image.resize` byte
 * for byte. Any number of channels, each by itself.
 */
export function resizeImage(
  image: ByteImage,
  width: number,
  height: number,
  filter: ResizeFilter,
): ByteImage {
  return resizeHeight(resizeWidth(image, width, filter), height, filter);
}

function resizeWidth(image: ByteImage, width: number, filter: ResizeFilter): ByteImage {
  if (image.width === width) return image;
  const { data: source, width: sourceWidth, height, channels } = image;
  const taps = integerTaps(sourceWidth, width, filter);
  const data = new Uint8Array(width * height * channels);
  const row = channels === 3 ? colourRow : plainRow;
  for (let y = 0; y < height; y++) {
    row(source, y * sourceWidth * channels, taps, data, y * width * channels, channels);
  }
  return { data, width, height, channels };
}

type Row = (
  source: Uint8Array,
  start: number,
  taps: IntegerTaps,
  data: Uint8Array,
  out: number,
  channels: number,
) => void;

/** Sums stay integers of 32 bits (`Math.imul`, `| 0`), which is faster than numbers of 64 bits. */
const plainRow: Row = (source, start, { firsts, starts, weights }, data, out, channels) => {
  for (let o = 0; o < firsts.length; o++) {
    const end = starts[o + 1]!;
    for (let c = 0; c < channels; c++) {
      let sum = HALF;
      for (let k = starts[o]!, i = start + firsts[o]! * channels + c; k < end; k++, i += channels) {
        sum = (sum + Math.imul(weights[k]!, source[i]!)) | 0;
      }
      data[out++] = toByte(sum);
    }
  }
};

/** The same for three channels, which nearly all photographs have: each weight is read once. */
const colourRow: Row = (source, start, { firsts, starts, weights }, data, out) => {
  for (let o = 0; o < firsts.length; o++) {
    const end = starts[o + 1]!;
    let red = HALF;
    let green = HALF;
    let blue = HALF;
    for (let k = starts[o]!, i = start + firsts[o]! * 3; k < end; k++, i += 3) {
      const weight = weights[k]!;
      red = (red + Math.imul(weight, source[i]!)) | 0;
      green = (green + Math.imul(weight, source[i + 1]!)) | 0;
      blue = (blue + Math.imul(weight, source[i + 2]!)) | 0;
    }
    data[out] = toByte(red);
    data[out + 1] = toByte(green);
    data[out + 2] = toByte(blue);
    out += 3;
  }
};

function resizeHeight(image: ByteImage, height: number, filter: ResizeFilter): ByteImage {
  if (image.height === height) return image;
  const { data: source, width, channels } = image;
  const { firsts, starts, weights } = integerTaps(image.height, height, filter);
  const rowBytes = width * channels;
  const data = new Uint8Array(rowBytes * height);
  const sums = new Int32Array(rowBytes); // whole rows at a time: memory is read in order
  for (let y = 0; y < height; y++) {
    sums.fill(HALF);
    const end = starts[y + 1]!;
    let k = starts[y]!;
    let row = firsts[y]! * rowBytes;
    // Four rows in one go: the sums are read and written a quarter as often.
    for (; k + 4 <= end; k += 4, row += 4 * rowBytes) addFourRows(sums, source, row, weights, k);
    for (; k < end; k++, row += rowBytes) {
      const weight = weights[k]!;
      for (let x = 0; x < rowBytes; x++) sums[x] = sums[x]! + Math.imul(weight, source[row + x]!);
    }
    const out = y * rowBytes;
    for (let x = 0; x < rowBytes; x++) data[out + x] = toByte(sums[x]!);
  }
  return { data, width, height, channels };
}

function addFourRows(
  sums: Int32Array,
  source: Uint8Array,
  row: number,
  weights: Int32Array,
  k: number,
): void {
  const { length } = sums;
  const [row1, row2, row3] = [row + length, row + 2 * length, row + 3 * length];
  const [w0, w1, w2, w3] = [weights[k]!, weights[k + 1]!, weights[k + 2]!, weights[k + 3]!];
  for (let x = 0; x < length; x++) {
    const upper = (Math.imul(w0, source[row + x]!) + Math.imul(w1, source[row1 + x]!)) | 0;
    const lower = (Math.imul(w2, source[row2 + x]!) + Math.imul(w3, source[row3 + x]!)) | 0;
    sums[x] = (sums[x]! + upper + lower) | 0;
  }
}
