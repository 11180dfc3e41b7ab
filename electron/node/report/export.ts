// One export of a selection: checks the chain, then writes the same rows as CSV, JSON Lines or a page.
// Runs in Node (command line).
import type { Selection } from '../../common/history-service.ts';
import type { GroupBy, Statistics } from '../../common/statistics.ts';
import { LoupeError } from '../../../models/errors.ts';
import { chainCode } from '../store/chain.ts';
import type { HistoryReader } from '../store/reader.ts';
import { verifyChain } from '../store/verify.ts';
import { csvHeader, csvRow } from './csv.ts';
import { jsonEnd, jsonRow } from './json-lines.ts';
import { resultRows, type ResultRow } from './rows.ts';
import { selectRuns } from './selection.ts';
import { statistics } from './statistics.ts';
import { writePieces } from './write.ts';

export type Format = 'csv' | 'jsonl' | 'html';

export interface ExportRequest {
  readonly dataFolder: string;
  readonly selection: Selection;
  readonly format: Format;
  readonly out: string;
  readonly by: GroupBy;
  readonly author: string;
  readonly program: string;
  readonly pictures: number;
  /** The page becomes a PDF. */
  readonly paper?: boolean | undefined;
}

export interface ExportResult {
  readonly parts: number;
  readonly runs: number;
  readonly code: string;
  readonly statistics: Statistics;
}

/**
 * All of one moment, whatever is written meanwhile. Throws `history.tampered` when the chain does not hold, `usage` when
 * nothing is selected, `output.failed`.
 */
export function exportHistory(reader: HistoryReader, request: ExportRequest): Promise<ExportResult> {
  return reader.snapshot(async () => {
    const { fault, end } = verifyChain(reader.db);
    if (fault) throw new LoupeError('history.tampered', { reason: `${fault.row}: ${fault.text}` });
    const runs = selectRuns(reader.runs.list(), request.selection);
    if (runs.length === 0) throw new LoupeError('usage', { reason: 'No run fits this selection.' });
    const counted = statistics(reader.db, runs, request.by);
    const frame = {
      ...{ statistics: counted, code: chainCode(end), head: end.head },
      ...{ createdAt: new Date().toISOString(), program: request.program },
    };
    let parts = 0;
    const rows = function* (): Generator<ResultRow> {
      for (const row of resultRows(reader, runs)) {
        parts++;
        yield row;
      }
    };
    const pieces = {
      csv: () => csv(rows()),
      jsonl: () => jsonLines(rows(), frame),
      html: async () => {
        const { dataFolder, author, pictures, paper = false } = request;
        // Pictures need the image library, which the history service does not load for anything else.
        const { reportPage } = await import('./page.ts');
        return reportPage({ ...frame, dataFolder, author, pictures, runs, paper }, rows());
      },
    };
    await writePieces(request.out, await pieces[request.format]());
    return { parts, runs: runs.length, code: frame.code, statistics: counted };
  });
}

function* csv(rows: Iterable<ResultRow>): Generator<string> {
  yield csvHeader();
  for (const row of rows) yield csvRow(row);
}

function* jsonLines(rows: Iterable<ResultRow>, end: Parameters<typeof jsonEnd>[0]): Generator<string> {
  for (const row of rows) yield jsonRow(row);
  yield jsonEnd(end);
}
