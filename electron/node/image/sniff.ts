// The format of a photograph by its first bytes, whatever the file is called.
// Runs in Node; needs no decoder, so that the main process can ask.
import { looksLikeBmp } from './bmp.ts';

export type ImageFormat = 'jpeg' | 'png' | 'bmp' | 'tiff' | 'webp';

const startsWith = (bytes: Uint8Array, ...signature: number[]): boolean =>
  signature.every((value, i) => value < 0 || bytes[i] === value);
const ANY = [-1, -1, -1, -1];

/** The format by its magic bytes, whatever the file is called; null for everything that Loupe does not read. */
export function sniffFormat(bytes: Uint8Array): ImageFormat | null {
  if (startsWith(bytes, 0xff, 0xd8, 0xff)) return 'jpeg';
  if (startsWith(bytes, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return 'png';
  if (startsWith(bytes, 0x52, 0x49, 0x46, 0x46, ...ANY, 0x57, 0x45, 0x42, 0x50)) return 'webp';
  for (const version of [42, 43]) {
    if (startsWith(bytes, 0x49, 0x49, version, 0) || startsWith(bytes, 0x4d, 0x4d, 0, version)) return 'tiff';
  }
  return looksLikeBmp(bytes) ? 'bmp' : null;
}
