// Photograph → pixels, exactly as the official code sees them through Pillow, with a typed error for everything else.
// Runs in Node (services and the command line). Decisions and figures: docs/image-decoding.md.
import { decodeBmp, readBmpHeader } from './bmp.ts';
import { ownBytes, sharp, type Sharp } from './codec.ts';
import { decoderError, readHeader, type ImageHeader } from './header.ts';
import type { ImageFormat } from './sniff.ts';
import type { ImageFacts } from '../../common/inference-service.ts';
import { imageFacts } from './facts.ts';
import { readPhotograph, readPhotographFile } from './read-file.ts';

export interface DecodedImage {
  /** Pixels, upright (after the EXIF orientation). */
  readonly width: number;
  readonly height: number;
  /** 1 = grey, 3 = red, green, blue. */
  readonly channels: 1 | 3;
  /** Row by row from the top left, channels interleaved: height × width × channels values in 0..255. */
  readonly data: Uint8Array;
  readonly format: ImageFormat;
  /** Bits per sample in the file; data always has 8. */
  readonly sourceBitDepth: number;
  /** Size of the file. */
  readonly bytes: number;
}

export interface DecodeLimits {
  /** Largest file in bytes. */
  readonly bytes: number;
  /** Largest width × height, checked before anything is decoded. */
  readonly pixels: number;
}

export const DECODE_LIMITS: DecodeLimits = { bytes: 256 * 2 ** 20, pixels: 100e6 };

type Pixels = Pick<DecodedImage, 'width' | 'height' | 'channels' | 'data'>;

async function rawPixels(pipeline: Sharp, channels: 1 | 3): Promise<Pixels> {
  const { data, info } = await pipeline.raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, channels, data: ownBytes(data) };
}

/** 16-bit grey keeps its upper 8 bits. Pillow clips instead: every value above 255 becomes white and the picture is lost. */
async function grey16Pixels(pipeline: Sharp): Promise<Pixels> {
  const { data, info } = await pipeline
    .toColourspace('grey16')
    .raw({ depth: 'ushort' })
    .toBuffer({ resolveWithObject: true });
  const samples = new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2);
  const upper = new Uint8Array(samples.length);
  for (let i = 0; i < samples.length; i++) upper[i] = samples[i]! >> 8;
  return { width: info.width, height: info.height, channels: 1, data: upper };
}

/** Inks → light as Pillow does it (no colour profile): c·(1−k) in 8-bit steps, rounded as it rounds. */
async function cmykPixels(pipeline: Sharp): Promise<Pixels> {
  const { data: inks, info } = await pipeline
    .pipelineColourspace('cmyk')
    .toColourspace('cmyk')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const data = new Uint8Array(info.width * info.height * 3);
  for (let from = 0, to = 0; to < data.length; from += 4) {
    const light = 255 - inks[from + 3]!;
    for (let c = 0; c < 3; c++) {
      const product = inks[from + c]! * light + 128;
      data[to++] = light - ((product + (product >> 8)) >> 8);
    }
  }
  return { width: info.width, height: info.height, channels: 3, data };
}

function sharpPixels(bytes: Uint8Array, header: ImageHeader, limits: DecodeLimits): Promise<Pixels> {
  const pipeline = sharp(bytes, {
    limitInputPixels: limits.pixels,
    // A warning means missing or broken pixels (unknown tags and odd profiles do not count): half a picture is no picture.
    failOn: 'warning',
    // Pillow hands the stored values on; a conversion by the embedded profile would change every score a little.
    ignoreIcc: true,
    autoOrient: true,
  });
  if (header.colour === 'cmyk') return cmykPixels(pipeline);
  // Alpha is dropped, not composited: that is what convert('RGB') does in the official code.
  const opaque = pipeline.removeAlpha();
  if (header.colour === 'rgb') return rawPixels(opaque.toColourspace('srgb'), 3);
  return header.bitDepth === 16 ? grey16Pixels(opaque) : rawPixels(opaque.toColourspace('b-w'), 1);
}

/**
 * Decodes a photograph that is already in memory.
 *
 * @param path only for the messages
 * @throws LoupeError image.not_an_image, image.corrupt, image.unsupported, image.too_large
 */
export async function decodeBytes(
  bytes: Uint8Array,
  path: string,
  limits: DecodeLimits = DECODE_LIMITS,
): Promise<DecodedImage> {
  const header = await readHeader(bytes, path, limits.pixels);
  const { format, bitDepth } = header;
  try {
    const pixels =
      format === 'bmp'
        ? { width: header.width, height: header.height, ...decodeBmp(bytes, readBmpHeader(bytes)) }
        : await sharpPixels(bytes, header, limits);
    return { ...pixels, format, sourceBitDepth: bitDepth, bytes: bytes.length };
  } catch (thrown) {
    throw decoderError(path, thrown, header.width * header.height * 8);
  }
}

/**
 * Reads and decodes one photograph: JPEG, PNG, BMP, TIFF or WebP by its first bytes, whatever its name ends in.
 *
 * @throws LoupeError image.missing, image.unreadable, image.empty, image.too_large, image.not_an_image, image.corrupt,
 *   image.unsupported; never anything else, and never half a picture
 */
export async function decodeImage(path: string, limits: Partial<DecodeLimits> = {}): Promise<DecodedImage> {
  const all = { ...DECODE_LIMITS, ...limits };
  return decodeBytes(await readPhotograph(path, all.bytes), path, all);
}

/** The same, with what identifies the photograph. The file is read once: what is hashed is what is decoded. */
export async function decodePhotograph(
  path: string,
): Promise<{ readonly image: DecodedImage; readonly facts: ImageFacts }> {
  const file = await readPhotographFile(path, DECODE_LIMITS.bytes);
  // Before decoding, which may hand the bytes over to another thread.
  const facts = await imageFacts(file);
  return { image: await decodeBytes(file.bytes, path), facts };
}
