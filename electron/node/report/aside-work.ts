// What takes long in the history: check, count, export, compare. Each over a connection of its own that only reads.
// Runs in the worker of the history service (Node).
import type { RejudgeBy, SideBySide } from '../../common/side-by-side.ts';
import type { FoundPart, HistoryCheck, ImagesCheck, Selection } from '../../common/history-service.ts';
import type { GroupBy, Statistics } from '../../common/statistics.ts';
import { layout } from '../store/files.ts';
import { readingFrom, type HistoryReader } from '../store/reader.ts';
import { openSqlite } from '../store/sqlite.ts';
import { verifyChain } from '../store/verify.ts';
import { verifyImages } from '../store/verify-images.ts';
import { certify, type CertificateRequest, type Certified } from './certificate.ts';
import { compareRuns } from './compare-runs.ts';
import { exportHistory, type ExportRequest, type ExportResult } from './export.ts';
import { findParts } from './find-parts.ts';
import { rejudge } from './rejudge.ts';
import { selectRuns } from './selection.ts';
import { statistics } from './statistics.ts';

/** Requests of the worker: name → [argument, answer]. */
export interface AsideApi {
  verify: [{ code?: string | undefined }, HistoryCheck];
  images: [Selection, ImagesCheck];
  stats: [Selection & { by: GroupBy }, Statistics];
  export: [Omit<ExportRequest, 'dataFolder'>, ExportResult];
  rejudge: [{ runId: number; by: RejudgeBy }, SideBySide];
  compare: [{ first: number; second: number }, SideBySide];
  certificate: [CertificateRequest, Certified];
  find: [{ text: string; limit: number }, FoundPart[]];
}

type Work = {
  [K in keyof AsideApi]: (
    reader: HistoryReader,
    dataFolder: string,
    args: AsideApi[K][0],
  ) => AsideApi[K][1] | Promise<AsideApi[K][1]>;
};

const WORK: Work = {
  verify: ({ db }, _, { code }) => {
    const { end: __, passed = null, ...report } = verifyChain(db, code);
    return { ...report, passed };
  },
  images: (reader, _, selection) => verifyImages(reader, selectRuns(reader.runs.list(), selection)),
  stats: ({ db, runs }, _, { by, ...selection }) => statistics(db, selectRuns(runs.list(), selection), by),
  export: (reader, dataFolder, request) => exportHistory(reader, { ...request, dataFolder }),
  rejudge: (reader, dataFolder, { runId, by }) => rejudge(reader, dataFolder, runId, by),
  compare: (reader, _, { first, second }) => compareRuns(reader, first, second),
  certificate: (reader, _, request) => certify(reader, request),
  find: (reader, _, { text, limit }) => findParts(reader, text, limit),
};

/** These fix their moment themselves, or read files for so long that the log of the database would grow meanwhile. */
const OWN_MOMENT: ReadonlySet<keyof AsideApi> = new Set(['export', 'images', 'rejudge', 'certificate']);

/** The history of the folder is open in this process, so it has been looked at already. */
export async function workAside<K extends keyof AsideApi>(
  dataFolder: string,
  name: K,
  args: AsideApi[K][0],
): Promise<AsideApi[K][1]> {
  const at = layout(dataFolder);
  const db = openSqlite(at.database, { readonly: true, fileMustExist: true, timeout: 5000 });
  const reader = readingFrom(db, at);
  try {
    const work = async (): Promise<AsideApi[K][1]> => WORK[name](reader, dataFolder, args);
    return OWN_MOMENT.has(name) ? await work() : await reader.snapshot(work);
  } finally {
    reader.close();
  }
}
