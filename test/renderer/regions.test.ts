// Regions of a heat map: what belongs together, what is left out, where the outline runs.
// Runs in Node.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findRegions, stepRegion } from '../../renderer/src/lib/regions.ts';

/** A map drawn with characters: '.' = 0, digits = tens. */
function drawn(...rows: string[]): { map: Uint8Array; side: number } {
  const side = rows.length;
  const map = Uint8Array.from(rows.join(''), (sign) => (sign === '.' ? 0 : 10 * Number(sign)));
  return { map, side };
}
const find = (rows: string[], from: number, minimumArea = 1) => {
  const { map, side } = drawn(...rows);
  return findRegions(map, side, { from, minimumArea });
};

describe('findRegions', () => {
  const rows = ['99...', '9....', '.....', '...5.', '....5'];

  it('takes what touches, at corners too, for one region; hottest first', () => {
    const found = find(rows, 50);
    expect(found.map((r) => [r.area, r.peak])).toEqual([
      [3, 90],
      [2, 50],
    ]);
    expect(found[0]).toMatchObject({ left: 0, top: 0, right: 0.4, bottom: 0.4 });
  });

  it('counts a value equal to the threshold, and nothing below it', () => {
    expect(find(rows, 51).map((r) => r.area)).toEqual([3]);
    expect(find(rows, 91)).toEqual([]);
  });

  it('leaves out what is smaller than the least area', () => {
    expect(find(rows, 50, 3).map((r) => r.area)).toEqual([3]);
    expect(find(rows, 50, 4)).toEqual([]);
  });

  it('points at the middle of a plateau', () => {
    const [region] = find(['.....', '.999.', '.999.', '.999.', '.....'], 50);
    expect(region?.u).toBeCloseTo(0.5);
    expect(region?.v).toBeCloseTo(0.5);
  });

  it('never takes a threshold of 0 for everything', () => {
    expect(find(['..', '..'], 0)).toEqual([]);
  });

  it('answers nothing for a map that is not there', () => {
    expect(findRegions(new Uint8Array(0), 0, { from: 10, minimumArea: 1 })).toEqual([]);
    expect(findRegions(new Uint8Array(3), 2, { from: 10, minimumArea: 1 })).toEqual([]);
  });

  it('finds every pixel at or above the threshold exactly once, and closes every outline', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }).chain((side) =>
          fc.record({
            side: fc.constant(side),
            map: fc.uint8Array({ minLength: side * side, maxLength: side * side }),
          }),
        ),
        fc.integer({ min: 1, max: 255 }),
        ({ side, map }, from) => {
          const found = findRegions(map, side, { from, minimumArea: 1 });
          expect(found.reduce((sum, r) => sum + r.area, 0)).toBe(map.filter((v) => v >= from).length);
          for (const region of found) {
            expect(region.outline.length % 4).toBe(0);
            expect(region.outline.length).toBeGreaterThan(0);
            // Every corner of a closed line is met an even number of times.
            const met = new Map<string, number>();
            for (let i = 0; i < region.outline.length; i += 2) {
              const key = `${region.outline[i]} ${region.outline[i + 1]}`;
              met.set(key, (met.get(key) ?? 0) + 1);
            }
            expect([...met.values()].every((n) => n % 2 === 0)).toBe(true);
          }
        },
      ),
    );
  });

  it('survives a snake that fills a large map', () => {
    const side = 240;
    const map = new Uint8Array(side * side);
    for (let y = 0; y < side; y += 2) map.fill(200, y * side, y * side + side);
    for (let y = 1; y < side; y += 4) map[y * side + side - 1] = 200;
    for (let y = 3; y < side; y += 4) map[y * side] = 200;
    expect(findRegions(map, side, { from: 100, minimumArea: 1 })).toHaveLength(1);
  });
});

describe('stepRegion', () => {
  it('goes round in both directions and starts at the near end', () => {
    expect(stepRegion(3, null, 1)).toBe(0);
    expect(stepRegion(3, null, -1)).toBe(2);
    expect(stepRegion(3, 2, 1)).toBe(0);
    expect(stepRegion(3, 0, -1)).toBe(2);
    expect(stepRegion(3, 7, 1)).toBe(0);
    expect(stepRegion(0, null, 1)).toBe(-1);
  });
});
