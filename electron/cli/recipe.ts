// `--recipe FILE`: everything that decides the numbers comes from a recipe that the workstation exported.
// Runs in Node (command line).
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { LoupeError } from '../../models/errors.ts';
import { numbersOf, type RecipeHead } from '../common/recipe.ts';
import { readRecipeFile } from '../node/store/recipe-file.ts';
import type { EngineOptions, InspectOptions } from './options.ts';

/** The options as the recipe fills them in. Throws `recipe.invalid`, `head.invalid`, `usage`. */
export async function withRecipe(options: InspectOptions, file: string): Promise<InspectOptions> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LoupeError('recipe.invalid', { reason }, { cause: error });
  });
  const { settings } = readRecipeFile(text);
  const { product, packId, scales, head } = settings;
  if (head !== undefined) await mustBe(head, options.engine);
  else if (options.engine.head !== undefined || options.engine.calibration !== undefined) {
    const reason = 'This recipe uses no trained head: leave --head and --calibration away.';
    throw new LoupeError('usage', { reason });
  }
  if (scales !== undefined && options.engine.scales !== undefined)
    throw new LoupeError('usage', { reason: '--recipe says that itself: leave --tiles away.' });
  const engine: EngineOptions = { ...options.engine, ...numbersOf(settings) };
  return { ...options, product, model: packId, engine };
}

/** A recipe knows its head by its hash only: the files are named beside it. */
async function mustBe(wanted: RecipeHead, { head, calibration }: EngineOptions): Promise<void> {
  await mustHave(head, '--head', wanted.sha256);
  await mustHave(calibration, '--calibration', wanted.calibrationSha256);
}

async function mustHave(file: string | undefined, option: string, sha256: string): Promise<void> {
  const fail = (reason: string): never => {
    throw new LoupeError('head.invalid', { file: file ?? '-', reason });
  };
  if (file === undefined)
    return fail(`the recipe uses a trained head; name its file with ${option} (heads/${sha256}.*)`);
  const bytes = await readFile(file).catch((error: unknown) =>
    fail(error instanceof Error ? error.message : String(error)),
  );
  if (createHash('sha256').update(bytes).digest('hex') !== sha256)
    fail(`the file of ${option} is not the one that the recipe was made with`);
}
