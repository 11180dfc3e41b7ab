// Pixels → PNG or JPEG bytes, and photographs as something that a browser can show.
// Runs in Node (services and the command line).
import { DECODE_LIMITS, decodeBytes, type DecodedImage } from './decode.ts';
import { ownBytes, sharp, type Sharp } from './codec.ts';
import { readHeader } from './header.ts';
import { readPhotograph } from './read-file.ts';

/** Any picture in memory: height × width × channels values in 0..255; 4 = red, green, blue, alpha. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3 | 4;
  readonly data: Uint8Array;
}

/** A picture as the start of a sharp pipeline; grey stays grey. */
export function pipelineOf({ width, height, channels, data }: Picture): Sharp {
  const pipeline = sharp(data, { raw: { width, height, channels }, limitInputPixels: false });
  return channels === 1 ? pipeline.toColourspace('b-w') : pipeline;
}

/** Lossless PNG. Adaptive filters make photographs a third smaller; more than compression 4 of 9 costs time for little. */
export const encodePng = async (picture: Picture): Promise<Uint8Array> =>
  ownBytes(await pipelineOf(picture).png({ compressionLevel: 4, adaptiveFiltering: true }).toBuffer());

/** JPEG. @param quality 1..100 */
export const encodeJpeg = async (picture: Picture, quality = 90): Promise<Uint8Array> =>
  ownBytes(await pipelineOf(picture).jpeg({ quality }).toBuffer());

export interface Displayable {
  readonly mime: 'image/jpeg' | 'image/png' | 'image/webp' | 'image/bmp';
  readonly bytes: Uint8Array;
}

/**
 * A photograph as bytes for an `<img>`: the file itself where browsers show it as we decode it, otherwise (TIFF, four inks,
 * 16-bit grey, a turned PNG or WebP) the decoded picture as PNG, so that the page never shows anything else than what was
 * inspected.
 *
 * @throws LoupeError as decodeImage; a passed-through file is only checked up to its header
 */
export async function displayable(path: string): Promise<Displayable> {
  const bytes = await readPhotograph(path, DECODE_LIMITS.bytes);
  const { format, colour, bitDepth, orientation } = await readHeader(bytes, path, DECODE_LIMITS.pixels);
  const upright = orientation === 1 || format === 'jpeg';
  if (format !== 'tiff' && colour !== 'cmyk' && bitDepth <= 8 && upright)
    return { mime: `image/${format}`, bytes };
  const image: DecodedImage = await decodeBytes(bytes, path);
  return { mime: 'image/png', bytes: await encodePng(image) };
}
