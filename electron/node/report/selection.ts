// Which runs a report, an export or a statistic is about.
// Runs in Node (command line, history service).
import type { Selection } from '../../common/history-service.ts';
import type { Run } from '../../common/domain.ts';

/** Challenges, and runs that repeat one, are no production: known parts would make every rate look other than it is. */
export function isProduction({ challenge, repeats }: Run, find: (runId: number) => Run | undefined): boolean {
  if (challenge !== undefined) return false;
  const first = repeats == null ? undefined : find(repeats);
  return first === undefined || isProduction(first, find);
}

/** Whether a run is among the chosen ones. What is no production is chosen by its number only. */
export const inSelection = (
  run: Run,
  { runIds, lot, recipe, from, to }: Selection,
  production: boolean,
): boolean =>
  (runIds === undefined ? production : runIds.includes(run.id)) &&
  (lot === undefined || run.lot === lot) &&
  (recipe === undefined || run.recipe?.name === recipe) &&
  (from === undefined || run.createdAt >= from) &&
  (to === undefined || run.createdAt < to);

/** The chosen ones of all runs, oldest first. An empty selection is everything that was produced. */
export function selectRuns(runs: readonly Run[], selection: Selection): Run[] {
  const byId = new Map(runs.map((run) => [run.id, run]));
  return runs
    .filter((run) =>
      inSelection(
        run,
        selection,
        isProduction(run, (id) => byId.get(id)),
      ),
    )
    .sort((a, b) => a.id - b.id);
}
