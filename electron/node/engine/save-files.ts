// The files that an inspection leaves behind: heat as .npy or bytes, thumbnail, overlay.
// Runs in the inference service (Node).
import type { Range, Verdict } from '../../../models/clip-ad/calibration.ts';
import { writeNpy } from '../../../models/npy.ts';
import type { InspectRequest } from '../../common/inference-service.ts';
import type { DecodedImage } from '../image/decode.ts';
import { renderOverlay } from '../image/overlay.ts';
import { thumbnail } from '../image/thumbnail.ts';
import { writeFileSafely } from './write-file.ts';

/** What there is to save about one photograph. */
export interface Findings {
  readonly image: DecodedImage;
  /** Row-major [mapSize, mapSize]. */
  readonly heat: Float32Array;
  readonly mapSize: number;
  /** The heat values at the two ends of every picture of this session. */
  readonly range: Range;
  readonly score: number;
  readonly verdict: Verdict;
}

const OVERLAY = { colourMap: 'viridis', opacity: 0.6 } as const;

/** Writes the files that were asked for, one after the other. Throws `output.failed`. */
export async function saveFiles(
  save: NonNullable<InspectRequest['save']>,
  findings: Findings,
): Promise<void> {
  const { image, heat, mapSize, range, score, verdict } = findings;
  if (save.npy !== undefined) await writeFileSafely(save.npy, writeNpy(heat, [mapSize, mapSize]));
  if (save.map !== undefined) await writeFileSafely(save.map, quantise(heat, range));
  if (save.thumbnail !== undefined) await writeFileSafely(save.thumbnail, await thumbnail(image));
  if (save.overlay !== undefined) {
    const options = { ...OVERLAY, ...range, score, verdict };
    await writeFileSafely(save.overlay, await renderOverlay(image, { data: heat, size: mapSize }, options));
  }
}

/**
 * 0 at `lo` and below, 255 at `hi` and above. A plain loop: `from` with a function makes a list of all values first, 6 ms and
 * megabytes of garbage for every photograph.
 */
export function quantise(heat: Float32Array, { lo, hi }: Range): Uint8Array {
  const bytes = new Uint8Array(heat.length);
  for (let i = 0; i < heat.length; i++) {
    bytes[i] = Math.min(255, Math.max(0, Math.round((((heat[i] ?? NaN) - lo) / (hi - lo)) * 255)));
  }
  return bytes;
}
