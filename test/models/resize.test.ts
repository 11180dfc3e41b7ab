// Checks that resizing equals Pillow byte for byte.
// Runs in the tests (Node).
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { resizeImage, resizeTaps, type ByteImage } from '../../models/image/resize.ts';
import { goldenBytes, goldenNpy, hasGolden } from '../support/golden.ts';

/** Decodes a PNG; a grey file stays grey. */
async function readPng(path: string): Promise<ByteImage> {
  const image = sharp(goldenBytes(path));
  const { channels: stored } = await image.metadata();
  const grey = stored === 1 ? image.toColourspace('b-w') : image;
  const { data, info } = await grey.raw().toBuffer({ resolveWithObject: true });
  expect(info.channels).toBe(stored);
  return { data: new Uint8Array(data), width: info.width, height: info.height, channels: info.channels };
}

const differingBytes = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).filter((value, i) => value !== b[i]).length + Math.abs(a.length - b.length);

describe.skipIf(!hasGolden)('reference data', () => {
  const cases = [
    ['rgb_61x97', 72],
    ['rgb_300x217', 72],
    ['rgb_300x217', 240],
    ['rgb_240x151', 72],
    ['rgb_240x151', 240],
    ['grey_133x57', 72],
    ['grey_133x57', 240],
    ['grey_17x23', 72],
    ['grey_17x23', 240],
    ['grey_319x241', 72],
    ['grey_319x241', 240],
  ] as const;

  it.each(cases)('resizes %s to %i pixels bicubic, bit-exact', async (name, size) => {
    const resized = resizeImage(await readPng(`resize/${name}.png`), size, size, 'bicubic');
    expect(differingBytes(resized.data, goldenNpy(`resize/${name}_to${size}.npy`).data as Uint8Array)).toBe(
      0,
    );
  });

  it('resizes a mask bilinear, bit-exact, also after the threshold', async () => {
    const mask = await readPng('resize/mask.png');
    const binary = { ...mask, data: mask.data.map((v) => (v > 0 ? 255 : 0)) };
    const to72 = resizeImage(binary, 72, 72, 'bilinear').data;
    expect(differingBytes(to72, goldenNpy('resize/mask_to72_grey.npy').data as Uint8Array)).toBe(0);
    for (const size of [72, 240]) {
      const above = resizeImage(binary, size, size, 'bilinear').data.map((v) => (v / 255 > 0.5 ? 1 : 0));
      expect(differingBytes(above, goldenNpy(`resize/mask_to${size}.npy`).data as Uint8Array)).toBe(0);
    }
  });
});

describe('Specification, Appendix 2', () => {
  const width = 97;
  const height = 61;
  const formula = (channels: number, value: (x: number, y: number, c: number) => number): ByteImage => {
    const at = (i: number) => Math.floor(i / channels);
    const data = Uint8Array.from({ length: width * height * channels }, (_, i) =>
      value(at(i) % width, Math.floor(at(i) / width), i % channels),
    );
    return { data, width, height, channels };
  };
  const sum = (data: Uint8Array): number => data.reduce((a, b) => a + b, 0);
  const pixel = ({ data, width }: ByteImage, row: number, column: number): number[] => [
    ...data.subarray((row * width + column) * 3, (row * width + column) * 3 + 3),
  ];
  const pattern = formula(3, (x, y, c) => (7 * x + 13 * y + 29 * c) & 255);

  it('holds for bicubic to 24 x 24', () => {
    const small = resizeImage(pattern, 24, 24, 'bicubic');
    expect(sum(small.data)).toBe(220201);
    expect([pixel(small, 0, 0), pixel(small, 5, 7), pixel(small, 23, 23)]).toEqual([
      [22, 51, 80],
      [128, 157, 186],
      [150, 179, 208],
    ]);
  });

  it('holds for bicubic to 120 x 80', () => {
    const large = resizeImage(pattern, 120, 80, 'bicubic');
    expect(sum(large.data)).toBe(3669743);
    expect([pixel(large, 0, 0), pixel(large, 40, 60)]).toEqual([
      [0, 28, 57],
      [222, 166, 24],
    ]);
  });

  it('holds for a bilinear mask', () => {
    const mask = formula(1, (x, y) => ((Math.floor(x / 9) + Math.floor(y / 7)) & 1) * 255);
    const small = resizeImage(mask, 24, 24, 'bilinear').data;
    expect(sum(small)).toBe(72999);
    expect(small.filter((v) => v / 255 > 0.5).length).toBe(288);
    expect([...small.subarray(3 * 24, 3 * 24 + 6)]).toEqual([249, 241, 70, 6, 138, 249]);
  });
});

describe('properties', () => {
  it('has weights that sum to 1 for every output position', () => {
    for (const filter of ['bicubic', 'bilinear'] as const) {
      for (const [from, to] of [
        [1, 5],
        [7, 7],
        [15, 240],
        [2448, 240],
        [241, 240],
      ] as const) {
        const taps = resizeTaps(from, to, filter);
        expect(taps.length).toBe(to);
        for (const { first, weights } of taps) {
          expect(weights.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
          expect(first >= 0 && first + weights.length <= from).toBe(true);
        }
      }
    }
  });

  it('keeps a constant image constant and clips overshoot at both ends', () => {
    const white = { data: new Uint8Array(300).fill(255), width: 20, height: 15, channels: 1 };
    expect(resizeImage(white, 33, 4, 'bicubic').data.every((v) => v === 255)).toBe(true);
    const step = {
      data: Uint8Array.from({ length: 20 }, (_, i) => (i < 10 ? 0 : 255)),
      width: 20,
      height: 1,
      channels: 1,
    };
    const wide = resizeImage(step, 60, 1, 'bicubic').data;
    expect([wide[0], wide[27], wide[32], wide[59]]).toEqual([0, 0, 255, 255]);
  });

  it('returns the pixels unchanged when the size is already right', () => {
    const image = {
      data: Uint8Array.from({ length: 48 }, (_, i) => 5 * i),
      width: 4,
      height: 4,
      channels: 3,
    };
    expect(resizeImage(image, 4, 4, 'bicubic').data).toEqual(image.data);
  });
});
