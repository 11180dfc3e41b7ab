// Every kind of bad photograph through the decoder: a typed error or the full picture, no third way, and the process lives.
// Runs in Node.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import {
  DECODE_LIMITS,
  decodeBytes,
  decodeImage,
  type DecodedImage,
} from '../../electron/node/image/decode.ts';
import { encodeJpeg } from '../../electron/node/image/encode.ts';
import { sniffFormat } from '../../electron/node/image/sniff.ts';
import { isErrorCode, LoupeError } from '../../models/errors.ts';
import {
  bgr,
  bmp,
  codeOf,
  decode,
  expectPixels,
  H,
  png,
  pngRows,
  rgb,
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

describe('refused with the right code', () => {
  const of = (name: string, bytes: Uint8Array | string) => codeOf(decodeImage(save(name, bytes)));
  test('empty, missing, folder, no image', async () => {
    expect(await of('empty.png', '')).toBe('image.empty');
    expect(await codeOf(decodeImage(join(folder, 'gone.png')))).toBe('image.missing');
    expect(await codeOf(decodeImage(join(folder, 'empty.png', 'x.png')))).toBe('image.missing');
    expect(await codeOf(decodeImage(folder))).toBe('image.unreadable');
    expect(await codeOf(decodeImage('a\0b.png'))).toBe('image.unreadable');
    expect(await of('text.png', 'BMs are not always bitmaps, says this text.')).toBe('image.not_an_image');
    expect(await of('drawing.png', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')).toBe(
      'image.not_an_image',
    );
    const gif = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');
    expect(await of('one.gif', gif)).toBe('image.not_an_image');
  });
  test('a JPEG that is called .png is read', async () => {
    const path = save('wrong name.png', await encodeJpeg({ width: W, height: H, channels: 3, data: rgb }));
    expect((await decodeImage(path)).format).toBe('jpeg');
  });
  test.skipIf(process.platform === 'win32')('pipes and devices do not hang', async () => {
    const pipe = join(folder, 'pipe.png');
    execFileSync('mkfifo', [pipe]);
    expect(await codeOf(decodeImage(pipe))).toBe('image.unreadable');
    expect(await codeOf(decodeImage('/dev/zero'))).toBe('image.unreadable');
  });
  test.skipIf(process.platform === 'win32' || process.getuid?.() === 0)('no permission', async () => {
    const path = save('locked.png', 'x');
    chmodSync(path, 0);
    expect(await codeOf(decodeImage(path))).toBe('image.unreadable');
  });
  test('bombs are refused by their header', async () => {
    const huge = png(12_000, 12_000, 8, 0, Buffer.alloc(10));
    const error = await decodeBytes(huge, 'bomb.png').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'image.too_large', params: { width: 12_000, height: 12_000 } });
    const head = bmp({ bits: 24, width: 60_000, rows: [] });
    head.writeInt32LE(60_000, 22);
    expect(await codeOf(decode(head))).toBe('image.too_large');
    expect(
      await codeOf(decodeBytes(await rgbSharp().png().toBuffer(), 'p', { bytes: 1e9, pixels: W * H - 1 })),
    ).toBe('image.too_large');
    expect(await codeOf(decodeImage(save('large.png', Buffer.alloc(2000)), { bytes: 1999 }))).toBe(
      'image.too_large',
    );
    expect(DECODE_LIMITS).toEqual({ bytes: 268_435_456, pixels: 100e6 });
  });
  test('animated, several pages, floats', async () => {
    const frames = sharp(rgb, { raw: { width: W, height: H, channels: 3, pageHeight: H / 2 } });
    expect(await codeOf(decode(await frames.webp().toBuffer()))).toBe('image.unsupported');
    const control = Buffer.from([0, 0, 0, 2, 0, 0, 0, 0]);
    expect(await codeOf(decode(png(W, H, 8, 2, pngRows(rgb, W * 3, 1), [['acTL', control]])))).toBe(
      'image.unsupported',
    );
    const page = { data: rgb, bits: 8, samples: 3, format: 1 };
    expect(await codeOf(decode(tiff([page])))).toBe('no error');
    expect(await codeOf(decode(tiff([page, page])))).toBe('image.unsupported');
    const floats = new Uint8Array(new Float32Array(W * H).fill(0.5).buffer);
    expect(await codeOf(decode(tiff([{ data: floats, bits: 32, samples: 1, format: 3 }])))).toBe(
      'image.unsupported',
    );
  });
  test('a kind of JPEG that the decoder was not built for is unsupported, not damaged', async () => {
    const jpeg = await rgbSharp().jpeg().toBuffer();
    jpeg[jpeg.indexOf(Buffer.from([0xff, 0xc0])) + 1] = 0xc5;
    expect(await codeOf(decode(jpeg))).toBe('image.unsupported');
  });
});

const valid: [string, () => Promise<Buffer>][] = [
  ['jpeg', () => rgbSharp().jpeg().toBuffer()],
  ['progressive jpeg', () => rgbSharp().jpeg({ progressive: true }).toBuffer()],
  ['png', () => rgbSharp().png().toBuffer()],
  ['tiff', () => rgbSharp().tiff({ compression: 'lzw' }).toBuffer()],
  ['plain tiff', () => Promise.resolve(tiff([{ data: rgb, bits: 8, samples: 3, format: 1 }]))],
  ['webp', () => rgbSharp().webp().toBuffer()],
  ['bmp', () => Promise.resolve(bmp({ bits: 24, rows: rowsOf(3, bgr) }))],
];

describe.each(valid)('damaged %s', (_, make) => {
  test('cut anywhere: refused as corrupt (or as no image when nothing is left)', async () => {
    const whole = await make();
    const full = await decode(whole);
    for (let part = 1; part < 40; part++) {
      const cut = whole.subarray(0, Math.ceil((whole.length * part) / 40));
      const result = await decode(cut).catch((thrown: unknown) => thrown);
      // Behind the last pixel a format may have a tail (PNG: IEND): without it the picture is still whole.
      if (result instanceof LoupeError)
        expect(['image.corrupt', 'image.not_an_image']).toContain(result.code);
      else expectPixels(result as DecodedImage, full.channels, full.data);
    }
  });
  test('any bits flipped: a full picture or a typed error, and the process lives', async () => {
    const whole = await make();
    const flips = fc.array(fc.nat(whole.length * 8 - 1), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(flips, async (bits) => {
        const bytes = Buffer.from(whole);
        for (const bit of bits) bytes[bit >> 3]! ^= 1 << (bit & 7);
        const image = await decodeBytes(bytes, 'p', { bytes: 1e9, pixels: 4e6 }).catch(
          (thrown: unknown) => thrown,
        );
        if (image instanceof LoupeError) return isErrorCode(image.code) && image.code.startsWith('image.');
        const { width, height, channels, data } = image as DecodedImage;
        return width > 0 && data.length === width * height * channels;
      }),
      { numRuns: 150 },
    );
  });
});

test('garbage is never taken for an image by its first bytes', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 16 }), (bytes) => sniffFormat(bytes) === null));
});
