// Small pictures of every kind, written byte by byte or by sharp, and the checks that image tests share.
// Runs in Node.
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { expect } from 'vitest';
import { decodeBytes, type DecodedImage } from '../../electron/node/image/decode.ts';
import { LoupeError } from '../../models/errors.ts';

export const [W, H] = [19, 14];
/** A picture without symmetry, so that every turn and every swap of channels shows. */
export const rgb = new Uint8Array(W * H * 3);
for (let y = 0; y < H; y++) {
  for (let x = 0; x < W; x++) {
    rgb.set(
      [(x * 13 + y * 3) & 255, (y * 17 + x * x) & 255, ((x - 9) ** 2 * 3 + y * 11) & 255],
      (y * W + x) * 3,
    );
  }
}
export const grey = rgb.filter((_, i) => i % 3 === 0);
export const rgbSharp = () => sharp(rgb, { raw: { width: W, height: H, channels: 3 } });
export const greySharp = () =>
  sharp(grey, { raw: { width: W, height: H, channels: 1 } }).toColourspace('b-w');
export const rgba = Uint8Array.from({ length: W * H * 4 }, (_, i) =>
  i % 4 === 3 ? i & 255 : rgb[(i >> 2) * 3 + (i % 4)]!,
);

/** A PNG from raw parts: for what no encoder writes. */
export function png(
  width: number,
  height: number,
  depth: number,
  colourType: number,
  rows: Uint8Array,
  extra: [type: string, data: Uint8Array][] = [],
): Buffer {
  const chunk = (type: string, data: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const out = Buffer.alloc(body.length + 8);
    out.writeUInt32BE(data.length, 0);
    body.copy(out, 4);
    out.writeUInt32BE(crc32(body), body.length + 4);
    return out;
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, colourType, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    ...extra.map(([type, data]) => chunk(type, data)),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** Samples as the rows of a PNG, each behind filter 0. */
export function pngRows(samples: ArrayLike<number>, perRow: number, bytesPerSample: 1 | 2): Buffer {
  const rows = samples.length / perRow;
  const out = Buffer.alloc(rows * (1 + perRow * bytesPerSample));
  for (let i = 0; i < samples.length; i++) {
    const at = Math.floor(i / perRow) * (1 + perRow * bytesPerSample) + 1 + (i % perRow) * bytesPerSample;
    if (bytesPerSample === 1) out.writeUInt8(samples[i]!, at);
    else out.writeUInt16BE(samples[i]!, at);
  }
  return out;
}

/** A little-endian, uncompressed TIFF of one strip per page. `format`: 1 = unsigned, 3 = float. */
export function tiff(
  pages: { data: Uint8Array; bits: number; samples: number; format: number; orientation?: number }[],
): Buffer {
  const parts: Buffer[] = [Buffer.from([0x49, 0x49, 42, 0, 8, 0, 0, 0])];
  let at = 8;
  pages.forEach(({ data, bits, samples, format, orientation = 1 }, page) => {
    const photometric = samples === 1 ? 1 : samples === 4 ? 5 : 2;
    // prettier-ignore
    const tags: [number, number][] = [
      [256, W], [257, H], [258, bits], [259, 1], [262, photometric], [273, 0], [274, orientation],
      [277, samples], [278, H], [279, data.length], [339, format],
    ];
    const size = 2 + tags.length * 12 + 4;
    const ifd = Buffer.alloc(size + samples * 2);
    ifd.writeUInt16LE(tags.length, 0);
    tags.forEach(([tag, value], i) => {
      const entry = 2 + i * 12;
      const many = tag === 258 && samples > 2;
      ifd.writeUInt16LE(tag, entry);
      ifd.writeUInt16LE(tag === 273 || tag === 279 ? 4 : 3, entry + 2);
      ifd.writeUInt32LE(many ? samples : 1, entry + 4);
      ifd.writeUInt32LE(many ? at + size : tag === 273 ? at + ifd.length : value, entry + 8);
    });
    for (let s = 0; s < samples; s++) ifd.writeUInt16LE(bits, size + s * 2);
    const next = at + ifd.length + data.length;
    ifd.writeUInt32LE(page === pages.length - 1 ? 0 : next, size - 4);
    parts.push(ifd, Buffer.from(data));
    at = next;
  });
  return Buffer.concat(parts);
}

export interface Bmp {
  bits: number;
  rows: Buffer[];
  width?: number;
  palette?: number[][];
  masks?: number[];
  topDown?: boolean;
  compression?: number;
}

/** An uncompressed bitmap with the 40-byte header; `rows` from the top, `palette` as red, green, blue. */
export function bmp({
  bits,
  rows,
  width = W,
  palette = [],
  masks = [],
  topDown = false,
  compression,
}: Bmp): Buffer {
  const padded = rows.map((row) => Buffer.concat([row, Buffer.alloc((4 - (row.length % 4)) % 4)]));
  if (!topDown) padded.reverse();
  const head = Buffer.alloc(54);
  head.write('BM');
  head.writeUInt32LE(54 + masks.length * 4 + palette.length * 4, 10);
  head.writeUInt32LE(40, 14);
  head.writeInt32LE(width, 18);
  head.writeInt32LE(topDown ? -rows.length : rows.length, 22);
  head.writeUInt16LE(1, 26);
  head.writeUInt16LE(bits, 28);
  head.writeUInt32LE(compression ?? (masks.length ? 3 : 0), 30);
  head.writeUInt32LE(palette.length, 46);
  const extra = Buffer.alloc(masks.length * 4);
  masks.forEach((mask, i) => extra.writeUInt32LE(mask, i * 4));
  return Buffer.concat([
    head,
    extra,
    Buffer.from(palette.flatMap(([r, g, b]) => [b!, g!, r!, 0])),
    ...padded,
  ]);
}

/** Rows of bytes from a function that gives those of one pixel. */
export const rowsOf = (perPixel: number, pixel: (i: number) => number[], width = W, height = H) =>
  Array.from({ length: height }, (_, y) =>
    Buffer.from(
      Array.from(
        { length: width * perPixel },
        (_, i) => pixel(y * width + Math.floor(i / perPixel))[i % perPixel]!,
      ),
    ),
  );
export const bgr = (i: number) => [rgb[i * 3 + 2]!, rgb[i * 3 + 1]!, rgb[i * 3]!];
export const greyPalette = Array.from({ length: 256 }, (_, i) => [i, i, i]);

/** Decodes bytes without a file. */
export const decode = (bytes: Uint8Array) => decodeBytes(bytes, 'part');
export const expectPixels = (
  image: DecodedImage,
  channels: 1 | 3,
  data: Uint8Array,
  width = W,
  height = H,
) => {
  expect([image.width, image.height, image.channels]).toEqual([width, height, channels]);
  expect(Buffer.from(image.data).equals(Buffer.from(data))).toBe(true);
};
/** The code of the LoupeError that a promise ends with; anything else shows in the failure message. */
export const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'no error',
    (thrown: unknown) => (thrown instanceof LoupeError ? thrown.code : `not typed: ${String(thrown)}`),
  );
