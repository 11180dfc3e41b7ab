// How far a part has moved from where it stood when the area was drawn, and where that takes places of the photograph.
// Runs anywhere (pure TypeScript).
import { z } from 'zod';

/** The part is turned about the middle of the photograph, then shifted. */
export const Placement = z.object({
  /** Degrees, clockwise as seen; -180..180. */
  turn: z.number().min(-180).max(180),
  /** To the right and down, as shares of the width and the height. */
  x: z.number().min(-1).max(1),
  y: z.number().min(-1).max(1),
  /** 0..1: how much the part looks like the reference there. */
  likeness: z.number().min(0).max(1),
});
export type Placement = z.infer<typeof Placement>;

export const radians = (degrees: number): number => (degrees * Math.PI) / 180;

interface Size {
  readonly width: number;
  readonly height: number;
}

/** A place of the photograph → where it was when the area was drawn; both in 0..1 over the photograph, and beyond. */
export function whereItWas(
  { turn, x, y }: Pick<Placement, 'turn' | 'x' | 'y'>,
  { width, height }: Size,
): (u: number, v: number) => readonly [number, number] {
  const [cos, sin] = [Math.cos(radians(turn)), Math.sin(radians(turn))];
  return (u, v) => {
    const across = (u - 0.5 - x) * width;
    const down = (v - 0.5 - y) * height;
    return [0.5 + (cos * across + sin * down) / width, 0.5 + (cos * down - sin * across) / height];
  };
}
