// Overlays: the photograph stays where the map is low, the colour is right where it is high, the legend is there, nothing broken
// is ever drawn as if it were fine. Runs in Node.
import { describe, expect, test } from 'vitest';
import { COLOUR_MAPS } from '../../electron/common/colour-maps.ts';
import { decodeBytes, type DecodedImage } from '../../electron/node/image/decode.ts';
import { alphaAt, upsample } from '../../electron/node/image/heat.ts';
import { legendHeight } from '../../electron/node/image/legend.ts';
import { renderOverlay, type OverlayOptions } from '../../electron/node/image/overlay.ts';

const photograph = (width: number, height: number, channels: 1 | 3 = 3, value = 100): DecodedImage => ({
  width,
  height,
  channels,
  data: new Uint8Array(width * height * channels).fill(value),
  format: 'png',
  sourceBitDepth: 8,
  bytes: 1,
});
const heat = (size: number, at: (x: number, y: number) => number) => ({
  size,
  data: Float32Array.from({ length: size * size }, (_, i) => at(i % size, Math.floor(i / size))),
});
const options: OverlayOptions = { lo: 0, hi: 1, colourMap: 'inferno', opacity: 0.5 };
const render = async (...args: Parameters<typeof renderOverlay>) =>
  decodeBytes(await renderOverlay(...args), 'overlay');
const pixel = ({ width, channels, data }: DecodedImage, x: number, y: number) =>
  Array.from(data.subarray((y * width + x) * channels, (y * width + x) * channels + 3));

describe('upsampling', () => {
  test('is bilinear between pixel centres and constant at the rim', () => {
    const up = upsample(
      heat(2, (x) => x),
      8,
      4,
    );
    const row = [0, 0, 0.125, 0.375, 0.625, 0.875, 1, 1];
    expect(Array.from(up)).toEqual([...row, ...row, ...row, ...row]);
  });
  test('leaves a map of the same size alone and covers any shape', () => {
    const map = heat(5, (x, y) => x * 10 + y);
    expect(upsample(map, 5, 5)).toEqual(map.data);
    expect(
      upsample(
        heat(1, () => 0.5),
        3,
        7,
      ).every((value) => value === 0.5),
    ).toBe(true);
  });
});

test('alpha: nothing in the lowest tenth, full opacity from 0.6, never falling', () => {
  expect([alphaAt(0, 0.8), alphaAt(0.1, 0.8), alphaAt(0.6, 0.8), alphaAt(1, 0.8)]).toEqual([0, 0, 0.8, 0.8]);
  for (let t = 0; t < 1; t += 0.01) expect(alphaAt(t + 0.01, 1)).toBeGreaterThanOrEqual(alphaAt(t, 1));
});

describe('renderOverlay', () => {
  test('the photograph shows where the map is low', async () => {
    const image = await render(
      photograph(60, 40),
      heat(8, () => 0.05),
      options,
    );
    expect([image.width, image.height]).toEqual([60, 40 + legendHeight(60, options)]);
    for (const [x, y] of [
      [0, 0],
      [59, 39],
      [30, 20],
    ] as const)
      expect(pixel(image, x, y)).toEqual([100, 100, 100]);
  });
  test('the colour of the value covers it where the map is high, on the fixed scale', async () => {
    const colours = COLOUR_MAPS.inferno;
    const blend = (index: number) =>
      Array.from(colours.subarray(index * 3, index * 3 + 3), (c) => Math.round(100 + (c - 100) * 0.5));
    const full = await render(
      photograph(60, 40),
      heat(8, () => 9),
      options,
    );
    expect(pixel(full, 30, 20)).toEqual(blend(255));
    // The same map on a wider scale is not stretched to the ends.
    const half = await render(
      photograph(60, 40),
      heat(8, () => 9),
      { ...options, hi: 12 },
    );
    expect(pixel(half, 30, 20)).toEqual(blend(Math.round((9 / 12) * 255)));
  });
  test('grey photographs work, and large ones are made smaller, small ones are kept', async () => {
    const image = await render(
      photograph(200, 3000, 1),
      heat(4, () => 0),
      options,
    );
    expect([image.width, image.height - legendHeight(image.width, options), image.channels]).toEqual([
      107, 1600, 3,
    ]);
    const small = await render(
      photograph(30, 10),
      heat(4, () => 0),
      { ...options, maxSide: 500 },
    );
    expect(small.width).toBe(30);
  });
  test('the threshold draws a white line inside of the region with a black one around it', async () => {
    const step = heat(40, (x) => (x < 20 ? 0 : 1));
    const image = await render(photograph(40, 40), step, { ...options, threshold: 0.5 });
    expect([pixel(image, 18, 20), pixel(image, 19, 20), pixel(image, 20, 20)]).toEqual([
      [100, 100, 100],
      [0, 0, 0],
      [255, 255, 255],
    ]);
    const without = await render(photograph(40, 40), step, { ...options, threshold: 2 });
    expect(pixel(without, 20, 20)).not.toEqual([255, 255, 255]);
  });
  test('the legend shows the bar from dark to light, and a verdict in its colour', async () => {
    const told: OverlayOptions = { ...options, verdict: 'reject', score: 0.871 };
    const image = await render(
      photograph(400, 50),
      heat(4, () => 0),
      told,
    );
    expect(legendHeight(400, told)).toBeGreaterThan(legendHeight(400, options));
    const strip = Array.from({ length: (image.height - 50) * 400 }, (_, i) =>
      pixel(image, i % 400, 50 + Math.floor(i / 400)),
    );
    const has = (colour: number[]) => strip.some((p) => p.every((value, c) => value === colour[c]));
    expect(has([213, 94, 0])).toBe(true);
    expect(has(Array.from(COLOUR_MAPS.inferno.subarray(0, 3)))).toBe(true);
    expect(has(Array.from(COLOUR_MAPS.inferno.subarray(765)))).toBe(true);
    const plain = await render(
      photograph(400, 50),
      heat(4, () => 0),
      options,
    );
    expect(plain.height).toBe(50 + legendHeight(400, options));
  });
  test.each([1, 2, 20, 63])('does not break on a picture of %i pixels', async (side) => {
    const image = await render(
      photograph(side, side),
      heat(3, () => 1),
      { ...options, verdict: 'failed', threshold: 0.5 },
    );
    expect(image.width).toBe(side);
  });
  test.each([
    ['too few values', { size: 3, data: new Float32Array(8) }, {}],
    ['not a number', heat(3, (x) => (x ? 0 : NaN)), {}],
    ['an empty scale', heat(3, () => 0), { lo: 1, hi: 1 }],
    ['a scale without an end', heat(3, () => 0), { hi: Infinity }],
  ])('refuses %s', async (_, map, change) => {
    await expect(renderOverlay(photograph(9, 9), map, { ...options, ...change })).rejects.toMatchObject({
      code: 'internal',
    });
  });
});
