// Reads the reference data of the official code and compares with it under the tolerances of its manifest.
// Runs in the tests (vitest).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { parseNpy, type NpyArray } from '../../models/npy.ts';
import { GOLDEN } from './shared.ts';

export { GOLDEN, hasGolden } from './shared.ts';

export const goldenBytes = (path: string): Uint8Array => new Uint8Array(readFileSync(join(GOLDEN, path)));
export const goldenNpy = (path: string): NpyArray => parseNpy(goldenBytes(path), path);
export const goldenJson = (path: string): unknown => JSON.parse(readFileSync(join(GOLDEN, path), 'utf8'));

/** Float32 array of a golden file; fails when the file holds another type. */
export function goldenFloats(path: string): Float32Array {
  const { data } = goldenNpy(path);
  if (!(data instanceof Float32Array)) throw new Error(`${path} is not float32`);
  return data;
}

/** The tolerance that manifest.json sets for a golden file. */
export function tolerance(path: string): number {
  const { files } = goldenJson('manifest.json') as { files: { path: string; tolerance: number }[] };
  const entry = files.find((f) => f.path === path);
  if (!entry) throw new Error(`${path} is not in manifest.json`);
  return entry.tolerance;
}

/** The rule of manifest.json: max|expected-got| <= tolerance * max|expected| over the whole array. */
export function expectClose(got: ArrayLike<number>, expected: ArrayLike<number>, limit: number): void {
  expect(got.length).toBe(expected.length);
  let worst = 0;
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs((got[i] ?? NaN) - (expected[i] ?? NaN));
    worst = difference <= worst ? worst : difference; // a NaN difference wins and then fails below
    largest = Math.max(largest, Math.abs(expected[i] ?? NaN));
  }
  expect(worst).toBeLessThanOrEqual(limit * largest);
}
