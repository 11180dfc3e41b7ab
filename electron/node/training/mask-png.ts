// A mask as a PNG of one bit per pixel, from the runs that the page sends: small, lossless, and read by every image program.
// Runs in the main process (Node); no image library is needed for a picture this simple.
import { crc32, deflateSync } from 'node:zlib';
import { LoupeError } from '../../../models/errors.ts';

export interface MaskPng {
  readonly bytes: Uint8Array;
  /** Marked pixels. */
  readonly pixels: number;
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/**
 * @param runs lengths of clear, marked, clear, … pixels, row after row
 * @throws `train.mask` when they do not fill the picture exactly, or mark nothing
 */
export function maskPng(width: number, height: number, runs: readonly number[], path: string): MaskPng {
  const refuse = (reason: string): never => {
    throw new LoupeError('train.mask', { path, reason });
  };
  const total = runs.reduce((sum, length) => sum + length, 0);
  if (total !== width * height) refuse(`The mask has ${total} pixels, the photograph ${width * height}.`);
  const pixels = runs.reduce((sum, length, i) => sum + (i % 2 === 1 ? length : 0), 0);
  if (pixels === 0) refuse('It is all black: it marks no defect.');
  // Each row begins with the number of its filter: 0 = none.
  const row = 1 + Math.ceil(width / 8);
  const raw = new Uint8Array(row * height);
  let at = 0;
  for (const [i, length] of runs.entries()) {
    if (i % 2 === 1) mark(raw, row, width, at, at + length);
    at += length;
  }
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header[8] = 1; // bits per pixel, grey
  const parts = [chunk('IHDR', header), chunk('IDAT', deflateSync(raw)), chunk('IEND', new Uint8Array())];
  return { bytes: Buffer.concat([Uint8Array.from(SIGNATURE), ...parts]), pixels };
}

function mark(raw: Uint8Array, row: number, width: number, from: number, to: number): void {
  for (let pixel = from; pixel < to; pixel++) {
    const x = pixel % width;
    const byte = Math.floor(pixel / width) * row + 1 + (x >> 3);
    raw[byte] = raw[byte]! | (0x80 >> (x & 7));
  }
}

function chunk(name: string, data: Uint8Array): Uint8Array {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(data.length, 0);
  body.copy(whole, 4);
  whole.writeUInt32BE(crc32(body), body.length + 4);
  return whole;
}
