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

async function checked(file: string, hash: string): Promise<Uint8Array> {
  const fail = (reason: string, cause?: unknown): never => {
    throw new LoupeError('head.invalid', { file, reason }, { cause });
  };
  const bytes = await readFile(file).catch((error: unknown) =>
    fail(error instanceof Error ? error.message : String(error), error),
  );
  if (createHash('sha256').update(bytes).digest('hex') !== hash)
    return fail('it is not what the recipe was made with');
  return bytes;
}

/** Where the head of a recipe lies. Throws `head.invalid` when it is not on this computer, or was changed. */
export async function findHead(dataFolder: string, head: RecipeHead): Promise<HeadFiles> {
  const files = filesOf(dataFolder, head);
  await checked(files.head, head.sha256);
  await checked(files.calibration, head.calibrationSha256);
  return files;
}

/** Copies a trained head and its calibration to where recipes find them. Throws `head.invalid`, `output.failed`. */
export async function keepHead(dataFolder: string, head: RecipeHead, from: HeadFiles): Promise<void> {
  const files = filesOf(dataFolder, head);
  await writeFileSafely(files.head, await checked(from.head, head.sha256));
  await writeFileSafely(files.calibration, await checked(from.calibration, head.calibrationSha256));
}
