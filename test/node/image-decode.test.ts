// Every kind of good photograph through the decoder: the same pixels as Pillow, upright, in one or three channels.
// Runs in Node; fixtures are made here and in test/support (Pillow's own answers are embedded as hashes).
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { ownBytes } from '../../electron/node/image/codec.ts';
import { displayable, encodePng } from '../../electron/node/image/encode.ts';
import { thumbnail } from '../../electron/node/image/thumbnail.ts';
import {
  bgr,
  bmp,
  codeOf,
  decode,
  expectPixels,
  grey,
  greyPalette,
  greySharp,
  H,
  png,
  pngRows,
  rgb,
  rgba,
  rgbSharp,
  rowsOf,
  tiff,
  W,
} from '../support/image-fixtures.ts';

const folder = mkdtempSync(join(tmpdir(), 'loupe-image-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const save = (name: string, bytes: Uint8Array | string): string => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
};

describe('the same pixels as Pillow', () => {
  const sha = (data: Uint8Array) => createHash('sha256').update(data).digest('hex');
  // Made and read by Pillow 9.4 with libjpeg-turbo 2.1.5: JPEG bytes → SHA-256 of the pixels of convert('RGB') (or mode L).
  const RGB_420 =
    '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0Hyc5PTgyPC4zNDL/2wBDAQkJCQwLDBgNDRgyIRwhMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjL/wAARCAAOABMDASIAAhEBAxEB/8QAGQAAAgMBAAAAAAAAAAAAAAAAAAYDBAUH/8QAJRAAAQIGAgEFAQAAAAAAAAAAAQIDAAQFESFBBhITFCIxMlJh/8QAFgEBAQEAAAAAAAAAAAAAAAAABAID/8QAJxEAAQIEBQMFAAAAAAAAAAAAAQIDAAQRIQUSMTJhBhMiQVGBsdH/2gAMAwEAAhEDEQA/AEqmcd8njV1uSMm29x0KUab4/SS8kpTOOjpLI2VfoCxwm984+BsRM2zJ0WkPVCaStbLCgCltIKskDFyNqinRivkVcTPTCUIFghptIwhAJIF9nJN/7oYiZhlWIvofXttXk+3z9cxngjipvyVsTrzx+xoydFdTKNJbwkJt9RBCzyfl7dL5HOSJpQeLJSkueo69vaM26G0EEEnjEyO+24oJXcDNoDcDdCneqZ0LUG5XMmtjnAqPQ0pasf/Z';
  const CMYK =
    '/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwANCQoLCggNCwoLDg4NDxMgFRMSEhMnHB4XIC4pMTAuKS0sMzpKPjM2RjcsLUBXQUZMTlJTUjI+WmFaUGBKUVJP/8AAFAgADgATBEMRAE0RAFkRAEsRAP/EABgAAAMBAQAAAAAAAAAAAAAAAAAFBgcE/8QALBAAAQIEAwYGAwAAAAAAAAAAAQIDAAQFERIhMQYTIjJBURQVIyRCgWGhwf/aAA4EQwBNAFkASwAAPwCTorXLlCCRoHqDg/Uc1db81pMpPFe9W60N6vDhu4Ml5WHyB0y7Rp0aBRWuXKKl4t7PUVbyVJTOvDBKo6lWmICxyTe+eWg6iE1BpfvU8PWCLFlr0k5dIWyFA9k1wfHtDis7S1uUqr8rSahglGSG0p3CDZQACxdSb8wV/MoIxyitjhiqnUSdEpr1Sm0LWyzhxJaAKjdQSLXIGp7wypEup7Z6YbdWFJl5txtsWAwpslVvzmpR+4I0CitjhiQlnnNo64J+aS22LBDTadG0AkgX6nMknuegsB1UGno8anTWCMw2yfE9tbUnt3gwvFm178gCL/eG/wBw5qu1rVBqC6Z5SH9wlHqeIw4sSQrTCe/eJuTl1TcsmamFhbzxLjirAXUSSTYZamCP/9k=';
  const GREY =
    '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0Hyc5PTgyPC4zNDL/wAALCAAOABMBAREA/8QAGAAAAgMAAAAAAAAAAAAAAAAAAwQFBgf/xAAlEAABAgYCAQUBAAAAAAAAAAABAgMABAURIUEGEhMUIjEyUmH/2gAIAQEAAD8ApVM475PGrrckZNt7jQpRpvj9JLySlM46OksjZV+gLHCb3zj4GxDcnRXUyjSW8JCbfUQJtmTotIeqE0la2WFAFLaQVZIGLkbVCdGK+RVxM9MJQgWCGm0jCEAkgX2ck3/uhiIrk/L26XyOckTSg8WSlJc9R17e0Zt0No//2Q==';
  test.each([
    ['RGB, 4:2:0', RGB_420, 3, 'c3c3589bc915e31dca38affa6c61af09b01445b64ae9910c1fb737921c4cc033'],
    ['grey', GREY, 1, '644d4c9c86d85dcd313da7054f639e94f77995648242232f8f8bdb43e99ba78f'],
    ['four inks (Adobe)', CMYK, 3, '5cf5b8822e7ed9de17c2875eb3444a7bc6352b3e7d2bd568a3dbc906dff2d358'],
  ] as const)('JPEG %s', async (_, base64, channels, expected) => {
    const image = await decode(Buffer.from(base64, 'base64'));
    expect([image.width, image.height, image.channels, image.sourceBitDepth]).toEqual([W, H, channels, 8]);
    expect(sha(image.data)).toBe(expected);
  });
  test.each(['none', 'lzw', 'deflate', 'packbits'] as const)('TIFF, %s', async (compression) => {
    expectPixels(await decode(await rgbSharp().tiff({ compression }).toBuffer()), 3, rgb);
  });
  test('PNG, interlaced PNG, palette PNG, lossless WebP', async () => {
    expectPixels(await decode(await rgbSharp().png().toBuffer()), 3, rgb);
    expectPixels(await decode(await rgbSharp().png({ progressive: true }).toBuffer()), 3, rgb);
    expectPixels(await decode(await rgbSharp().webp({ lossless: true }).toBuffer()), 3, rgb);
    const palette = await decode(await rgbSharp().png({ palette: true }).toBuffer());
    expect([palette.channels, palette.sourceBitDepth]).toEqual([3, 8]);
  });
  test('grey stays one channel', async () => {
    for (const bytes of [
      await greySharp().png().toBuffer(),
      await greySharp().tiff({ compression: 'lzw' }).toBuffer(),
    ]) {
      expectPixels(await decode(bytes), 1, grey);
    }
    const jpeg = await decode(await greySharp().jpeg().toBuffer());
    expect(jpeg.channels).toBe(1);
  });
  test('alpha is dropped, not composited, even where it is zero', async () => {
    const raw = () => sharp(rgba, { raw: { width: W, height: H, channels: 4 } });
    expectPixels(await decode(await raw().png().toBuffer()), 3, rgb);
    expectPixels(await decode(await raw().webp({ lossless: true, exact: true }).toBuffer()), 3, rgb);
    const greyAlpha = Uint8Array.from({ length: W * H * 2 }, (_, i) => (i % 2 ? 7 * i : grey[i >> 1]!));
    expectPixels(await decode(png(W, H, 8, 4, pngRows(greyAlpha, W * 2, 1))), 1, grey);
  });
  test('an embedded profile changes nothing', async () => {
    const { icc } = await sharp(await rgbSharp().withIccProfile('p3').png().toBuffer()).metadata();
    const profile = Buffer.concat([Buffer.from('p3\0\0', 'latin1'), deflateSync(icc!)]);
    expectPixels(await decode(png(W, H, 8, 2, pngRows(rgb, W * 3, 1), [['iCCP', profile]])), 3, rgb);
  });
  test('four inks in TIFF: light = (255 - ink) * (255 - black) / 255', async () => {
    const inks = Uint8Array.from({ length: W * H * 4 }, (_, i) => (i * 31) & 255);
    const image = await decode(tiff([{ data: inks, bits: 8, samples: 4, format: 1 }]));
    expect(image.channels).toBe(3);
    image.data.forEach((value, i) => {
      const [ink, black] = [inks[Math.floor(i / 3) * 4 + (i % 3)]!, inks[Math.floor(i / 3) * 4 + 3]!];
      expect(Math.abs(value - ((255 - ink) * (255 - black)) / 255)).toBeLessThanOrEqual(0.5);
    });
  });
});

describe('16 bits keep their upper 8', () => {
  const wide = Uint16Array.from({ length: W * H }, (_, i) => (i * 523) & 0xffff);
  const wideRgb = Uint16Array.from({ length: W * H * 3 }, (_, i) => (i * 523) & 0xffff);
  const upper = (samples: Uint16Array) => Uint8Array.from(samples, (value) => value >> 8);
  test('grey PNG and TIFF', async () => {
    for (const bytes of [
      png(W, H, 16, 0, pngRows(wide, W, 2)),
      tiff([{ data: new Uint8Array(wide.buffer), bits: 16, samples: 1, format: 1 }]),
    ]) {
      const image = await decode(bytes);
      expectPixels(image, 1, upper(wide));
      expect(image.sourceBitDepth).toBe(16);
    }
  });
  test('RGB PNG and TIFF', async () => {
    expectPixels(await decode(png(W, H, 16, 2, pngRows(wideRgb, W * 3, 2))), 3, upper(wideRgb));
    const bytes = tiff([{ data: new Uint8Array(wideRgb.buffer), bits: 16, samples: 3, format: 1 }]);
    expectPixels(await decode(bytes), 3, upper(wideRgb));
  });
});

describe('orientation is applied once', () => {
  /** Upright (x, y) → stored (x, y), for the eight values of EXIF. */
  const stored: Record<number, (x: number, y: number) => [number, number]> = {
    1: (x, y) => [x, y],
    2: (x, y) => [W - 1 - x, y],
    3: (x, y) => [W - 1 - x, H - 1 - y],
    4: (x, y) => [x, H - 1 - y],
    5: (x, y) => [y, x],
    6: (x, y) => [y, H - 1 - x],
    7: (x, y) => [W - 1 - y, H - 1 - x],
    8: (x, y) => [W - 1 - y, x],
  };
  const upright = (orientation: number): [Uint8Array, number, number] => {
    const [width, height] = orientation > 4 ? [H, W] : [W, H];
    const out = new Uint8Array(rgb.length);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const [sx, sy] = stored[orientation]!(x, y);
        out.set(rgb.subarray((sy * W + sx) * 3, (sy * W + sx) * 3 + 3), (y * width + x) * 3);
      }
    }
    return [out, width, height];
  };
  test.each([1, 2, 3, 4, 5, 6, 7, 8])('orientation %i', async (orientation) => {
    const [expected, width, height] = upright(orientation);
    const tagged = () => rgbSharp().withMetadata({ orientation });
    expectPixels(await decode(await tagged().png().toBuffer()), 3, expected, width, height);
    expectPixels(
      await decode(await tagged().webp({ lossless: true }).toBuffer()),
      3,
      expected,
      width,
      height,
    );
    const bytes = tiff([{ data: rgb, bits: 8, samples: 3, format: 1, orientation }]);
    expectPixels(await decode(bytes), 3, expected, width, height);
    const jpeg = await decode(await tagged().jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer());
    expect([jpeg.width, jpeg.height]).toEqual([width, height]);
    expect(Math.max(...jpeg.data.map((value, i) => Math.abs(value - expected[i]!)))).toBeLessThan(8);
  });
});

describe('bitmaps', () => {
  test('24 bits, 32 bits, top down', async () => {
    expectPixels(await decode(bmp({ bits: 24, rows: rowsOf(3, bgr) })), 3, rgb);
    expectPixels(await decode(bmp({ bits: 24, rows: rowsOf(3, bgr), topDown: true })), 3, rgb);
    expectPixels(await decode(bmp({ bits: 32, rows: rowsOf(4, (i) => [...bgr(i), 0]) })), 3, rgb);
  });
  test('32 bits with masks in another order', async () => {
    const rows = rowsOf(4, (i) => [...bgr(i).reverse(), 255]);
    expectPixels(await decode(bmp({ bits: 32, rows, masks: [0xff, 0xff00, 0xff0000] })), 3, rgb);
  });
  test('8 bits: grey palette → 1 channel, colours → 3', async () => {
    const rows = rowsOf(1, (i) => [grey[i]!]);
    expectPixels(await decode(bmp({ bits: 8, rows, palette: greyPalette })), 1, grey);
    const palette = greyPalette.map(([v]) => [v!, 255 - v!, 7]);
    expectPixels(
      await decode(bmp({ bits: 8, rows, palette })),
      3,
      Uint8Array.from([...grey].flatMap((v) => [v, 255 - v, 7])),
    );
  });
  test('1 and 4 bits', async () => {
    const one = bmp({
      bits: 1,
      width: 10,
      rows: [Buffer.from([0b10110001, 0b01000000])],
      palette: [
        [0, 0, 0],
        [255, 255, 255],
      ],
    });
    expectPixels(await decode(one), 1, Uint8Array.from([255, 0, 255, 255, 0, 0, 0, 255, 0, 255]), 10, 1);
    const four = bmp({
      bits: 4,
      width: 3,
      rows: [Buffer.from([0x12, 0x30])],
      palette: greyPalette.slice(0, 16),
    });
    expectPixels(await decode(four), 1, Uint8Array.from([1, 2, 3]), 3, 1);
  });
  test('16 bits, as Pillow scales them', async () => {
    const row = Buffer.from([0x11, 0x11, 0x22, 0x22, 0xff, 0xff]);
    const plain = await decode(bmp({ bits: 16, width: 3, rows: [row] }));
    expectPixels(plain, 3, Uint8Array.from([32, 65, 139, 65, 139, 16, 255, 255, 255]), 3, 1);
    const masks = [0xf800, 0x7e0, 0x1f];
    const masked = await decode(bmp({ bits: 16, width: 3, rows: [row], masks }));
    expectPixels(masked, 3, Uint8Array.from([16, 32, 139, 32, 68, 16, 255, 255, 255]), 3, 1);
  });
  test('a missing row, run lengths and nonsense are refused', async () => {
    const whole = bmp({ bits: 24, rows: rowsOf(3, bgr) });
    expect(await codeOf(decode(whole.subarray(0, -58)))).toBe('image.corrupt');
    expect(await codeOf(decode(bmp({ bits: 8, rows: [], palette: greyPalette })))).toBe('image.corrupt');
    const runs = bmp({ bits: 8, rows: rowsOf(1, () => [0]), palette: greyPalette, compression: 1 });
    expect(await codeOf(decode(runs))).toBe('image.unsupported');
  });
});

describe('thumbnails and what browsers show', () => {
  const large = {
    width: 900,
    height: 600,
    channels: 3 as const,
    data: new Uint8Array(900 * 600 * 3).fill(90),
  };
  test('thumbnail: JPEG, longest side 320, never enlarged, grey stays grey', async () => {
    const small = await decode(await thumbnail(large));
    expect([small.width, small.height, small.format]).toEqual([320, 213, 'jpeg']);
    const same = await decode(await thumbnail({ width: W, height: H, channels: 1, data: grey }));
    expect([same.width, same.height, same.channels]).toEqual([W, H, 1]);
  });
  test('PNG of grey, RGB and RGBA is lossless', async () => {
    expectPixels(await decode(await encodePng({ width: W, height: H, channels: 1, data: grey })), 1, grey);
    expectPixels(await decode(await encodePng({ width: W, height: H, channels: 3, data: rgb })), 3, rgb);
    expectPixels(await decode(await encodePng({ width: W, height: H, channels: 4, data: rgba })), 3, rgb);
  });
  test('displayable: the file itself, or a PNG of what was inspected', async () => {
    const jpeg = await rgbSharp().jpeg().toBuffer();
    expect(await displayable(save('a.jpg', jpeg))).toEqual({ mime: 'image/jpeg', bytes: jpeg });
    const turned = await rgbSharp().withMetadata({ orientation: 6 }).png().toBuffer();
    for (const bytes of [tiff([{ data: rgb, bits: 8, samples: 3, format: 1 }]), turned]) {
      const shown = await displayable(save('b.bin', bytes));
      expect(shown.mime).toBe('image/png');
      expect((await decode(shown.bytes)).data).toEqual((await decode(bytes)).data);
    }
    expect(await codeOf(displayable(save('c.jpg', 'no')))).toBe('image.not_an_image');
  });
});

test('bytes that lie in shared memory (WebAssembly build) are copied, others are not', () => {
  const shared = ownBytes(Buffer.from(new SharedArrayBuffer(64), 8, 4).fill(7));
  expect(shared.buffer).toBeInstanceOf(ArrayBuffer);
  expect([...shared]).toEqual([7, 7, 7, 7]);
  const own = Buffer.alloc(4, 9);
  expect(ownBytes(own).buffer).toBe(own.buffer);
});
