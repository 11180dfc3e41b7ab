// The arithmetic of the large view.
// Runs in Node.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  clampView,
  fitView,
  isFit,
  MAX_SCALE,
  origin,
  panBy,
  toImage,
  zoomAt,
} from '../../renderer/src/lib/zoom.ts';

const side = fc.integer({ min: 8, max: 8000 });
const size = fc.record({ width: side, height: side });
const pane = fc.record({
  width: fc.integer({ min: 200, max: 2000 }),
  height: fc.integer({ min: 200, max: 2000 }),
});

describe('fitView', () => {
  it('shows the whole photograph in the middle', () => {
    fc.assert(
      fc.property(size, pane, (image, box) => {
        const view = fitView(image, box);
        const at = origin(view, box);
        expect(at.x).toBeGreaterThanOrEqual(0);
        expect(at.y).toBeGreaterThanOrEqual(0);
        expect(at.x + image.width * view.scale).toBeLessThanOrEqual(box.width + 1e-6);
        expect(isFit(view, image, box)).toBe(true);
      }),
    );
  });
});

describe('zoomAt', () => {
  it('keeps the pixel under the pointer where it is, away from the edges', () => {
    const image = { width: 4000, height: 3000 };
    const box = { width: 800, height: 600 };
    const before = clampView({ scale: 1, x: 2000, y: 1500 }, image, box);
    const at = { x: 300, y: 220 };
    const fixed = toImage(before, at, box);
    const after = zoomAt(before, 1.7, at, image, box);
    expect(toImage(after, at, box).x).toBeCloseTo(fixed.x);
    expect(toImage(after, at, box).y).toBeCloseTo(fixed.y);
  });

  it('ends at single pixels and at the whole photograph', () => {
    const image = { width: 400, height: 300 };
    const box = { width: 800, height: 600 };
    expect(zoomAt(fitView(image, box), 1e9, { x: 0, y: 0 }, image, box).scale).toBe(MAX_SCALE);
    expect(isFit(zoomAt(fitView(image, box), 1e-9, { x: 5, y: 5 }, image, box), image, box)).toBe(true);
  });
});

describe('panBy', () => {
  it('never leaves a gap at an edge that need not be there', () => {
    fc.assert(
      fc.property(size, pane, fc.integer({ min: -9000, max: 9000 }), (image, box, by) => {
        const zoomed = zoomAt(fitView(image, box), 5, { x: 0, y: 0 }, image, box);
        const view = panBy(zoomed, by, -by, image, box);
        const at = origin(view, box);
        if (image.width * view.scale >= box.width) {
          expect(at.x).toBeLessThanOrEqual(1e-6);
          expect(at.x + image.width * view.scale).toBeGreaterThanOrEqual(box.width - 1e-6);
        }
      }),
    );
  });
});
