// From the words or the recipe of a run to everything that decides its numbers.
// Runs in the main process (Node).
import { deviceFileOf } from '../engine/device-file.ts';
import { numbersOf, type RecipeSettings } from '../../common/recipe.ts';
import type { Device, SessionOptions } from '../../common/inference-service.ts';
import { findHead } from '../training/heads.ts';

export interface PackPlaces {
  /** The pack for words typed by hand. */
  readonly packFolder: string;
  /** The folder of the pack that a recipe names; throws `pack.missing`. */
  readonly findPack: (packId: string) => Promise<string>;
  readonly dataFolder: string;
  /** What the IT department or the command line decided; absent: the best of this computer. */
  readonly device?: Device | undefined;
}

/** Throws `pack.missing`, `head.invalid`. */
export async function sessionOptions(
  places: PackPlaces,
  product: string,
  recipe: RecipeSettings | null,
): Promise<SessionOptions> {
  const { device } = places;
  const fixed = { deviceFile: deviceFileOf(places.dataFolder), ...(device !== undefined && { device }) };
  if (recipe === null) return { packFolder: places.packFolder, product, ...fixed };
  return {
    packFolder: await places.findPack(recipe.packId),
    ...{ product, ...numbersOf(recipe), ...fixed },
    ...(recipe.head !== undefined && (await findHead(places.dataFolder, recipe.head))),
  };
}
