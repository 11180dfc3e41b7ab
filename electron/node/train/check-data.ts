// Looks at all training data before anything is computed: every file hashed, every mask fitting and not empty.
// Runs in Node. Specification § D.1 for the masks.
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { LoupeError } from '../../../models/errors.ts';
import { resizeImage } from '../../../models/image/resize.ts';
import { DECODE_LIMITS, decodeBytes, type DecodedImage } from '../image/decode.ts';
import { readHeader } from '../image/header.ts';
import { readPhotograph } from '../image/read-file.ts';
import { ahead } from './ahead.ts';
import { Bits } from './bits.ts';
import { stopIfAborted } from './cancel.ts';
import type { TrainingCategory, TrainingImage } from './request.ts';

export interface CheckedFile {
  readonly path: string;
  readonly sha256: string;
  /** Of the moment when it was hashed. */
  readonly size: number;
  readonly modified: number;
}

export interface CheckedImage {
  readonly photograph: CheckedFile;
  readonly mask: CheckedFile | null;
  /** Index into the categories. */
  readonly category: number;
  readonly defective: boolean;
  /** Target of the training, M² pixels, 1 = defect; null: none. A defect of less than half a pixel vanishes in it. */
  readonly target: Bits | null;
}

/** A pixel that is more than half defect after resizing is a defect. */
const HALF = 127;
const READING = 4;

export const sha256 = (...parts: (string | Uint8Array)[]): string =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest('hex');

/**
 * @param mapSize M, side of the targets in pixels
 * @throws `train.category` for a category without flawless or without defective photographs, or without masks; `train.mask`
 *   for a mask of another size than its photograph or without a defect; `usage` for a photograph that is named twice;
 *   the errors of reading photographs
 */
export async function checkData(
  categories: readonly TrainingCategory[],
  mapSize: number,
  progress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<CheckedImage[]> {
  const all = categories.flatMap((category, index) => {
    checkCategory(category);
    return category.images.map((image) => ({ image, index }));
  });
  const seen = new Set<string>();
  for (const { image } of all) {
    const path = resolve(image.path);
    if (seen.has(path)) throw new LoupeError('usage', { reason: `The photograph ${path} was named twice.` });
    seen.add(path);
  }
  const checked: CheckedImage[] = [];
  const check = ({ image, index }: (typeof all)[number]) => checkImage(image, index, mapSize);
  progress(0, all.length);
  for await (const one of ahead(all, READING, check)) {
    stopIfAborted(signal);
    checked.push(one);
    progress(checked.length, all.length);
  }
  return checked;
}

function checkCategory({ name: category, images }: TrainingCategory): void {
  const refuse = (reason: string): never => {
    throw new LoupeError('train.category', { category, reason });
  };
  const defective = images.filter((image) => image.defective);
  if (defective.length === images.length) refuse('It has no flawless photographs.');
  if (defective.length === 0) refuse('It has no photographs of defects.');
  const bare = defective.filter(({ mask }) => mask === null);
  if (bare.length > 0) {
    refuse(
      `${bare.length} of ${defective.length} photographs of defects have no mask, first ${bare[0]?.path}.`,
    );
  }
}

async function checkImage(image: TrainingImage, category: number, mapSize: number): Promise<CheckedImage> {
  const { path, defective } = image;
  const { bytes, file: photograph } = await readChecked(path);
  if (!defective || image.mask === null) {
    await readHeader(bytes, path, DECODE_LIMITS.pixels);
    return { photograph, mask: null, category, defective, target: null };
  }
  const mask = await readChecked(image.mask);
  const pixels = await decodeBytes(mask.bytes, image.mask);
  await checkMask(pixels, image.mask, bytes, path);
  return { photograph, mask: mask.file, category, defective, target: targetOf(pixels, mapSize) };
}

/** The bytes of a file, and what they were. Throws as readPhotograph. */
async function readChecked(path: string): Promise<{ bytes: Buffer; file: CheckedFile }> {
  // Before reading: what is written from here on shows as a change.
  const { size, mtimeMs } = await stat(path).catch(() => ({ size: -1, mtimeMs: -1 }));
  const bytes = await readPhotograph(path, DECODE_LIMITS.bytes);
  return { bytes, file: { path, sha256: sha256(bytes), size, modified: mtimeMs } };
}

async function checkMask(
  mask: DecodedImage,
  maskPath: string,
  photograph: Buffer,
  path: string,
): Promise<void> {
  const { orientation, ...header } = await readHeader(photograph, path, DECODE_LIMITS.pixels);
  // Orientations 5 to 8 lie on their side.
  const [width, height] = orientation > 4 ? [header.height, header.width] : [header.width, header.height];
  if (mask.width !== width || mask.height !== height) {
    const reason = `The mask has ${mask.width} x ${mask.height} pixels, the photograph ${width} x ${height}.`;
    throw new LoupeError('train.mask', { path: maskPath, reason });
  }
  if (mask.data.every((value) => value === 0)) {
    throw new LoupeError('train.mask', { path: maskPath, reason: 'It is all black: it marks no defect.' });
  }
}

/** Any value above 0 is a defect (VisA has several); then Pillow's bilinear resize, then the half. */
function targetOf({ data, width, height, channels }: DecodedImage, mapSize: number): Bits {
  const defect = new Uint8Array(width * height);
  for (let i = 0; i < data.length; i++) {
    if (data[i] !== 0) defect[Math.floor(i / channels)] = 255;
  }
  const resized = resizeImage({ data: defect, width, height, channels: 1 }, mapSize, mapSize, 'bilinear');
  return Bits.from(resized.data, (value) => value > HALF, mapSize);
}

/**
 * Throws `train.changed` when a file is no longer what it was when it was checked. Size and time are enough here: every
 * byte that was computed with had the right hash.
 */
export async function checkUnchanged(images: readonly CheckedImage[]): Promise<void> {
  const files = images.flatMap(({ photograph, mask }) => (mask ? [photograph, mask] : [photograph]));
  const check = async ({ path, size, modified }: CheckedFile): Promise<void> => {
    const now = await stat(path).catch(() => null);
    if (now?.size === size && now.mtimeMs === modified) return;
    const reason = now ? 'The file was written meanwhile.' : 'The file is gone.';
    throw new LoupeError('train.changed', { path, reason });
  };
  for await (const _ of ahead(files, 16, check));
}
