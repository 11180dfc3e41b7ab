// The heads that recipes use: head and calibration under their hashes in the data folder, checked each time they are taken.
// Runs in the main process (Node).
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RecipeHead } from '../../common/recipe.ts';
import { LoupeError } from '../../../models/errors.ts';
import { writeFileSafely } from '../engine/write-file.ts';

export interface HeadFiles {
  readonly head: string;
  readonly calibration: string;
}

const filesOf = (dataFolder: string, { sha256, calibrationSha256 }: RecipeHead): HeadFiles => ({
  head: join(dataFolder, 'heads', `${sha256}.safetensors`),
  calibration: join(dataFolder, 'heads', `${calibrationSha256}.calibration.json`),
});

export interface HeadBytes {
  readonly head: Uint8Array;
  readonly calibration: Uint8Array;
}

const fail = (file: string, reason: string, cause?: unknown): never => {
  throw new LoupeError('head.invalid', { file, reason }, { cause });
};

/** Throws `head.invalid` for other bytes than those that the recipe names. */
function mustBe(hash: string, bytes: Uint8Array, file: string): Uint8Array {
  if (createHash('sha256').update(bytes).digest('hex') === hash) return bytes;
  return fail(file, 'it is not what the recipe was made with');
}

async function checked(file: string, hash: string): Promise<Uint8Array> {
  const bytes = await readFile(file).catch((error: unknown) =>
    fail(file, error instanceof Error ? error.message : String(error), error),
  );
  return mustBe(hash, bytes, file);
}

/** Where the head of a recipe lies. Throws `head.invalid` when it is not on this computer, or was changed. */
export async function findHead(dataFolder: string, head: RecipeHead): Promise<HeadFiles> {
  const files = filesOf(dataFolder, head);
  await checked(files.head, head.sha256);
  await checked(files.calibration, head.calibrationSha256);
  return files;
}

/** The bytes of a recipe's head. Throws `head.invalid` as {@link findHead}. */
export async function readHeadFiles(dataFolder: string, head: RecipeHead): Promise<HeadBytes> {
  const files = filesOf(dataFolder, head);
  return {
    head: await checked(files.head, head.sha256),
    calibration: await checked(files.calibration, head.calibrationSha256),
  };
}

/** Whether both files are on this computer, unchanged. */
export const hasHead = (dataFolder: string, head: RecipeHead): Promise<boolean> =>
  findHead(dataFolder, head).then(
    () => true,
    () => false,
  );

/** Throws `head.invalid` for other bytes than those that the recipe names. `file` is for the error. */
export function mustBeHead(head: RecipeHead, bytes: HeadBytes, file: string): void {
  mustBe(head.sha256, bytes.head, file);
  mustBe(head.calibrationSha256, bytes.calibration, file);
}

/** Writes a head and its calibration to where recipes find them. Throws `head.invalid`, `output.failed`. */
export async function writeHeadFiles(dataFolder: string, head: RecipeHead, bytes: HeadBytes): Promise<void> {
  const files = filesOf(dataFolder, head);
  mustBeHead(head, bytes, files.head); // both, before one of them is written
  await writeFileSafely(files.head, bytes.head);
  await writeFileSafely(files.calibration, bytes.calibration);
}

/** Copies a trained head and its calibration to where recipes find them. Throws `head.invalid`, `output.failed`. */
export async function keepHead(dataFolder: string, head: RecipeHead, from: HeadFiles): Promise<void> {
  const bytes = {
    head: await checked(from.head, head.sha256),
    calibration: await checked(from.calibration, head.calibrationSha256),
  };
  await writeHeadFiles(dataFolder, head, bytes);
}
