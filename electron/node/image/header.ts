// What a photograph says about itself before a pixel is decoded: format by its first bytes, size, depth, colour, orientation.
// Runs in Node (services and the command line).
import { freemem } from 'node:os';
import { LoupeError } from '../../../models/errors.ts';
import { BmpError, bmpSampleBits, readBmpHeader } from './bmp.ts';
import { sharp, type Metadata } from './codec.ts';
import { sniffFormat, type ImageFormat } from './sniff.ts';

/** How the samples are to be read: grey, RGB (also palettes), or four inks. */
type ColourModel = 'grey' | 'rgb' | 'cmyk';

export interface ImageHeader {
  readonly format: ImageFormat;
  /** Pixels as stored, before the orientation is applied. */
  readonly width: number;
  readonly height: number;
  readonly colour: ColourModel;
  /** Bits per sample in the file: 1, 2, 4, 8 or 16 (5 for 16-bit bitmaps). */
  readonly bitDepth: number;
  /** EXIF orientation, 1..8; 1 = already upright. */
  readonly orientation: number;
}

/** Frames that an animated PNG announces (chunk acTL, before the pixels); 1 for a still picture. libpng does not tell. */
function pngFrames(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 8; at + 12 <= bytes.length; at += 12 + view.getUint32(at)) {
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (type === 'IDAT') break;
    if (type === 'acTL') return view.getUint32(at + 8);
  }
  return 1;
}

const COLOURS: Readonly<Record<string, ColourModel>> = {
  'b-w': 'grey',
  grey16: 'grey',
  srgb: 'rgb',
  rgb: 'rgb',
  rgb16: 'rgb',
  cmyk: 'cmyk',
};

/** The reason why a readable file is still no photograph for us, or null. */
function unsupported(meta: Metadata, frames: number): string | null {
  // Taking the first frame would judge one picture and stay silent about the others.
  if (frames > 1) return `It holds ${frames} pictures (animated or several pages).`;
  // Floats and signed numbers have no agreed black and white: clipping them, as Pillow does, gives a black picture.
  if (meta.depth !== 'uchar' && meta.depth !== 'ushort') return `Its samples are of type ${meta.depth}.`;
  if (!COLOURS[meta.space]) return `Its colours are ${meta.space}.`;
  if (meta.space === 'cmyk' && meta.depth !== 'uchar') return 'Its inks have 16 bits.';
  return null;
}

// libvips says in many ways that a file is well formed but of a kind that it was not built for.
const NOT_BUILT_FOR = /not (supported|configured|implemented)|unsupported (?!image format)/i;

/**
 * An error of sharp → `image.corrupt` or `image.unsupported` with one line of reason.
 *
 * @param need bytes that the picture takes by its header: when as much is free, a lack of memory is the file's own claim
 */
export function decoderError(path: string, thrown: unknown, need: number): LoupeError {
  if (thrown instanceof LoupeError) return thrown;
  if (thrown instanceof BmpError) {
    return new LoupeError(`image.${thrown.kind}`, { path, reason: thrown.message }, { cause: thrown });
  }
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  // A damaged strip table can ask for any amount; only where memory really is short is it not the fault of the file.
  if (/out of memory/i.test(text) && freemem() < 4 * need)
    return new LoupeError('internal', { reason: `out of memory: ${path}` }, { cause: thrown });
  const code = NOT_BUILT_FOR.test(text) ? 'image.unsupported' : 'image.corrupt';
  // Only the first line: sharp collects the warnings of all pictures in flight in one list, so the others may belong to a
  // neighbour (which picture is refused is decided per picture and is right).
  return new LoupeError(code, { path, reason: text.split('\n', 1)[0]!.trim() }, { cause: thrown });
}

async function readSharpHeader(bytes: Uint8Array, format: ImageFormat, path: string): Promise<ImageHeader> {
  // No limit here: the size is wanted even, and above all, when it is too large. Only the header is read.
  const meta = await sharp(bytes, { limitInputPixels: false }).metadata();
  const frames = format === 'png' ? pngFrames(bytes) : (meta.pages ?? 1);
  const reason = unsupported(meta, frames);
  if (reason) throw new LoupeError('image.unsupported', { path, reason });
  return {
    format,
    width: meta.width,
    height: meta.height,
    colour: COLOURS[meta.space]!,
    bitDepth: meta.depth === 'ushort' ? 16 : (meta.bitsPerSample ?? 8),
    orientation: meta.orientation ?? 1,
  };
}

/**
 * Reads the header and refuses what must not be decoded.
 *
 * @param bytes the whole file, not empty
 * @param path only for the messages
 * @param pixelLimit largest width × height
 * @throws LoupeError image.not_an_image, image.corrupt, image.unsupported, image.too_large
 */
export async function readHeader(bytes: Uint8Array, path: string, pixelLimit: number): Promise<ImageHeader> {
  const format = sniffFormat(bytes);
  if (!format) throw new LoupeError('image.not_an_image', { path });
  let header: ImageHeader;
  try {
    if (format === 'bmp') {
      const bmp = readBmpHeader(bytes);
      header = { ...bmp, format, colour: 'rgb', bitDepth: bmpSampleBits(bmp), orientation: 1 };
    } else {
      header = await readSharpHeader(bytes, format, path);
    }
  } catch (thrown) {
    throw decoderError(path, thrown, 0);
  }
  const { width, height } = header;
  if (width * height > pixelLimit) {
    throw new LoupeError('image.too_large', {
      path,
      width,
      height,
      bytes: bytes.length,
      limit: `${pixelLimit} pixels`,
    });
  }
  return header;
}
