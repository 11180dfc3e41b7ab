// Heat maps and masks of several images in two flat arrays, as the reference data stores them.
// Runs in the tests (vitest).
import { PixelCollector, type PixelSet } from '../../models/metrics/pixel-set.ts';

/** `maps` and `masks` are [images, height, width]; a mask value other than 0 is a defect. */
export interface MapSet {
  readonly maps: Float32Array;
  readonly masks: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** All images into one collector, one after the other. */
export function pixelsOf({ maps, masks, width, height }: MapSet): PixelSet {
  const size = width * height;
  const collector = new PixelCollector(Math.max(maps.length, masks.length) + size);
  for (let at = 0; at < Math.max(maps.length, masks.length); at += size)
    collector.add(maps.subarray(at, at + size), masks.subarray(at, at + size), width, height);
  return collector.finish();
}
