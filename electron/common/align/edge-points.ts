// The clearest edges of a reference as points: how much they agree with another picture at a place, and the best place nearby.
// Runs anywhere (pure TypeScript).
import type { Edges } from './edges.ts';
import { radians } from './placement.ts';

/** In pixels of the reference: turned clockwise about the middle of the picture, then shifted. */
export interface Pose {
  readonly turn: number;
  readonly x: number;
  readonly y: number;
}

export interface Points {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly edgeX: Float64Array;
  readonly edgeY: Float64Array;
  readonly weight: number;
}

interface Seen extends Pose {
  readonly likeness: number;
  readonly inside: number;
  readonly score: number;
}

/** Step by step to the best neighbour, with steps that get smaller; in pixels, and 1.5 times as many degrees. */
export function refined(start: Pose, look: (pose: Pose) => Seen, steps: readonly number[]): Seen {
  let best = look(start);
  for (const step of steps) {
    for (let moved = true, tries = 0; moved && tries < 6; tries++) {
      moved = false;
      for (const [turn, x, y] of NEIGHBOURS) {
        const pose = { turn: best.turn + 1.5 * step * turn, x: best.x + step * x, y: best.y + step * y };
        const seen = look(pose);
        if (seen.score <= best.score) continue;
        best = seen;
        moved = true;
      }
    }
  }
  return best;
}

/** How much these points of the reference, turned and shifted, agree with the edges of the picture. */
export function compare(pose: Pose, points: Points, edges: Edges): Seen {
  const { width, height, x: ex, y: ey } = edges;
  const cos = Math.cos(radians(pose.turn));
  const sin = Math.sin(radians(pose.turn));
  const middleX = (width - 1) / 2 + pose.x;
  const middleY = (height - 1) / 2 + pose.y;
  let agreeing = 0;
  let there = 0;
  let inside = 0;
  for (let i = 0; i < points.x.length; i++) {
    const px = points.x[i]!;
    const py = points.y[i]!;
    const u = cos * px - sin * py + middleX;
    const v = sin * px + cos * py + middleY;
    if (!(u >= 0 && v >= 0 && u < width - 1 && v < height - 1)) continue;
    const left = Math.floor(u);
    const top = Math.floor(v);
    const du = u - left;
    const dv = v - top;
    const at = top * width + left;
    const below = at + width;
    const fx =
      (1 - dv) * (ex[at]! + du * (ex[at + 1]! - ex[at]!)) +
      dv * (ex[below]! + du * (ex[below + 1]! - ex[below]!));
    const fy =
      (1 - dv) * (ey[at]! + du * (ey[at + 1]! - ey[at]!)) +
      dv * (ey[below]! + du * (ey[below + 1]! - ey[below]!));
    const rx = points.edgeX[i]!;
    const ry = points.edgeY[i]!;
    agreeing += (cos * rx - sin * ry) * fx + (sin * rx + cos * ry) * fy;
    there += fx * fx + fy * fy;
    inside += rx * rx + ry * ry;
  }
  const likeness = inside + there === 0 ? 0 : (2 * agreeing) / (inside + there);
  const share = points.weight === 0 ? 0 : inside / points.weight;
  const score = likeness * share * (1 - PREFERENCE * Math.abs(pose.turn));
  return { ...pose, likeness, inside: share, score };
}

/** Of two places that are as good, the one that is turned less: 5 % for half a turn. */
export const PREFERENCE = 0.05 / 180;

const NEIGHBOURS: readonly (readonly [number, number, number])[] = [
  [0, 1, 0],
  [0, -1, 0],
  [0, 0, 1],
  [0, 0, -1],
  [1, 0, 0],
  [-1, 0, 0],
];

interface Kept {
  readonly edges: Edges;
  /** Positions of the edges that count, the clearest first. */
  readonly order: readonly number[];
}

export function strongest(edges: Edges, counts: Uint8Array, most: number): Kept {
  const strength = edges.x.map((x, i) => (counts[i] === 1 ? x ** 2 + edges.y[i]! ** 2 : 0));
  const order = [...strength.keys()].filter((i) => strength[i]! > LEAST_STRENGTH);
  order.sort((a, b) => strength[b]! - strength[a]! || a - b);
  return { edges, order: order.slice(0, most) };
}

/** So many of them, evenly from the clearest to the faintest; places are from the middle of the picture. */
export function pointsAt({ edges, order }: Kept, most: number): Points {
  const { width, height, x, y } = edges;
  const step = Math.max(1, order.length / most);
  const kept = Array.from({ length: Math.min(most, order.length) }, (_, i) => order[Math.floor(i * step)]!);
  return {
    x: Float64Array.from(kept, (i) => (i % width) - (width - 1) / 2),
    y: Float64Array.from(kept, (i) => Math.floor(i / width) - (height - 1) / 2),
    edgeX: Float64Array.from(kept, (i) => x[i]!),
    edgeY: Float64Array.from(kept, (i) => y[i]!),
    weight: kept.reduce((sum, i) => sum + x[i]! ** 2 + y[i]! ** 2, 0),
  };
}

/** An edge of a tenth of the usual strength is none. */
const LEAST_STRENGTH = 0.01;
