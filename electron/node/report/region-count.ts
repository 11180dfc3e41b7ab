// Whether a kept heat map holds a region by a recipe's rule: what the page outlines, counted without drawing.
// Runs in Node (workers of the history service, command line).
import type { RegionRule } from '../../common/recipe.ts';

/** The byte from which heat counts, as in the page: maps hold 0..255 over the fixed scale of their run. */
export const fromByte = (threshold: number, { lo, hi }: { lo: number; hi: number }): number =>
  Math.max(1, Math.round(((threshold - lo) / (hi - lo)) * 255));

/** Connected pixels, also over corners, of `minArea` or more. */
export function hasRegion(
  map: Uint8Array,
  side: number,
  from: number,
  minArea: RegionRule['minArea'],
): boolean {
  const seen = new Uint8Array(side * side);
  const stack: number[] = [];
  for (let start = 0; start < seen.length; start++) {
    if (seen[start] === 1 || map[start]! < from) continue;
    let area = 0;
    seen[start] = 1;
    stack.push(start);
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      if (++area >= minArea) return true;
      const x = at % side;
      const y = (at - x) / side;
      for (let ny = Math.max(0, y - 1); ny <= Math.min(side - 1, y + 1); ny++) {
        for (let nx = Math.max(0, x - 1); nx <= Math.min(side - 1, x + 1); nx++) {
          const near = ny * side + nx;
          if (seen[near] === 1 || map[near]! < from) continue;
          seen[near] = 1;
          stack.push(near);
        }
      }
    }
  }
  return false;
}
