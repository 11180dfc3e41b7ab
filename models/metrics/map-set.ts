// The heat maps and ground-truth masks that pixel metrics are computed on, kept in two flat arrays.
// Runs anywhere (pure TypeScript).
import { LoupeError } from '../errors.ts';

/**
 * All maps of one category. `maps` and `masks` are [images, height, width]; a mask value other than 0 is a defect,
 * and flawless images have an all-zero mask (Specification § D.1).
 */
export interface MapSet {
  readonly maps: Float32Array;
  readonly masks: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Maps are float32, image scores float64. */
export type Scores = Float32Array | Float64Array;

/** Metrics would silently order NaN somewhere: refuses it. Throws `internal`. */
export function requireFinite(scores: Scores): void {
  const at = scores.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) throw new LoupeError('internal', { reason: `score ${at} is ${scores[at]}` });
}

/** Throws `internal` when the arrays do not belong together or hold NaN. */
export function checkMapSet({ maps, masks, width, height }: MapSet): void {
  if (maps.length !== masks.length || maps.length % (width * height) !== 0) {
    throw new LoupeError('internal', { reason: `${maps.length} scores, ${masks.length} mask pixels` });
  }
  requireFinite(maps);
}
