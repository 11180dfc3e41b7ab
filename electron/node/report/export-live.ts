// An export out of a history that is in use: over a connection of its own, so that the writer waits for nothing.
// Runs in the history service (Node).
import type { HistoryApi } from '../../common/services.ts';
import { openSqlite } from '../store/sqlite.ts';
import { readingFrom } from '../store/reader.ts';
import type { Store } from '../store/store.ts';
import { exportHistory } from './export.ts';

/** Pictures in a report that nobody asked a number for. */
const PICTURES = 60;

type Request = HistoryApi['history.export'][0];

export async function exportFrom(
  { folder, store }: { readonly folder: string; readonly store: Store },
  { by, format, out, author, program, ...selection }: Request,
): Promise<{ parts: number; runs: number }> {
  const db = openSqlite(store.at.database, { readonly: true, fileMustExist: true, timeout: 5000 });
  const reader = readingFrom(db, store.at);
  try {
    const { parts, runs } = await exportHistory(reader, {
      ...{ dataFolder: folder, selection, format, out, by, author, program, pictures: PICTURES },
    });
    store.audit.record({
      actor: author,
      action: 'history.exported',
      subject: 'history',
      detail: { out, format, parts, runs },
    });
    return { parts, runs };
  } finally {
    reader.close();
  }
}
