// A recipe as one JSON file with its own hash: how recipes travel between workstations and are kept under version control.
// Runs in the history service (Node).
import { z } from 'zod';
import { RecipeSettings, type Recipe } from '../../common/recipe.ts';
import { LoupeError } from '../../../models/errors.ts';
import { canonicalJson, sha256 } from './canonical.ts';

const RecipeFile = z.object({
  format: z.literal('loupe-recipe'),
  formatVersion: z.literal(1),
  /** Of `recipe` in canonical form. */
  sha256: z.string(),
  recipe: z.unknown(),
  /** Where it comes from; for people. */
  origin: z.object({ version: z.number(), author: z.string(), reason: z.string(), createdAt: z.string() }),
});
type RecipeFile = z.infer<typeof RecipeFile>;

/** What a person sets, out of a whole recipe, in canonical form. */
export const settingsText = (recipe: RecipeSettings): string => canonicalJson(RecipeSettings.parse(recipe));

/** The text of the file; ends with a line feed. */
export function writeRecipeFile(recipe: Recipe): string {
  const { version, author, reason, createdAt } = recipe;
  const file: RecipeFile = {
    format: 'loupe-recipe',
    formatVersion: 1,
    sha256: recipe.sha256,
    recipe: RecipeSettings.parse(recipe),
    origin: { version, author, reason, createdAt },
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}

/** Throws `recipe.invalid` for anything but a file that `writeRecipeFile` made. */
export function readRecipeFile(text: string): { settings: RecipeSettings; origin: RecipeFile['origin'] } {
  const invalid = (reason: string): never => {
    throw new LoupeError('recipe.invalid', { reason });
  };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return invalid('The file is not JSON.');
  }
  const file = RecipeFile.safeParse(json);
  if (!file.success) return invalid('The file is not a recipe that this version of Loupe can read.');
  // The hash is over what the file says, before anything of it is trimmed or left out.
  if (sha256(canonicalJson(file.data.recipe)) !== file.data.sha256) {
    return invalid('The recipe was changed after it was exported: its hash does not fit.');
  }
  const settings = RecipeSettings.strict().safeParse(file.data.recipe);
  if (!settings.success) return invalid(settings.error.issues.map(describeIssue).join('; '));
  return { settings: settings.data, origin: file.data.origin };
}

const describeIssue = ({ path, message }: { path: PropertyKey[]; message: string }): string =>
  `${path.map(String).join('.') || 'recipe'}: ${message}`;
