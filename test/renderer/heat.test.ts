// Colours and readings of the heat maps.
// Runs in Node.
import { describe, expect, it } from 'vitest';
import { COLOUR_MAPS } from '../../electron/common/colour-maps.ts';
import {
  CLEAR_BELOW,
  coverage,
  heatPixels,
  hottest,
  paintHeat,
  readHeat,
} from '../../renderer/src/lib/heat.ts';

describe('heatPixels', () => {
  it('leaves the photograph clear where the heat is low, and covers more as it rises', () => {
    const alphas = [...heatPixels('viridis')].map((pixel) => pixel >>> 24);
    expect(alphas.slice(0, Math.floor(255 * CLEAR_BELOW)).every((a) => a === 0)).toBe(true);
    expect(alphas[255]).toBe(255);
    expect(alphas.every((a, i) => i === 0 || a >= alphas[i - 1]!)).toBe(true);
  });

  it('has the colours of the table', () => {
    for (const name of ['viridis', 'cividis', 'inferno'] as const) {
      const top = heatPixels(name)[255]!;
      expect([top & 255, (top >> 8) & 255, (top >> 16) & 255]).toEqual([...COLOUR_MAPS[name].slice(765)]);
    }
  });

  it('rises without a step', () => {
    expect(coverage(0)).toBe(0);
    expect(coverage(1)).toBe(1);
    for (let i = 1; i <= 255; i++) expect(coverage(i / 255) - coverage((i - 1) / 255)).toBeLessThan(0.03);
  });
});

it('paintHeat writes red, green, blue, alpha in the order of a canvas', () => {
  const bytes = new Uint8ClampedArray(8);
  paintHeat(Uint8Array.of(0, 255), 'viridis', bytes);
  expect(bytes[3]).toBe(0);
  expect([...bytes.subarray(4)]).toEqual([...COLOUR_MAPS.viridis.slice(765), 255]);
});

describe('readHeat', () => {
  const map = Uint8Array.of(0, 51, 102, 255);
  const scale = { lo: 1, hi: 2 };

  it('gives the raw value at a place of the photograph', () => {
    expect(readHeat(map, 2, scale, 0.75, 0.25)).toEqual({ value: 1.2, beyond: null });
    expect(readHeat(map, 2, scale, 0.1, 0.9)?.value).toBeCloseTo(1.4);
  });

  it('says when the true value may lie beyond the scale', () => {
    expect(readHeat(map, 2, scale, 0.9, 0.9)).toEqual({ value: 2, beyond: 'above' });
    expect(readHeat(map, 2, scale, 0, 0)).toEqual({ value: 1, beyond: 'below' });
  });

  it('gives nothing outside the photograph', () => {
    for (const [u, v] of [
      [-0.01, 0.5],
      [1, 0.5],
      [0.5, 1.2],
      [NaN, 0],
    ] as const) {
      expect(readHeat(map, 2, scale, u, v)).toBeNull();
    }
  });
});

describe('hottest', () => {
  it('finds the highest value', () => {
    const map = new Uint8Array(100);
    map[34] = 9;
    expect(hottest(map, 10)).toEqual({ u: 0.45, v: 0.35 });
  });

  it('takes the larger of two places at the end of the scale, and never the middle between them', () => {
    const map = new Uint8Array(100 * 100);
    map[10 * 100 + 10] = 255;
    for (let y = 70; y < 76; y++) for (let x = 80; x < 86; x++) map[y * 100 + x] = 255;
    const { u, v } = hottest(map, 100);
    expect(u).toBeGreaterThan(0.79);
    expect(u).toBeLessThan(0.87);
    expect(v).toBeGreaterThan(0.69);
    expect(v).toBeLessThan(0.77);
  });
});
