// Inspection areas: the schema and its limits, cells and back, the border rule on maps, outlines, and the engine with and without.
// Runs in the tests (Node).
import { describe, expect, it } from 'vitest';
import {
  areaOf,
  areaOutline,
  ignoredCells,
  ignoredPixels,
  ignoredShare,
  InspectionArea,
  isIgnored,
} from '../../electron/common/area.ts';
import { HeatMask } from '../../electron/node/engine/masked.ts';
import { platePhotograph } from '../support/plate.ts';

/** Rows of text: # is ignored. */
function drawn(...rows: string[]): InspectionArea {
  const cells = Uint8Array.from(rows.join(''), (sign) => (sign === '#' ? 1 : 0));
  const area = areaOf(rows[0]!.length, rows.length, cells);
  if (area === null) throw new Error('nothing is ignored');
  return area;
}
const shown = (cells: Uint8Array, columns: number): string[] =>
  Array.from({ length: cells.length / columns }, (_, row) =>
    [...cells.subarray(row * columns, (row + 1) * columns)].map((cell) => (cell ? '#' : '.')).join(''),
  );

describe('the area', () => {
  it('is lengths of runs, and the cells again', () => {
    const rows = ['#..', '.##', '##.'];
    const area = drawn(...rows);
    expect(area).toEqual({ columns: 3, rows: 3, runs: [0, 1, 3, 4, 1] });
    expect(InspectionArea.parse(area)).toEqual(area);
    expect(shown(ignoredCells(area), 3)).toEqual(rows);
    expect(ignoredShare(area)).toBeCloseTo(5 / 9, 12);
    expect(areaOf(2, 2, new Uint8Array(4))).toBeNull();
  });

  it.each([
    ['everything ignored', { columns: 2, rows: 2, runs: [0, 4] }],
    ['one run: nothing ignored', { columns: 2, rows: 2, runs: [4] }],
    ['too few cells', { columns: 2, rows: 2, runs: [1, 2] }],
    ['too many cells', { columns: 2, rows: 2, runs: [1, 4] }],
    ['an empty run inside', { columns: 2, rows: 2, runs: [1, 0, 3] }],
    ['no runs', { columns: 2, rows: 2, runs: [] }],
    ['negative runs', { columns: 2, rows: 2, runs: [5, -1] }],
    ['halves', { columns: 2, rows: 2, runs: [1.5, 2.5] }],
    ['a grid that is too fine', { columns: 1025, rows: 1, runs: [25, 1000] }],
    ['no columns', { columns: 0, rows: 1, runs: [0, 0] }],
    ['too many runs', { columns: 1024, rows: 1024, runs: [...Array<number>(40_000).fill(1), 1_008_576] }],
  ])('is refused with %s', (_, area) => {
    expect(InspectionArea.safeParse(area).success).toBe(false);
  });

  it('knows places on the photograph', () => {
    const cells = ignoredCells(drawn('.#', '..'));
    const at = (u: number, v: number): boolean => isIgnored(cells, 2, 2, u, v);
    expect([at(0.6, 0.1), at(0.4, 0.1), at(0.6, 0.5), at(0.999, 0.499)]).toEqual([true, false, false, true]);
    expect([at(1, 0), at(-0.01, 0), at(0.6, NaN)]).toEqual([false, false, false]);
  });

  it('on a map, a pixel is ignored only when all that it touches is', () => {
    const area = drawn('##..', '##..', '....', '....');
    expect(shown(ignoredPixels(area, 2), 2)).toEqual(['#.', '..']);
    expect(shown(ignoredPixels(area, 4), 4)).toEqual(['##..', '##..', '....', '....']);
    expect(shown(ignoredPixels(area, 8), 8).slice(3, 5)).toEqual(['####....', '........']);
    // The middle pixel of three touches both sides.
    expect(shown(ignoredPixels(area, 3), 3)).toEqual(['#..', '...', '...']);
    // One inspected cell of a million still counts.
    const cells = new Uint8Array(1024 * 1024).fill(1);
    cells[5000] = 0;
    const fine = ignoredPixels(areaOf(1024, 1024, cells)!, 30);
    expect(fine.reduce((sum, pixel) => sum + pixel, 0)).toBe(899);
  });

  it('has one border without the edge of the photograph', () => {
    const pieces = [...areaOutline(drawn('##..', '##..', '....', '....'))];
    expect(pieces).toEqual([0, 0.5, 0.5, 0.5, 0.5, 0, 0.5, 0.5]);
  });
});

describe('a masked map', () => {
  it('is cold where it is ignored, and its maximum is that of the rest, also below zero', () => {
    const heat = Float32Array.of(0.9, -0.3, -0.2, -0.4);
    const raw = { heat, score0: 0.5, score1: 0.9 };
    const masked = new HeatMask(drawn('#.', '..'), -0.5).apply(raw)!;
    expect([...masked.heat]).toEqual([-0.5, ...heat.subarray(1)]);
    expect(masked.score1).toBe(heat[2]);
    expect(masked.score0).toBe(0.5);
    expect(heat[0]).toBe(Math.fround(0.9));
  });
});

describe('the engine', () => {
  const inspect = platePhotograph(64, 8, 4);
  /** Half of the photograph, the hot half or the other. */
  const halves = (map: Float32Array): { hot: InspectionArea; cold: InspectionArea; peak: number } => {
    const side = Math.sqrt(map.length);
    const peak = map.indexOf(map.reduce((a, b) => Math.max(a, b)));
    const [left, right] = [drawn('#.'), drawn('.#')];
    return peak % side < side / 2 ? { hot: left, cold: right, peak } : { hot: right, cold: left, peak };
  };

  it.each([[[1]], [[1, 2]]])(
    'with scales %j: an area takes the hottest place away, and only score1 follows',
    async (scales) => {
      const plain = await inspect({ scales });
      const { hot, cold, peak } = halves(plain.map);
      const masked = await inspect({ scales, area: hot });
      const ignored = ignoredPixels(hot, plain.info.mapSize);
      const inside = plain.map.filter((_, i) => ignored[i] === 0);
      expect(masked.score0).toBe(plain.score0);
      expect(masked.score1).toBe(inside.reduce((a, b) => Math.max(a, b)));
      expect(masked.score1).toBeLessThan(plain.score1);
      expect(masked.score).toBeLessThan(plain.score);
      expect(masked.map[peak]).toBe(Math.fround(plain.info.heat.lo));
      expect(masked.map.every((value, i) => ignored[i] === 1 || value === plain.map[i])).toBe(true);
      // What is ignored elsewhere changes no number.
      const other = await inspect({ scales, area: cold });
      expect([other.score, other.score0, other.score1]).toEqual([plain.score, plain.score0, plain.score1]);
    },
  );

  it('answers with the feature, which no area changes', async () => {
    const plain = await inspect({});
    const masked = await inspect({ area: drawn('#.') });
    expect(plain.feature).toHaveLength(16);
    expect(
      Math.max(...new Int8Array(plain.feature!.buffer, plain.feature!.byteOffset, 16).map(Math.abs)),
    ).toBe(127);
    expect(masked.feature).toEqual(plain.feature);
    expect((await inspect({ comparison: 'winclip' })).feature).toBeUndefined();
  });
});
