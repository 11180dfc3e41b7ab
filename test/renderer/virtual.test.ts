// The arithmetic of the virtual grid.
// Runs in Node.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CAPTION,
  cellPosition,
  GAP,
  gridShape,
  gridWindow,
  listTop,
  MAX_SCROLL_DEVICE_PX,
  PADDING,
  scrollToShow,
  scrollTopFor,
  stepFrom,
} from '../../renderer/src/lib/virtual.ts';

const any = fc.record({
  count: fc.integer({ min: 0, max: 3_000_000 }),
  width: fc.integer({ min: 200, max: 3000 }),
  size: fc.integer({ min: 96, max: 480 }),
  height: fc.integer({ min: 200, max: 2000 }),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
});

describe('gridShape', () => {
  it('shares the width among as many columns as fit', () => {
    const shape = gridShape(100, 930, 168);
    expect(shape.columns).toBe(5);
    expect(2 * PADDING + 5 * shape.cell + 4 * GAP).toBeLessThanOrEqual(930);
    expect(shape.cell).toBeGreaterThanOrEqual(168);
    expect(shape.rows).toBe(20);
    expect(shape.rowHeight).toBe(shape.cell + CAPTION + GAP);
  });

  it('keeps one column in a window that is too narrow', () => {
    expect(gridShape(3, 60, 480).columns).toBe(1);
  });

  it('keeps 100,000 parts below the cap of the browser at the usual size', () => {
    const shape = gridShape(100_000, 930, 168, 2);
    expect(shape.scrollHeight).toBe(shape.fullHeight);
  });

  it('caps the height of the box for a million parts', () => {
    const shape = gridShape(1_000_000, 930, 168, 2);
    expect(shape.scrollHeight).toBe(MAX_SCROLL_DEVICE_PX / 2);
    expect(shape.fullHeight).toBeGreaterThan(shape.scrollHeight);
  });
});

describe('gridWindow', () => {
  it('draws every cell that is in view, and few others, at any place of any list', () => {
    fc.assert(
      fc.property(any, ({ count, width, size, height, at }) => {
        const shape = gridShape(count, width, size);
        const scrollTop = at * Math.max(0, shape.scrollHeight - height);
        const top = listTop(shape, scrollTop, height);
        const { first, end, shift } = gridWindow(shape, scrollTop, height, 1);
        expect(shift).toBeCloseTo(scrollTop - top, 6);
        const visible = (index: number): boolean => {
          const { y } = cellPosition(shape, index);
          return y + shape.rowHeight - GAP > top && y < top + height;
        };
        if (first > 0) expect(visible(first - 1)).toBe(false);
        if (end < count) expect(visible(end)).toBe(false);
        expect(end - first).toBeLessThanOrEqual((Math.ceil(height / shape.rowHeight) + 3) * shape.columns);
      }),
    );
  });

  it('reaches the last part at the end of the scroll bar, also beyond the cap', () => {
    for (const count of [10, 100_000, 2_000_000]) {
      const shape = gridShape(count, 930, 168, 2);
      const { end } = gridWindow(shape, shape.scrollHeight - 640, 640, 0);
      expect(end).toBe(count);
    }
  });
});

describe('scrollToShow', () => {
  it('brings any cell into view, and does nothing when it is there', () => {
    fc.assert(
      fc.property(
        any,
        fc.double({ min: 0, max: 0.999999, noNaN: true }),
        ({ count, width, size, at }, which) => {
          fc.pre(count > 0);
          const height = 1200;
          const shape = gridShape(count, width, size);
          const index = Math.floor(which * count);
          const before = at * Math.max(0, shape.scrollHeight - height);
          const after = scrollToShow(shape, index, before, height);
          const top = listTop(shape, after, height);
          const { y } = cellPosition(shape, index);
          expect(y).toBeGreaterThanOrEqual(top - 1);
          expect(y + shape.rowHeight - GAP).toBeLessThanOrEqual(top + height + 1);
          expect(scrollToShow(shape, index, after, height)).toBeCloseTo(after, 3);
        },
      ),
    );
  });

  it('undoes listTop', () => {
    const shape = gridShape(2_000_000, 930, 168, 2);
    expect(listTop(shape, scrollTopFor(shape, 5_000_000, 640), 640)).toBeCloseTo(5_000_000, 3);
  });
});

describe('stepFrom', () => {
  const shape = gridShape(23, 930, 168); // 5 columns, 5 rows, the last one of 3
  const step = (index: number, key: Parameters<typeof stepFrom>[2]): number =>
    stepFrom(shape, index, key, 500);

  it('moves by one and by a row, and stays inside', () => {
    expect(step(7, 'left')).toBe(6);
    expect(step(7, 'down')).toBe(12);
    expect(step(2, 'up')).toBe(2);
    expect(step(0, 'left')).toBe(0);
    expect(step(22, 'right')).toBe(22);
    expect(step(22, 'down')).toBe(22);
  });

  it('goes down onto a shorter last row', () => {
    expect(step(19, 'down')).toBe(22);
  });

  it('goes to the ends and by pages', () => {
    expect(step(7, 'first')).toBe(0);
    expect(step(7, 'last')).toBe(22);
    expect(step(12, 'page-down')).toBe(22);
    expect(step(12, 'page-up')).toBe(2);
  });

  it('has nowhere to go in an empty list', () => {
    expect(stepFrom(gridShape(0, 930, 168), 0, 'right', 500)).toBe(-1);
  });
});
