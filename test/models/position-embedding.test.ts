// Checks the resized position embedding against the official loader.
// Runs in the tests (Node).
import { describe, expect, it } from 'vitest';
import { resizePositionEmbedding } from '../../models/clip/position-embedding.ts';
import { expectClose, goldenFloats, hasGolden, tolerance } from '../support/golden.ts';

describe.skipIf(!hasGolden)('reference data', () => {
  it.each([4, 9])('resizes a 6 x 6 grid to %i patches per side as the official loader does', (grid) => {
    const file = `posembed/to_grid${grid}.npy`;
    const resized = resizePositionEmbedding(goldenFloats('posembed/source.npy'), 12, grid);
    expectClose(resized, goldenFloats(file), tolerance(file));
  });
});

it('keeps the row of the CLS token and, at the same grid, everything', () => {
  const position = Float32Array.from({ length: 10 * 4 }, (_, i) => Math.sin(i));
  expect(resizePositionEmbedding(position, 4, 3)).toEqual(position);
  expect(resizePositionEmbedding(position, 4, 7).subarray(0, 4)).toEqual(position.subarray(0, 4));
});

it('keeps the patches row by row: a horizontal ramp stays a horizontal ramp', () => {
  const ramp = Float32Array.from({ length: 17 }, (_, i) => (i === 0 ? 9 : (i - 1) % 4));
  const resized = resizePositionEmbedding(ramp, 1, 8);
  for (let y = 0; y < 8; y++) expect(resized.subarray(1 + 8 * y, 9 + 8 * y)).toEqual(resized.subarray(1, 9));
  expect(resized[8]! - resized[1]!).toBeGreaterThan(2);
});
