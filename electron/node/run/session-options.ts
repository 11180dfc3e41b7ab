// From the words or the recipe of a run to everything that decides its numbers.
// Runs in the main process (Node).
import type { RecipeSettings } from '../../common/recipe.ts';
import type { SessionOptions } from '../../common/services.ts';
import { findHead } from '../training/heads.ts';

export interface PackPlaces {
  /** The pack for words typed by hand. */
  readonly packFolder: string;
  /** The folder of the pack that a recipe names; throws `pack.missing`. */
  readonly findPack: (packId: string) => Promise<string>;
  readonly dataFolder: string;
}

/** Throws `pack.missing`, `head.invalid`. */
export async function sessionOptions(
  places: PackPlaces,
  product: string,
  recipe: RecipeSettings | null,
): Promise<SessionOptions> {
  if (recipe === null) return { packFolder: places.packFolder, product };
  const { method, tap, rvs, sigma, heat, thresholds, head } = recipe;
  return {
    packFolder: await places.findPack(recipe.packId),
    ...{ product, thresholds },
    ...(method !== null && { method }),
    ...(tap !== null && { tap }),
    ...(rvs !== null && { rvs }),
    ...(sigma !== null && { sigma }),
    ...(heat !== null && { heat }),
    ...(head !== undefined && (await findHead(places.dataFolder, head))),
  };
}
