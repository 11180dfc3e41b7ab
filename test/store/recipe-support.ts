// Recipes for the history tests.
// Runs in the tests (Node).
import type { RecipeSettings } from '../../electron/common/recipe.ts';

export const RECIPE: RecipeSettings = {
  name: 'Nut M6',
  product: 'metal nut',
  packId: 'loupe-mini',
  method: 'sdp',
  tap: null,
  rvs: null,
  sigma: 4,
  heat: { lo: 0.1, hi: 0.9 },
  thresholds: { review: 0.4, reject: 0.6 },
  regions: { threshold: 0.5, minArea: 25 },
};
