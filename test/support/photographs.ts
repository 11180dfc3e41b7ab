// Photographs for tests: small PNG files with a pattern of their own.
// Runs in the tests (Node).
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { encodePng } from '../../electron/node/image/encode.ts';

/** Writes an RGB PNG whose pixels depend on `seed` only; returns its path. */
export async function writePhotograph(path: string, seed: number, width = 40, height = 30): Promise<string> {
  const data = Uint8Array.from(
    { length: width * height * 3 },
    (_, i) => (i * (7 + seed) + (i >> 5) * seed * 31) & 255,
  );
  return writePng(path, { width, height, channels: 3, data });
}

/** Writes a mask: 255 inside of the rectangle [left, right) x [top, bottom), 0 outside. */
export async function writeMask(
  path: string,
  [left, top, right, bottom]: readonly [number, number, number, number],
  width = 40,
  height = 30,
): Promise<string> {
  const inside = (i: number): boolean => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return x >= left && x < right && y >= top && y < bottom;
  };
  const data = Uint8Array.from({ length: width * height }, (_, i) => (inside(i) ? 255 : 0));
  return writePng(path, { width, height, channels: 1, data });
}

async function writePng(path: string, picture: Parameters<typeof encodePng>[0]): Promise<string> {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, await encodePng(picture));
  return path;
}
