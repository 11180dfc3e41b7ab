// `--samples`: on the very first start, inspects the first bundled sample product, so that there is something to see.
// Runs in the main process (Node).
import type { AppInfo, Session } from '../common/contract.ts';
import type { History } from '../node/history-client.ts';
import type { RunController } from '../node/run-controller.ts';
import { saveSession } from './session-store.ts';

const FIRST_SESSION: Omit<Session, 'runId'> = {
  selected: null,
  view: 'grid',
  filter: 'all',
  sort: 'score',
  overlay: true,
  opacity: 0.6,
  colourMap: 'viridis',
  cellSize: 200,
  theme: 'dark',
};

/** Starts the run and leaves it in the session, where the page looks for the run to open. */
export async function inspectFirstSample(
  runs: RunController,
  history: History,
  [sample]: AppInfo['samples'],
): Promise<void> {
  if (!sample || (await history.request('run.list', null)).length > 0) return;
  const { id } = await runs.start({ inputs: [sample.folder], product: sample.product });
  await saveSession(history, { ...FIRST_SESSION, runId: id });
}
