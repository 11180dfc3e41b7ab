// The time of a photograph out of its EXIF: in every format that can hold one, and never out of bounds.
// Runs in the tests (Node).
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { capturedAt } from '../../electron/node/image/captured.ts';
import { decodePhotograph } from '../../electron/node/image/decode.ts';

const folder = mkdtempSync(join(tmpdir(), 'loupe-captured-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const blank = () => sharp({ create: { width: 8, height: 6, channels: 3, background: '#468' } });
const taken = (fields: Record<string, string>) => blank().withExif({ IFD2: fields });
const FULL = {
  DateTimeOriginal: '2026:11:20 07:31:05',
  OffsetTimeOriginal: '+01:00',
  SubSecTimeOriginal: '25',
};

/** A TIFF of nothing but directories, in either byte order. */
function tiff(little: boolean, time: string): Uint8Array {
  const bytes = Buffer.alloc(96);
  const u16 = (value: number, at: number) =>
    little ? bytes.writeUInt16LE(value, at) : bytes.writeUInt16BE(value, at);
  const u32 = (value: number, at: number) =>
    little ? bytes.writeUInt32LE(value, at) : bytes.writeUInt32BE(value, at);
  bytes.write(little ? 'II' : 'MM', 'latin1');
  u16(42, 2);
  u32(8, 4);
  const entry = (at: number, tag: number, type: number, count: number, value: number): void => {
    u16(tag, at);
    u16(type, at + 2);
    u32(count, at + 4);
    u32(value, at + 8);
  };
  u16(1, 8);
  entry(10, 0x8769, 4, 1, 30);
  u16(1, 30);
  entry(32, 0x9003, 2, time.length + 1, 60);
  bytes.write(`${time}\0`, 60, 'latin1');
  return bytes;
}

describe('DateTimeOriginal', () => {
  it.each(['jpeg', 'png', 'webp'] as const)('of a %s, with fraction and offset', async (format) => {
    const bytes = await taken(FULL).toFormat(format).toBuffer();
    expect(capturedAt(bytes)).toBe('2026-11-20T07:31:05.25+01:00');
  });

  it('without offset is the local time, as the camera wrote it', async () => {
    const bytes = await taken({ DateTimeOriginal: FULL.DateTimeOriginal }).jpeg().toBuffer();
    expect(capturedAt(bytes)).toBe('2026-11-20T07:31:05');
  });

  it.each([true, false])('of a TIFF, little end first: %s', (little) => {
    expect(capturedAt(tiff(little, '2026:11:20 07:31:05'))).toBe('2026-11-20T07:31:05');
  });

  it.each(['0000:00:00 00:00:00', '2026:02:31 10:00:00', '2026:11:20 25:00:00', '    :  :     :  :  ', ''])(
    'that is no time ("%s") counts as none',
    (time) => {
      expect(capturedAt(tiff(true, time))).toBeNull();
    },
  );

  it('is null without EXIF, and in a bitmap', async () => {
    expect(capturedAt(await blank().jpeg().toBuffer())).toBeNull();
    expect(capturedAt(Buffer.from('BM and so on'))).toBeNull();
    expect(capturedAt(new Uint8Array())).toBeNull();
  });

  it('never leaves the bytes, whatever they say', async () => {
    const real = await taken(FULL).jpeg().toBuffer();
    const made = tiff(true, '2026:11:20 07:31:05');
    const hurt = fc.record({
      base: fc.constantFrom(real, made),
      at: fc.nat(220),
      value: fc.nat(255),
      cut: fc.nat(600),
    });
    fc.assert(
      fc.property(hurt, ({ base, at, value, cut }) => {
        const bytes = Uint8Array.from(base.subarray(0, Math.max(1, base.length - cut)));
        if (at < bytes.length) bytes[at] = value;
        const time = capturedAt(bytes);
        expect(time === null || /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(time)).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  it('in a directory that points to itself ends', () => {
    const bytes = Buffer.from(tiff(true, '2026:11:20 07:31:05'));
    bytes.writeUInt32LE(8, 18); // the EXIF directory is the main one
    expect(capturedAt(bytes)).toBeNull();
  });
});

describe('a decoded photograph', () => {
  it('comes with hash, size and the camera’s time', async () => {
    const path = join(folder, 'taken.jpg');
    const bytes = await taken(FULL).jpeg().toBuffer();
    writeFileSync(path, bytes);
    const { image, facts } = await decodePhotograph(path);
    expect(image).toMatchObject({ width: 8, height: 6 });
    expect(facts).toEqual({
      sha256: createHash('sha256').update(bytes).digest('hex'),
      bytes: bytes.length,
      capturedAt: '2026-11-20T07:31:05.25+01:00',
      capturedFrom: 'exif',
    });
  });

  it('without one has the time of its file, and says so', async () => {
    const path = join(folder, 'plain.png');
    writeFileSync(path, await blank().png().toBuffer());
    utimesSync(path, new Date(), new Date('2026-11-19T12:00:00.500Z'));
    const { facts } = await decodePhotograph(path);
    expect(facts).toMatchObject({ capturedAt: '2026-11-19T12:00:00.500Z', capturedFrom: 'file' });
  });
});
