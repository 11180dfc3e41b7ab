// A recipe for the history tests, runs from it, and parts whose photographs are known.
// Runs in the tests (Node).
import type { RecipeSettings } from '../../electron/common/recipe.ts';
import type { HistoryApi, NewRun, PartOutcome } from '../../electron/common/history-service.ts';
import type { Store } from '../../electron/node/store/store.ts';
import { result, SESSION } from './support.ts';

type Session = HistoryApi['run.begin'][0]['session'];

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

/** A begun run over parts with these names below /in, from the recipe that was saved first unless it says null. */
export function beginRun(
  store: Store,
  names: readonly string[],
  { recipeId = 1, ...change }: Partial<NewRun & Session> & { recipeId?: number | null } = {},
): number {
  const { id } = store.runs.create({
    ...{ product: RECIPE.product, source: 'x', inputs: [], ...change },
    ...(recipeId !== null && { recipe: { recipeId } }),
  });
  store.parts.add(
    id,
    names.map((name) => ({ path: `/in/${name}`, name, bytes: 9 })),
  );
  const { method, sigma, thresholds } = RECIPE;
  store.runs.begin(id, { ...SESSION, method: method ?? 'sdp', sigma: sigma ?? 4, thresholds, ...change });
  return id;
}

/** The hash of a made-up photograph: the same number is the same photograph. */
export const contentHash = (content: number): string => content.toString(16).padStart(64, '0');

/** Scored, with what identifies its photograph. */
export const photographed = (partId: number, score: number, content: number): PartOutcome => ({
  ...{ partId, ok: true },
  result: {
    ...result(score),
    image: {
      ...{ sha256: contentHash(content), bytes: 9 },
      ...{ capturedAt: '2026-11-20T07:31:00.000Z', capturedFrom: 'file' },
    },
  },
});
