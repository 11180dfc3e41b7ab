// Photographs that nobody took, to measure speed with: grain, edges and a JPEG encoder's work, the same each time.
// Runs in Node (command line).
import { join } from 'node:path';
import sharp from 'sharp';

/** Sides as 4 to 3, as most cameras have them. */
export function sizeOf(megapixels: number): { readonly width: number; readonly height: number } {
  const height = Math.max(16, Math.round(Math.sqrt((megapixels * 1e6 * 3) / 4)));
  return { width: Math.max(16, Math.round((height * 4) / 3)), height };
}

/** Writes so many JPEG files into the folder and answers with their paths. */
export async function drawPhotographs(
  folder: string,
  count: number,
  { width, height }: { readonly width: number; readonly height: number },
): Promise<string[]> {
  const paths: string[] = [];
  for (let n = 0; n < count; n++) {
    const pixels = new Uint8Array(width * height * 3);
    // Xorshift: random enough for grain, and nothing to wait for.
    let state = 0x9e3779b9 + n;
    for (let y = 0, at = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        state ^= state << 13;
        state ^= state >>> 17;
        state ^= state << 5;
        const edge = ((x >> 6) ^ (y >> 6)) & 1 ? 40 : 0;
        const value = 100 + edge + (state & 15);
        for (let c = 0; c < 3; c++) pixels[at++] = value - 12 * c;
      }
    const path = join(folder, `${n}.jpg`);
    await sharp(pixels, { raw: { width, height, channels: 3 } })
      .jpeg({ quality: 92 })
      .toFile(path);
    paths.push(path);
  }
  return paths;
}
