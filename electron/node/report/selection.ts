// Which runs a report, an export or a statistic is about.
// Runs in Node (command line, history service).
import type { Selection } from '../../common/history-service.ts';
import type { Run } from '../../common/domain.ts';

/**
 * The chosen runs, oldest first. An empty selection is everything that was produced: challenges are chosen by their number
 * only, because known parts would make every rate look other than it is.
 */
export function selectRuns(runs: readonly Run[], { runIds, lot, recipe, from, to }: Selection): Run[] {
  return runs
    .filter(
      (run) =>
        (runIds === undefined ? run.challenge === undefined : runIds.includes(run.id)) &&
        (lot === undefined || run.lot === lot) &&
        (recipe === undefined || run.recipe?.name === recipe) &&
        (from === undefined || run.createdAt >= from) &&
        (to === undefined || run.createdAt < to),
    )
    .sort((a, b) => a.id - b.id);
}
