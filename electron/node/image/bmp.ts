// Reads Windows bitmaps, which factory cameras still write and sharp does not read: 1 to 32 bits, with a palette or masks.
// Runs anywhere (pure TypeScript); the results are those of Pillow.

/** What is wrong with a bitmap; decode.ts turns it into a LoupeError that names the file. */
export class BmpError extends Error {
  readonly kind: 'corrupt' | 'unsupported';

  constructor(kind: 'corrupt' | 'unsupported', message: string) {
    super(message);
    this.name = 'BmpError';
    this.kind = kind;
  }
}

/** The facts before the pixels. `masks`: red, green, blue as bits of a pixel (16 and 32 bits only). */
export interface BmpHeader {
  readonly width: number;
  readonly height: number;
  /** Rows are stored from the bottom up unless the height in the file is negative. */
  readonly topDown: boolean;
  readonly bitsPerPixel: number;
  readonly pixelOffset: number;
  readonly paletteOffset: number;
  readonly paletteEntryBytes: 3 | 4;
  readonly paletteEntries: number;
  readonly masks: readonly [number, number, number];
}

const CORE_HEADER = 12;
const HEADER_SIZES = new Set([CORE_HEADER, 40, 52, 56, 108, 124]);
const MASKS_555: BmpHeader['masks'] = [0x7c00, 0x3e0, 0x1f];
const MASKS_888: BmpHeader['masks'] = [0xff0000, 0xff00, 0xff];
const BI_RGB = 0;
const BI_BITFIELDS = 3;
const BI_ALPHABITFIELDS = 6;

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** True for "BM" with a header of a known size; two letters alone would take many a text file for a picture. */
export function looksLikeBmp(bytes: Uint8Array): boolean {
  return (
    bytes.length >= 18 &&
    bytes[0] === 0x42 &&
    bytes[1] === 0x4d &&
    HEADER_SIZES.has(viewOf(bytes).getUint32(14, true))
  );
}

/** @throws BmpError when the header is cut, contradicts itself or asks for a kind that is not read (run lengths, embedded JPEG) */
export function readBmpHeader(bytes: Uint8Array): BmpHeader {
  const view = viewOf(bytes);
  const headerSize = view.getUint32(14, true);
  const core = headerSize === CORE_HEADER;
  if (bytes.length < 14 + Math.max(headerSize, core ? 12 : 40))
    throw new BmpError('corrupt', 'the header is cut');

  const width = core ? view.getUint16(18, true) : view.getInt32(18, true);
  const storedHeight = core ? view.getUint16(20, true) : view.getInt32(22, true);
  const bitsPerPixel = view.getUint16(core ? 24 : 28, true);
  const compression = core ? BI_RGB : view.getUint32(30, true);
  const masked = compression === BI_BITFIELDS || compression === BI_ALPHABITFIELDS;

  if (width <= 0 || storedHeight === 0) throw new BmpError('corrupt', `${width} x ${storedHeight} pixels`);
  if (compression !== BI_RGB && !masked)
    throw new BmpError('unsupported', `BMP with compression ${compression}`);
  if (![1, 4, 8, 16, 24, 32].includes(bitsPerPixel))
    throw new BmpError('corrupt', `${bitsPerPixel} bits per pixel`);
  if (masked && bitsPerPixel !== 16 && bitsPerPixel !== 32)
    throw new BmpError('corrupt', 'masks without 16 or 32 bits');
  // Masks lie behind the 40-byte header or inside the longer ones: the same place.
  if (masked && bytes.length < 66) throw new BmpError('corrupt', 'the header is cut');

  const colours = core ? 0 : view.getUint32(46, true);
  return {
    width,
    height: Math.abs(storedHeight),
    topDown: storedHeight < 0,
    bitsPerPixel,
    pixelOffset: view.getUint32(10, true),
    paletteOffset: 14 + headerSize,
    paletteEntryBytes: core ? 3 : 4,
    paletteEntries: bitsPerPixel > 8 ? 0 : Math.min(colours || 2 ** bitsPerPixel, 2 ** bitsPerPixel),
    masks: masked
      ? [view.getUint32(54, true), view.getUint32(58, true), view.getUint32(62, true)]
      : bitsPerPixel === 16
        ? MASKS_555
        : MASKS_888,
  };
}

/** Bits per colour sample, as the other formats count them: colours of a palette have 8, those of 16-bit pixels 5 or 6. */
export const bmpSampleBits = (header: BmpHeader): number => (header.bitsPerPixel === 16 ? 5 : 8);

/** One channel of a masked pixel → 0..255, as Pillow scales it (5 bits: value * 255 / 31, rounded down). */
function channelReader(mask: number): (pixel: number) => number {
  if (mask === 0) return () => 0;
  const shift = 31 - Math.clz32(mask & -mask);
  const highest = mask >>> shift;
  return (pixel) => Math.floor((((pixel & mask) >>> shift) * 255) / highest);
}

/** 256 × 3 bytes; indices beyond the palette of the file are black. */
function readPalette(bytes: Uint8Array, header: BmpHeader): Uint8Array {
  const palette = new Uint8Array(256 * 3);
  const { paletteOffset: start, paletteEntryBytes: step, paletteEntries: count } = header;
  if (start + count * step > bytes.length) throw new BmpError('corrupt', 'the palette is cut');
  for (let i = 0; i < count; i++) {
    for (let c = 0; c < 3; c++) palette[i * 3 + c] = bytes[start + i * step + 2 - c]!;
  }
  return palette;
}

/**
 * The pixels, top row first. A picture whose palette holds only greys has 1 channel, everything else 3 (RGB); the fourth
 * byte of 32-bit pixels is dropped like Pillow's convert('RGB') drops it.
 *
 * @throws BmpError corrupt when a single pixel is missing
 */
export function decodeBmp(bytes: Uint8Array, header: BmpHeader): { channels: 1 | 3; data: Uint8Array } {
  const { width, height, bitsPerPixel: bits } = header;
  const rowBytes = Math.ceil((width * bits) / 8);
  const stride = Math.ceil(rowBytes / 4) * 4;
  const needed = header.pixelOffset + stride * (height - 1) + rowBytes;
  if (header.pixelOffset < 26 || needed > bytes.length) {
    throw new BmpError('corrupt', `${bytes.length} bytes where ${needed} are needed`);
  }
  const view = viewOf(bytes);
  const rowStart = (y: number) => header.pixelOffset + stride * (header.topDown ? y : height - 1 - y);

  if (bits <= 8) {
    const palette = readPalette(bytes, header);
    const grey = palette.every((value, i) => value === palette[i - (i % 3)]);
    const channels = grey ? 1 : 3;
    const data = new Uint8Array(width * height * channels);
    const perByte = 8 / bits;
    const mask = 2 ** bits - 1;
    for (let y = 0, to = 0; y < height; y++) {
      const start = rowStart(y);
      for (let x = 0; x < width; x++) {
        const shift = bits * (perByte - 1 - (x % perByte));
        const index = (bytes[start + Math.floor(x / perByte)]! >> shift) & mask;
        for (let c = 0; c < channels; c++) data[to++] = palette[index * 3 + c]!;
      }
    }
    return { channels, data };
  }

  const data = new Uint8Array(width * height * 3);
  const readers = header.masks.map(channelReader);
  const plain = bits === 24 || (bits === 32 && header.masks.every((mask, c) => mask === MASKS_888[c]));
  const step = bits / 8;
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0, from = rowStart(y); x < width; x++, from += step, to += 3) {
      if (plain) {
        data[to] = bytes[from + 2]!;
        data[to + 1] = bytes[from + 1]!;
        data[to + 2] = bytes[from]!;
      } else {
        const pixel = bits === 16 ? view.getUint16(from, true) : view.getUint32(from, true);
        for (let c = 0; c < 3; c++) data[to + c] = readers[c]!(pixel);
      }
    }
  }
  return { channels: 3, data };
}
