// From the stored heat map to defect regions: pixel threshold → connected regions → minimum area, with outline, area and peak.
// Runs anywhere (pure).

export interface RegionRule {
  /** Stored values (0..255) from this one on belong to a region. */
  from: number;
  /** Regions of fewer map pixels are left out. */
  minimumArea: number;
}

export interface Region {
  /** Map pixels. */
  area: number;
  /** Highest stored value inside. */
  peak: number;
  /** Where the peak is (the middle of its plateau), as shares of width and height. */
  u: number;
  v: number;
  /** Bounds as shares of width and height. */
  left: number;
  top: number;
  right: number;
  bottom: number;
  /** Pieces of the outline: u, v, u, v of both ends, one piece after the other. */
  outline: Float32Array;
}

/** Hottest region first; equal ones by area. Pixels that touch at a corner belong together, as their outline does. */
export function findRegions(map: Uint8Array, side: number, rule: RegionRule): Region[] {
  if (side < 1 || map.length < side * side) return [];
  const { labels, found } = label(map, side, Math.max(1, rule.from));
  const kept = found.map((region) => (region.area >= rule.minimumArea ? region : null));
  const outlines = outline(map, side, Math.max(1, rule.from), labels, kept.length);
  return kept
    .flatMap((region, i) => (region === null ? [] : [toRegion(region, side, outlines[i] ?? [])]))
    .sort((a, b) => b.peak - a.peak || b.area - a.area);
}

interface Found {
  area: number;
  peak: number;
  /** Sums over the pixels that hold the peak: a plateau (the scale ends there) is met in its middle. */
  peaks: number;
  sumX: number;
  sumY: number;
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Flood fill with a stack of its own: a spiral over the whole map must not overflow the call stack. */
function label(map: Uint8Array, side: number, from: number): { labels: Int32Array; found: Found[] } {
  const labels = new Int32Array(side * side).fill(-1);
  const found: Found[] = [];
  const stack: number[] = [];
  for (let start = 0; start < labels.length; start++) {
    if (map[start]! < from || labels[start] !== -1) continue;
    const region: Found = {
      area: 0,
      peak: 0,
      peaks: 0,
      sumX: 0,
      sumY: 0,
      left: side,
      top: side,
      right: 0,
      bottom: 0,
    };
    labels[start] = found.length;
    stack.push(start);
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      const x = at % side;
      const y = (at - x) / side;
      add(region, x, y, map[at]!);
      for (let ny = Math.max(0, y - 1); ny <= Math.min(side - 1, y + 1); ny++) {
        for (let nx = Math.max(0, x - 1); nx <= Math.min(side - 1, x + 1); nx++) {
          const near = ny * side + nx;
          if (labels[near] !== -1 || map[near]! < from) continue;
          labels[near] = found.length;
          stack.push(near);
        }
      }
    }
    found.push(region);
  }
  return { labels, found };
}

function add(region: Found, x: number, y: number, value: number): void {
  region.area++;
  region.left = Math.min(region.left, x);
  region.right = Math.max(region.right, x + 1);
  region.top = Math.min(region.top, y);
  region.bottom = Math.max(region.bottom, y + 1);
  if (value > region.peak) {
    region.peak = value;
    region.peaks = region.sumX = region.sumY = 0;
  }
  if (value === region.peak) {
    region.peaks++;
    region.sumX += x + 0.5;
    region.sumY += y + 0.5;
  }
}

const toRegion = (found: Found, side: number, pieces: number[]): Region => ({
  area: found.area,
  peak: found.peak,
  u: found.sumX / found.peaks / side,
  v: found.sumY / found.peaks / side,
  left: found.left / side,
  top: found.top / side,
  right: found.right / side,
  bottom: found.bottom / side,
  outline: Float32Array.from(pieces),
});

/** Which edges of a square of four pixels the outline joins, by the corners at or above the threshold (8 4 / 1 2). */
const PIECES: readonly (readonly (readonly ['l' | 'r' | 't' | 'b', 'l' | 'r' | 't' | 'b'])[])[] = [
  [],
  [['l', 'b']],
  [['b', 'r']],
  [['l', 'r']],
  [['t', 'r']],
  // Corners that touch belong together, so the outline keeps the two low corners apart.
  [
    ['l', 't'],
    ['b', 'r'],
  ],
  [['t', 'b']],
  [['l', 't']],
  [['l', 't']],
  [['t', 'b']],
  [
    ['l', 'b'],
    ['t', 'r'],
  ],
  [['t', 'r']],
  [['l', 'r']],
  [['b', 'r']],
  [['l', 'b']],
  [],
];

/**
 * Marching squares between the middles of the pixels, as the heat is drawn smoothly between them. Outside the map everything
 * is 0, so that every outline closes.
 */
function outline(
  map: Uint8Array,
  side: number,
  from: number,
  labels: Int32Array,
  regions: number,
): number[][] {
  const pieces: number[][] = Array.from({ length: regions }, () => []);
  const value = (x: number, y: number): number =>
    x < 0 || y < 0 || x >= side || y >= side ? 0 : map[y * side + x]!;
  const clamp = (at: number): number => Math.min(1, Math.max(0, at / side));
  // The crossing lies half a step below the first value that belongs: a byte equal to the threshold is inside.
  const level = from - 0.5;
  for (let y = -1; y < side; y++) {
    for (let x = -1; x < side; x++) {
      const a = value(x, y);
      const b = value(x + 1, y);
      const c = value(x + 1, y + 1);
      const d = value(x, y + 1);
      const corners = (a >= from ? 8 : 0) | (b >= from ? 4 : 0) | (c >= from ? 2 : 0) | (d >= from ? 1 : 0);
      if (corners === 0 || corners === 15) continue;
      const [hx, hy] = a >= from ? [x, y] : b >= from ? [x + 1, y] : c >= from ? [x + 1, y + 1] : [x, y + 1];
      const into = pieces[labels[hy * side + hx]!];
      if (into === undefined) continue;
      const cross = (low: number, high: number): number => (level - low) / (high - low);
      const ends = {
        t: [x + cross(a, b), y],
        b: [x + cross(d, c), y + 1],
        l: [x, y + cross(a, d)],
        r: [x + 1, y + cross(b, c)],
      } as const;
      for (const [one, other] of PIECES[corners]!) {
        for (const [px, py] of [ends[one], ends[other]]) into.push(clamp(px + 0.5), clamp(py + 0.5));
      }
    }
  }
  return pieces;
}

/** The region after (or before) `current`, going round; the first or last one when none was current. -1 = there is none. */
export function stepRegion(count: number, current: number | null, by: 1 | -1): number {
  if (count === 0) return -1;
  if (current === null || current < 0 || current >= count) return by > 0 ? 0 : count - 1;
  return (current + by + count) % count;
}
