// Small JPEGs for the grid of parts.
// Runs in Node (services and the command line).
import { ownBytes } from './codec.ts';
import { pipelineOf, type Picture } from './encode.ts';

/** Longest side in pixels: sharp on a 2× display up to the default cell size, about 20 kB each. */
const THUMBNAIL_SIDE = 320;

/**
 * A JPEG of quality 80 whose longest side is `side` pixels; smaller pictures keep their size.
 *
 * @param picture upright pixels, as decodeImage gives them
 */
export async function thumbnail(picture: Picture, side = THUMBNAIL_SIDE): Promise<Uint8Array> {
  const small = pipelineOf(picture).resize(side, side, { fit: 'inside', withoutEnlargement: true });
  return ownBytes(await small.jpeg({ quality: 80 }).toBuffer());
}
