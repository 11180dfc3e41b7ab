// A run with all its parts, fetched in pages: between two of them the history answers everybody else.
// Runs in the main process (Node).
import type { Part, Run } from '../../common/domain.ts';
import type { History } from '../history-client.ts';
import { LoupeError } from '../../../models/errors.ts';

/** About 5 ms of the history's time. */
const PAGE = 500;

/**
 * The run as it was when the loading began, and its parts as they were when their page was read: whoever shows a run that
 * is under way gets what changed meanwhile as events. Throws `history.not_found`, `history.damaged`.
 */
export async function loadRun(history: History, runId: number): Promise<{ run: Run; parts: Part[] }> {
  const run = await history.request('run.get', { runId });
  const parts: Part[] = [];
  for (;;) {
    const page = await history.request('run.page', { runId, afterSeq: parts.length - 1, limit: PAGE });
    parts.push(...page);
    if (page.length < PAGE) break;
  }
  // A damaged index can hide rows that are whole in themselves; a run that has ended knows its numbers.
  const scored = parts.filter(({ state }) => state === 'scored').length;
  const failed = parts.filter(({ state }) => state === 'failed').length;
  if (
    run.state === 'done' &&
    (scored !== run.scored || failed !== run.failed || parts.length !== run.total)
  ) {
    throw new LoupeError('history.damaged', { reason: `The parts of run ${runId} do not add up.` });
  }
  return { run, parts };
}
