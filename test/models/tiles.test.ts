// Tiles: they cover the photograph, overlap as promised, and join without seams.
// Runs in the tests (Node).
import { describe, expect, it } from 'vitest';
import { cropOf, OVERLAP, tileCount, tilesAt } from '../../models/clip-ad/tile-grid.ts';
import { mergeScales, TileCanvas } from '../../models/clip-ad/tiles.ts';

describe('the tiles of a scale', () => {
  it.each([
    [1, 1],
    [2, 9],
    [3, 16],
    [4, 25],
  ])('scale %i has %i tiles, which overlap and reach every edge', (scale, count) => {
    const tiles = tilesAt(scale);
    expect(tiles).toHaveLength(count);
    const along = [...new Set(tiles.map((tile) => tile.x))].sort((a, b) => a - b);
    expect(along[0]).toBe(0);
    expect(along.at(-1)! + 1 / scale).toBeCloseTo(1, 12);
    for (let i = 1; i < along.length; i++) {
      expect(1 - (along[i]! - along[i - 1]!) * scale).toBeGreaterThanOrEqual(OVERLAP - 1e-9);
    }
  });

  it('counts the runs of several scales', () => expect(tileCount([1, 2, 4])).toBe(35));

  it.each([
    [4000, 3000],
    [641, 479],
    [3, 2],
    [1, 1],
  ])('crops of %i × %i leave no pixel out and stay inside', (width, height) => {
    for (const scale of [1, 2, 4]) {
      const seen = new Uint8Array(Math.min(width, 700) * Math.min(height, 700));
      for (const tile of tilesAt(scale)) {
        const crop = cropOf(tile, scale, width, height);
        expect(crop.left).toBeGreaterThanOrEqual(0);
        expect(crop.left + crop.width).toBeLessThanOrEqual(width);
        expect(crop.top + crop.height).toBeLessThanOrEqual(height);
        expect(Math.min(crop.width, crop.height)).toBeGreaterThanOrEqual(1);
        if (width > 700) continue;
        for (let y = crop.top; y < crop.top + crop.height; y++)
          seen.fill(1, y * width + crop.left, y * width + crop.left + crop.width);
      }
      if (width <= 700) expect(seen.every((value) => value === 1)).toBe(true);
    }
  });
});

describe('joining', () => {
  const SIDE = 24;
  /** What a network without context would answer: the same function of the place, whatever the tile. */
  const field = (u: number, v: number): number => Math.sin(5 * u) + v * v;
  const paint = (x: number, y: number, scale: number): Float32Array =>
    Float32Array.from({ length: SIDE * SIDE }, (_, i) => {
      const canvas = SIDE * scale;
      const column = Math.round(x * canvas) + (i % SIDE) + 0.5;
      const row = Math.round(y * canvas) + Math.floor(i / SIDE) + 0.5;
      return field(column / canvas, row / canvas);
    });

  it.each([1, 2, 4])('tiles that agree join into exactly what they show, scale %i', (scale) => {
    const canvas = new TileCanvas(SIDE, scale);
    for (const tile of tilesAt(scale)) canvas.add(tile, paint(tile.x, tile.y, scale));
    const joined = canvas.finish();
    const expected = Array.from({ length: canvas.side ** 2 }, (_, i) =>
      field(((i % canvas.side) + 0.5) / canvas.side, (Math.floor(i / canvas.side) + 0.5) / canvas.side),
    );
    joined.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 5));
  });

  it('tiles that disagree fade into each other: no step between neighbouring pixels', () => {
    const canvas = new TileCanvas(SIDE, 2);
    tilesAt(2).forEach((tile, i) => canvas.add(tile, new Float32Array(SIDE * SIDE).fill(i % 2)));
    const joined = canvas.finish();
    let steepest = 0;
    for (let i = 0; i < joined.length - 1; i++) {
      if ((i + 1) % canvas.side !== 0) steepest = Math.max(steepest, Math.abs(joined[i + 1]! - joined[i]!));
    }
    expect(steepest).toBeLessThan(0.3);
  });

  it('scales are averaged at the size of the largest', () => {
    const coarse = { map: Float32Array.of(1, 1, 1, 1), side: 2 };
    const fine = { map: new Float32Array(16).fill(3), side: 4 };
    expect([...mergeScales([coarse, fine])]).toEqual(new Array<number>(16).fill(2));
    expect([...mergeScales([coarse])]).toEqual([1, 1, 1, 1]);
  });

  it('enlarging follows half-pixel centres', () => {
    const ramp = { map: Float32Array.of(0, 1, 0, 1), side: 2 };
    const flat = { map: new Float32Array(16), side: 4 };
    expect([...mergeScales([ramp, flat])].slice(0, 4)).toEqual([0, 0.125, 0.375, 0.5]);
  });
});
