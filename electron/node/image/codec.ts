// The image library, set up once for untrusted files: only the decoders that Loupe wants, no cache, one thread per picture.
// Runs in Node (services and the command line), never in the page or in Electron's main process.
import sharp from 'sharp';

// Everything that is not named here (SVG, GIF, PDF, HEIF, libvips' own formats, reading by path) stays out of reach even if
// the check of the magic bytes in header.ts were wrong.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: [
    'VipsForeignLoadJpegBuffer',
    'VipsForeignLoadPngBuffer',
    'VipsForeignLoadTiffBuffer',
    'VipsForeignLoadWebpBuffer',
  ],
});

// Every photograph is decoded once, so a cache only costs memory; pictures are decoded side by side, so threads inside one
// picture only cost switching (docs/image-decoding.md, "Speed").
sharp.cache(false);
sharp.concurrency(1);

export { sharp };

/**
 * Bytes from the library as our own: safe to keep and to hand to another thread.
 *
 * The WebAssembly build returns views of its one shared memory and frees the bytes behind them only when the view is
 * collected. Nothing tells V8 how large they are, so without a copy, whose size it does see, it collects too late: the memory
 * was exhausted after 150 pictures of 5 megapixels. The native build's bytes are already separate and are not copied.
 */
export function ownBytes(buffer: Buffer): Uint8Array<ArrayBuffer> {
  const { buffer: memory, byteOffset, byteLength } = buffer;
  return memory instanceof ArrayBuffer
    ? new Uint8Array(memory, byteOffset, byteLength)
    : new Uint8Array(buffer);
}
export type { Metadata, Sharp } from 'sharp';
