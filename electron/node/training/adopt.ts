// From a finished training to the recipe that uses its head: what the new version says, and whether it may still be made.
// Runs in the main process (Node).
import type { Run } from '../../common/domain.ts';
import { RecipeSettings, type Recipe } from '../../common/recipe.ts';
import type { TrainingJob, TrainingOutcome } from '../../common/training-service.ts';
import { LoupeError } from '../../../models/errors.ts';

/** What a head and its ranges belong to: with other words or another pack their numbers mean nothing. */
const bound = ({ product, packId, tap, rvs, sigma }: RecipeSettings): string =>
  JSON.stringify([product, packId, tap, rvs, sigma]);

/** Throws `recipe.changed` when the recipe is no longer about what the head was trained for. */
export function mustStillFit(newest: Recipe, trained: Recipe): void {
  if (bound(newest) === bound(trained)) return;
  const { id: recipe, version: found } = newest;
  throw new LoupeError('recipe.changed', { recipe, found, basedOn: trained.version });
}

/** The settings without the head: those of the recipe, or those of a run whose words were typed by hand. */
export const baseSettings = (run: Pick<Run, 'product' | 'packId'>, name: string): RecipeSettings => ({
  name,
  ...{ product: run.product, packId: run.packId, method: null, tap: null, rvs: null, sigma: null },
  ...{ heat: null, thresholds: { review: 0, reject: 1 }, regions: null },
});

/** Scale and regions are in the unit of the old maps, so they go; thresholds are those that were proposed for the new scores. */
export function settingsWithHead(
  base: RecipeSettings,
  job: TrainingJob,
  { head, calibration, tap, rvs, sigma, comparison }: TrainingOutcome,
): RecipeSettings {
  return {
    ...RecipeSettings.parse(base),
    ...{ method: 'sdp+', tap, rvs, sigma, heat: null, regions: null, product: job.before.product },
    thresholds: comparison.thresholds.after,
    head: { sha256: head.sha256, calibrationSha256: calibration.sha256 },
  };
}
