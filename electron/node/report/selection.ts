// Which runs a report, an export or a statistic is about.
// Runs in Node (command line, history service).
import type { Selection } from '../../common/history-service.ts';
import type { Run } from '../../common/domain.ts';

/**
 * The chosen ones of all runs, oldest first. An empty selection is everything that was produced: challenges, and runs that
 * repeat one, are chosen by their number only, because known parts would make every rate look other than it is.
 */
export function selectRuns(runs: readonly Run[], { runIds, lot, recipe, from, to }: Selection): Run[] {
  const byId = new Map(runs.map((run) => [run.id, run]));
  const isProduction = ({ challenge, repeats }: Run): boolean => {
    if (challenge !== undefined) return false;
    const first = repeats == null ? undefined : byId.get(repeats);
    return first === undefined || isProduction(first);
  };
  return runs
    .filter(
      (run) =>
        (runIds === undefined ? isProduction(run) : runIds.includes(run.id)) &&
        (lot === undefined || run.lot === lot) &&
        (recipe === undefined || run.recipe?.name === recipe) &&
        (from === undefined || run.createdAt >= from) &&
        (to === undefined || run.createdAt < to),
    )
    .sort((a, b) => a.id - b.id);
}
