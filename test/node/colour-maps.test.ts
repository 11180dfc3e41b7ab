// The colour tables: known ends, evenly rising lightness, and colours that colour-blind eyes tell apart.
// Runs in Node.
import { describe, expect, test } from 'vitest';
import { COLOUR_MAPS, rgbOf, VERDICT_COLOURS } from '../../electron/common/colour-maps.ts';

type Rgb = readonly [number, number, number];

const linear = (value: number): number => {
  const v = value / 255;
  return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
};
const luminance = ([r, g, b]: Rgb): number => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
/** CIE L*, 0..100. */
const lightness = (colour: Rgb): number => {
  const y = luminance(colour);
  return y > 216 / 24389 ? 116 * Math.cbrt(y) - 16 : (24389 / 27) * y;
};
const contrast = (a: Rgb, b: Rgb): number => {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
};
const colour = (table: Uint8Array, i: number): Rgb => [table[i * 3]!, table[i * 3 + 1]!, table[i * 3 + 2]!];

describe.each([
  ['viridis', '440154', '21918c', 'fde725'],
  ['cividis', '00224e', '7d7c78', 'fee838'],
  ['inferno', '000004', 'bc3754', 'fcffa4'],
] as const)('%s', (name, first, middle, last) => {
  const table = COLOUR_MAPS[name];
  const hex = (i: number) => Buffer.from(colour(table, i)).toString('hex');

  test('256 colours with the known ends and middle', () => {
    expect(table).toHaveLength(768);
    expect([hex(0), hex(128), hex(255)]).toEqual([first, middle, last]);
  });

  test('gets lighter from step to step, about evenly', () => {
    const steps = Array.from(
      { length: 255 },
      (_, i) => lightness(colour(table, i + 1)) - lightness(colour(table, i)),
    );
    const mean = steps.reduce((sum, step) => sum + step) / 255;
    // Rounding to 8 bits may hold a single step back by a hair, never a stretch of the map.
    expect(Math.min(...steps)).toBeGreaterThan(-0.15);
    for (let i = 0; i + 4 <= 255; i++) {
      const four = steps.slice(i, i + 4).reduce((sum, step) => sum + step);
      expect(four).toBeGreaterThan(0);
      expect(four).toBeLessThan(4 * mean * 2);
    }
  });
});

test('verdict colours: the four of the design, readable on dark and far from each other', () => {
  expect(VERDICT_COLOURS).toMatchObject({ good: '#009E73', review: '#E69F00', reject: '#D55E00' });
  expect(rgbOf('#D55E00')).toEqual([213, 94, 0]);
  const [r, g, b] = rgbOf(VERDICT_COLOURS.failed);
  expect(r === g && g === b).toBe(true);
  for (const value of Object.values(VERDICT_COLOURS)) {
    expect(contrast(rgbOf(value), rgbOf('#18181B'))).toBeGreaterThan(4.5);
  }
});
