// Which reports and exports hold the parts of a run, as the audit trail tells it.
// Runs in Node (history service, command line).
import type { Run } from '../../common/domain.ts';
import type { PartStory, Selection } from '../../common/history-service.ts';
import type { Tables } from '../store/tables.ts';
import { inSelection } from './selection.ts';

/** The event of an export, so that it is told once in which words. */
export const EXPORTED = 'history.exported';

/** What the event keeps; those of before there were selections in it do not tell which runs they were of. */
export interface ExportDetail {
  readonly out: string;
  readonly format: string;
  readonly parts: number;
  readonly runs: number;
  readonly certificate?: number | undefined;
  readonly selection?: Selection;
}

const MOST = 2000;

/** Newest first. `production`: what `isProduction` says of the run. */
export function reportsOf(
  { audit }: Pick<Tables, 'audit'>,
  run: Run,
  production: boolean,
): PartStory['reports'] {
  const events = audit.select(
    `WHERE subject = 'history' AND action = '${EXPORTED}' AND made_at >= ? ORDER BY link DESC LIMIT ${MOST}`,
  );
  return events.all(run.createdAt).flatMap((sealed) => {
    const { made_at: at, actor: author, link, detail } = audit.verify(sealed);
    const { format, out: path, selection } = JSON.parse(detail) as ExportDetail;
    if (selection === undefined || !inSelection(run, selection, production)) return [];
    return [{ at, author, format, path, link }];
  });
}
