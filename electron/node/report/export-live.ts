// An export out of a history that is in use: written by the worker, told in the audit trail when it is there.
// Runs in the history service (Node).
import type { HistoryApi } from '../../common/services.ts';
import type { Aside } from '../store/aside.ts';
import type { Store } from '../store/store.ts';

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
  if (record) recordExport(store, author, { out, format, parts, runs });
  return { parts, runs, code };
}

/** A PDF is written by main after the page of it, and told of when it is there. */
export function recordExport(
  store: Store,
  author: string,
  detail: { out: string; format: string; parts: number; runs: number },
): void {
  store.audit.record({ actor: author, action: 'history.exported', subject: 'history', detail });
}
