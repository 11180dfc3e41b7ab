// An export out of a history that is in use: written by the worker, told in the audit trail when it is there.
// Runs in the history service (Node).
import type { HistoryApi } from '../../common/history-service.ts';
import type { Aside } from '../store/aside.ts';
import type { Store } from '../store/store.ts';
import { EXPORTED, type ExportDetail } from './reports-of.ts';

/** Pictures in a report that nobody asked a number for. */
const PICTURES = 60;

type Request = HistoryApi['history.export'][0];

export async function exportFrom(
  { store, aside }: { readonly store: Store; readonly aside: Pick<Aside, 'ask'> },
  { by, format, out, author, program, paper, record = true, ...selection }: Request,
): Promise<HistoryApi['history.export'][1]> {
  const { parts, runs, code } = await aside.ask('export', {
    ...{ selection, format, out, by, author, program, pictures: PICTURES, paper },
  });
  if (record) recordExport(store, author, { ...selection, out, format, parts, runs });
  return { parts, runs, code };
}

/** A certificate out of a history that is in use. */
export async function certifyFrom(
  { store, aside }: { readonly store: Store; readonly aside: Pick<Aside, 'ask'> },
  { record = true, ...request }: HistoryApi['challenge.certificate'][0],
): Promise<HistoryApi['challenge.certificate'][1]> {
  const { resultId: certificate, out, author } = request;
  const { parts, runId, code } = await aside.ask('certificate', request);
  const told = { out, format: 'html', parts, runs: 1, runIds: [runId], certificate };
  if (record) recordExport(store, author, told);
  return { parts, runId, code };
}

type Told = Omit<HistoryApi['history.exported'][0], 'author'>;

/** A PDF is written by main after the page of it, and told of when it is there. */
export function recordExport(store: Store, author: string, told: Told): void {
  const { out, format, parts, runs, certificate, ...selection } = told;
  const detail = { out, format, parts, runs, certificate, selection } satisfies ExportDetail;
  store.audit.record({ actor: author, action: EXPORTED, subject: 'history', detail });
}
