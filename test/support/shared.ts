// Finds the reference data and the photographs that lie beside the project, and says loudly when they are absent.
// Runs in the tests (Node, any runner).
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

const SHARED = resolve(process.env.LOUPE_SHARED ?? join(import.meta.dirname, '../../../shared'));
export const GOLDEN = join(SHARED, 'golden');
export const PARTS = join(SHARED, 'data/parts');

const present = (path: string): boolean => {
  if (existsSync(path)) return true;
  console.warn(`SKIPPED: ${path} is not there, so the tests that need it do not run (set LOUPE_SHARED).`);
  return false;
};
export const hasGolden = present(GOLDEN);
export const hasParts = present(PARTS);
