// Finds parts of the whole history by a piece of their name, or by their number.
// Runs in the worker of the history service (Node): a million names take longer than anybody else should wait.
import { machineVerdict } from '../../common/domain.ts';
import type { FoundPart } from '../../common/history-service.ts';
import type { HistoryReader } from '../store/reader.ts';
import type { PartRow } from '../store/tables.ts';

/** Newest first; `text` is a piece of the name, letters A to Z of either case, and what it finds as a number comes first. */
export function findParts(reader: HistoryReader, text: string, limit: number): FoundPart[] {
  const wanted = text.trim();
  if (wanted === '') return [];
  const { parts } = reader.tables;
  const number = /^#?(\d{1,15})$/.exec(wanted)?.[1];
  const own = number === undefined ? undefined : parts.find(Number(number));
  const named = parts
    .select(`WHERE name LIKE ? ESCAPE '\\' ORDER BY id DESC LIMIT ?`)
    .all(`%${wanted.replace(/[\\%_]/g, '\\$&')}%`, limit)
    .map((row) => parts.verify(row));
  const rows = own ? [own, ...named.filter(({ id }) => id !== own.id)].slice(0, limit) : named;
  return rows.map((row) => toFound(reader, row));
}

function toFound({ runs, tables }: HistoryReader, row: PartRow): FoundPart {
  const run = runs.get(row.run_id);
  const verdict = row.verdict_id === null ? undefined : tables.verdicts.find(row.verdict_id);
  return {
    ...{ partId: row.id, runId: row.run_id, name: row.name, lot: run.lot, inspectedAt: row.inspected_at },
    product: run.recipe?.name ?? run.product,
    ...{ machine: machineVerdict(row, run.thresholds), score: row.score, verdict: verdict?.verdict ?? null },
  };
}
