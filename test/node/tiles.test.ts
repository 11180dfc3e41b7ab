// Tiles through the engine: the map grows, small things are seen, score0 is the mean of the scales.
// Runs in the tests (Node).
import { describe, expect, it } from 'vitest';
import { cropOf, tilesAt } from '../../models/clip-ad/tile-grid.ts';
import { toErrorValue } from '../../models/errors.ts';
import { platePhotograph } from '../support/plate.ts';

describe('tiles', () => {
  // The square lies in the upper left quarter.
  const plate = platePhotograph(240, 50, 40);
  const inspect = (scales?: readonly number[]) => plate(scales ? { scales } : {});

  it('scale 1 alone is the photograph as it always was', async () => {
    const [plain, one] = [await inspect(), await inspect([1])];
    expect(one.map).toEqual(plain.map);
    expect(one.info.mapSize).toBe(plain.info.mapSize);
  });

  it('the map has the size of the finest scale, score1 is its maximum', async () => {
    const [plain, tiled] = [await inspect(), await inspect([2, 4])];
    expect(tiled.info.mapSize).toBe(plain.info.mapSize * 4);
    expect(tiled.map).toHaveLength(tiled.info.mapSize ** 2);
    expect(tiled.score1).toBe(tiled.map.reduce((most, value) => Math.max(most, value)));
    expect(tiled.map.every(Number.isFinite)).toBe(true);
  });

  it('score0 is the mean of the scales, and within a scale the mean of its tiles', async () => {
    const [whole, tiled] = [await inspect(), await inspect([2])];
    const tiles: number[] = [];
    for (const tile of tilesAt(2)) tiles.push((await plate({}, cropOf(tile, 2, 240, 240))).score0);
    const mean = tiles.reduce((sum, one) => sum + one, 0) / tiles.length;
    expect(new Set(tiles).size).toBeGreaterThan(1);
    expect(tiled.score0).toBeCloseTo((whole.score0 + mean) / 2, 6);
  });

  it('a tile far from the defect answers as for a plate without it', async () => {
    const { map, info } = await inspect([4]);
    const at = (x: number, y: number): number =>
      map[Math.round(y * info.mapSize) * info.mapSize + Math.round(x * info.mapSize)]!;
    // The whole photograph is one third of the mean here; the rest comes from tiles that never saw the square.
    const spread = Math.abs(at(0.9, 0.9) - at(0.7, 0.9));
    const jump = Math.abs(at(0.23, 0.19) - at(0.9, 0.9));
    expect(jump).toBeGreaterThan(spread);
  });

  it.each([[[0]], [[9]], [[1.5]]])('refuses %j', async (scales) => {
    const code = await inspect(scales).then(
      () => 'none',
      (error: unknown) => toErrorValue(error).code,
    );
    expect(code).toBe('usage');
  });
});
