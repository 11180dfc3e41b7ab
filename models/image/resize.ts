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

/** What each output position takes from the input: `count[o]` neighbours from `first[o]` on, with weights. */
export interface ResizeTaps<Weights> {
  readonly first: Int32Array;
  readonly count: Int32Array;
  /** The weights of output `o` begin at `o * stride`. */
  readonly weights: Weights;
  readonly stride: number;
}

/** The taps of one axis; the weights of one output position sum to 1. Specification § B.1.1. */
export function resizeTaps(
  inputSize: number,
  outputSize: number,
  filter: ResizeFilter,
): ResizeTaps<Float64Array> {
  const { radius, value } = KERNELS[filter];
  const scale = inputSize / outputSize;
  const filterScale = Math.max(scale, 1); // antialiasing: when shrinking, the kernel covers all pixels it stands for
  const support = radius * filterScale;
  const stride = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(outputSize);
  const count = new Int32Array(outputSize);
  const weights = new Float64Array(outputSize * stride);
  for (let o = 0; o < outputSize; o++) {
    const centre = (o + 0.5) * scale;
    const low = Math.max(Math.trunc(centre - support + 0.5), 0);
    const high = Math.min(Math.trunc(centre + support + 0.5), inputSize);
    const row = weights.subarray(o * stride, o * stride + high - low);
    let sum = 0;
    for (let i = 0; i < row.length; i++) sum += row[i] = value((low + i - centre + 0.5) / filterScale);
    for (let i = 0; i < row.length; i++) row[i]! /= sum;
    first[o] = low;
    count[o] = high - low;
  }
  return { first, count, weights, stride };
}

/** Pillow keeps weights as integers: 1 is 2²². A sum of 255 times the weights still fits in 32 bits. */
const FRACTION_BITS = 22;
const HALF = 1 << (FRACTION_BITS - 1);

function integerTaps(inputSize: number, outputSize: number, filter: ResizeFilter): ResizeTaps<Int32Array> {
  const taps = resizeTaps(inputSize, outputSize, filter);
  // Half away from zero. Math.round alone would send negative halves towards zero.
  const weights = Int32Array.from(taps.weights, (w) => Math.sign(w) * Math.round(Math.abs(w) * 2 ** FRACTION_BITS));
  return { ...taps, weights };
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
export function resizeImage(image: ByteImage, width: number, height: number, filter: ResizeFilter): ByteImage {
  return resizeHeight(resizeWidth(image, width, filter), height, filter);
}

function resizeWidth(image: ByteImage, width: number, filter: ResizeFilter): ByteImage {
  if (image.width === width) return image;
  const { data: source, width: sourceWidth, height, channels } = image;
  const { first, count, weights, stride } = integerTaps(sourceWidth, width, filter);
  const data = new Uint8Array(width * height * channels);
  let out = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const start = (y * sourceWidth + first[x]!) * channels;
      const end = start + count[x]! * channels;
      for (let c = 0; c < channels; c++) {
        let sum = HALF;
        for (let i = start + c, w = x * stride; i < end; i += channels) sum += weights[w++]! * source[i]!;
        data[out++] = toByte(sum);
      }
    }
  }
  return { data, width, height, channels };
}

function resizeHeight(image: ByteImage, height: number, filter: ResizeFilter): ByteImage {
  if (image.height === height) return image;
  const { data: source, width, height: sourceHeight, channels } = image;
  const { first, count, weights, stride } = integerTaps(sourceHeight, height, filter);
  const rowBytes = width * channels;
  const data = new Uint8Array(rowBytes * height);
  const sums = new Int32Array(rowBytes); // whole rows at a time: memory is read in order
  for (let y = 0; y < height; y++) {
    sums.fill(HALF);
    for (let i = 0; i < count[y]!; i++) {
      const weight = weights[y * stride + i]!;
      const row = (first[y]! + i) * rowBytes;
      for (let x = 0; x < rowBytes; x++) sums[x]! += weight * source[row + x]!;
    }
    for (let x = 0; x < rowBytes; x++) data[y * rowBytes + x] = toByte(sums[x]!);
  }
  return { data, width, height, channels };
}
