// What a blind second review said of a part, for the rows of an export and the story of the part.
// Runs in Node (command line, history service).
import type { Database } from '../store/sqlite.ts';
import type { SecondVerdictRow, Tables } from '../store/tables.ts';

export type SecondColumns = Readonly<{
  second_verdict: string | null;
  second_by: string | null;
  second_at: string | null;
}>;

const NEWEST = `
  SELECT v.id FROM second_samples s
  JOIN second_reviews r ON r.id = s.review_id
  JOIN second_verdicts v ON v.sample_id = s.id
  WHERE s.part_id = ? AND r.ended_at IS NOT NULL
  ORDER BY v.id DESC LIMIT 1`;

/** Of the newest review that has ended: an open one is nobody's to see. */
export function secondVerdict(
  db: Database,
  tables: Pick<Tables, 'secondVerdicts'>,
): (partId: number) => SecondVerdictRow | undefined {
  const newest = db.prepare<number>(NEWEST).pluck();
  return (partId) => {
    const id = newest.get(partId);
    return id === undefined ? undefined : tables.secondVerdicts.find(id);
  };
}

export function secondColumns(db: Database, tables: Tables): (partId: number) => SecondColumns {
  const find = secondVerdict(db, tables);
  return (partId) => {
    const row = find(partId);
    return {
      second_verdict: row?.verdict ?? null,
      second_by: row?.author ?? null,
      second_at: row?.made_at ?? null,
    };
  };
}
