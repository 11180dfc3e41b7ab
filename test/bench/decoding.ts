// Photographs by format and size: Loupe's decoder against the bare library, and resizing to the size of the model.
// Runs in Node (test/bench/run.ts starts it).
import sharp from 'sharp';
import { decodeBytes } from '../../electron/node/image/decode.ts';
import { toModelSize } from '../../electron/node/engine/model-size.ts';
import { figure, type Figure } from './figures.ts';
import { randomNumbers } from '../support/tiny-clip.ts';

const SIDE = 240;
const SIZES: readonly (readonly [number, number])[] = [
  [1024, 1024],
  [2448, 2048],
];

/** Shading, edges and a little noise: neither flat, which every format packs well, nor noise, which none does. */
function picture(width: number, height: number): Uint8Array {
  const random = randomNumbers(3);
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const shade =
        110 + 60 * Math.sin(x / 90) * Math.cos(y / 70) + (((x >> 6) + (y >> 6)) & 1) * 40 + 6 * random();
      for (let c = 0; c < 3; c++) data[at++] = Math.max(0, Math.min(255, shade - 10 * c));
    }
  }
  return data;
}

/** 24 bits, bottom-up, as factory cameras write it. */
function bmp(width: number, height: number, rgb: Uint8Array): Buffer {
  const stride = (width * 3 + 3) & ~3;
  const file = Buffer.alloc(54 + stride * height);
  file.write('BM', 0, 'latin1');
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(54, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(width, 18);
  file.writeInt32LE(height, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(24, 28);
  for (let y = 0; y < height; y++) {
    const to = 54 + (height - 1 - y) * stride;
    for (let x = 0; x < width; x++)
      for (let c = 0; c < 3; c++) file[to + x * 3 + c] = rgb[(y * width + x) * 3 + 2 - c]!;
  }
  return file;
}

async function milliseconds(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Work and its floor in turns, so that whatever else happens on the computer happens to both. */
async function inTurns(
  work: () => unknown,
  floor: () => unknown,
): Promise<{ own: number[]; ratios: number[] }> {
  await work();
  await floor();
  const own: number[] = [];
  const ratios: number[] = [];
  const until = performance.now() + 2000;
  while (own.length < 3 || (performance.now() < until && own.length < 30)) {
    const ms = await milliseconds(work);
    own.push(ms);
    ratios.push(ms / (await milliseconds(floor)));
  }
  return { own, ratios };
}

export async function measureDecoding(): Promise<Figure[]> {
  const found: Figure[] = [];
  for (const [width, height] of SIZES) {
    const rgb = picture(width, height);
    const source = sharp(rgb, { raw: { width, height, channels: 3 } });
    const files = {
      jpeg: await source.clone().jpeg({ quality: 90 }).toBuffer(),
      png: await source.clone().png().toBuffer(),
      webp: await source.clone().webp({ quality: 90 }).toBuffer(),
      tiff: await source.clone().tiff({ compression: 'none' }).toBuffer(),
      bmp: bmp(width, height, rgb),
    };
    const size = `${width}×${height}`;
    for (const [format, bytes] of Object.entries(files)) {
      // The library cannot read bitmaps: the floor there is a copy of the bytes.
      const { own, ratios } = await inTurns(
        () => decodeBytes(bytes, 'bench'),
        () => (format === 'bmp' ? Buffer.from(bytes) : sharp(bytes).raw().toBuffer()),
      );
      const name = `decode ${format} ${size}`;
      found.push(figure(name, 'ms', own));
      found.push(figure(`${name} / ${format === 'bmp' ? 'copy of its bytes' : 'bare library'}`, '×', ratios));
    }
    const image = await decodeBytes(files.bmp, 'bench');
    const { own } = await inTurns(
      () => toModelSize(image, SIDE),
      () => undefined,
    );
    found.push(figure(`resize ${size} to ${SIDE}`, 'ms', own));
  }
  return found;
}
