// Counts results for the statistics, in the database: a million parts become a few hundred cells.
// Runs in Node (command line, history service).
import { machineVerdict, type HumanVerdict, type Run } from '../../common/domain.ts';
import type { Cell, Pair } from '../../common/statistics.ts';
import type { Database } from '../store/sqlite.ts';

interface CountedRow {
  readonly day: string | null;
  readonly state: 'pending' | 'scored' | 'failed';
  /** 0 good, 1 review, 2 reject; as machineVerdict() says it, which a test compares. */
  readonly band: number | null;
  readonly verdict: HumanVerdict | null;
  readonly seen: Cell['seen'];
  readonly kind: string | null;
  readonly count: number;
}

const COUNT = `
  SELECT substr(p.inspected_at, 1, 10) AS day, p.state,
    (p.score >= ?) + (p.score >= ?) AS band,
    v.verdict, CASE WHEN v.verdict IS NULL THEN NULL ELSE v.machine END AS seen, v.defect_kind AS kind,
    count(*) AS count
  FROM parts p LEFT JOIN verdicts v ON v.id = p.verdict_id
  WHERE p.run_id = ?
  GROUP BY 1, 2, 3, 4, 5, 6`;

const BANDS = ['good', 'review', 'reject'] as const;

const recipeName = ({ recipe }: Run): string | null => recipe && `${recipe.name}, version ${recipe.version}`;

/** The cells of these runs, at the thresholds that each run has now. Rows are counted without checking their checksums. */
export function countCells(db: Database, runs: readonly Run[]): Cell[] {
  const count = db.prepare<CountedRow>(COUNT);
  return runs.flatMap((run) =>
    count.all(run.thresholds.review, run.thresholds.reject, run.id).map((row) => ({
      run: run.id,
      lot: run.lot,
      recipe: recipeName(run),
      day: row.day,
      machine:
        row.state === 'scored'
          ? (BANDS[row.band ?? 0] ?? 'good')
          : machineVerdict({ ...row, score: null }, run.thresholds),
      verdict: row.verdict,
      seen: row.seen,
      defectKind: row.kind,
      count: row.count,
    })),
  );
}

/**
 * What two people said about the same part: the first verdict of the first one, and the first verdict of the next person
 * after it. Verdicts that were taken back do not count.
 */
const PAIRS = `
  WITH given AS (
    SELECT v.part_id, v.author, v.verdict, v.id,
      first_value(v.author) OVER (PARTITION BY v.part_id ORDER BY v.id) AS opener
    FROM verdicts v JOIN parts p ON p.id = v.part_id
    WHERE p.run_id = ? AND v.verdict IS NOT NULL
  ), second AS (
    SELECT part_id, min(id) AS id FROM given WHERE author <> opener GROUP BY part_id
  )
  SELECT a.verdict AS first, b.verdict AS second, count(*) AS count
  FROM second s
  JOIN given b ON b.id = s.id
  JOIN given a ON a.id = (SELECT min(id) FROM given g WHERE g.part_id = s.part_id)
  GROUP BY 1, 2`;

export function countPairs(db: Database, runs: readonly Run[]): Pair[] {
  const count = db.prepare<Pair>(PAIRS);
  return runs.flatMap((run) => count.all(run.id));
}
