// Counts what people did for the statistics, in the database: whose verdicts stand, and blind second reviews.
// Runs in Node (command line, history service).
import type { HumanVerdict, Run } from '../../common/domain.ts';
import type { Judge, Pair } from '../../common/statistics.ts';
import type { Database } from '../store/sqlite.ts';

/** Of reviews that have ended, first and second verdict of each part that was judged twice. */
const BLIND = `
  SELECT f.verdict AS first, s.verdict AS second, count(*) AS count
  FROM second_reviews r
  JOIN second_samples m ON m.review_id = r.id
  JOIN verdicts f ON f.id = m.verdict_id
  JOIN second_verdicts s ON s.id = (SELECT max(id) FROM second_verdicts x WHERE x.sample_id = m.id)
  WHERE r.run_id = ? AND r.ended_at IS NOT NULL
  GROUP BY 1, 2`;

export function countBlindPairs(db: Database, runs: readonly Run[]): Pair[] {
  const count = db.prepare<Pair>(BLIND);
  return runs.flatMap((run) => count.all(run.id));
}

const AUTHORS = `
  SELECT v.author, v.verdict, count(*) AS count
  FROM parts p JOIN verdicts v ON v.id = p.verdict_id
  WHERE p.run_id = ? AND v.verdict IS NOT NULL
  GROUP BY 1, 2`;

interface Counted {
  readonly author: string;
  readonly verdict: HumanVerdict;
  readonly count: number;
}

/** The busiest first. */
export function countJudges(db: Database, runs: readonly Run[]): Judge[] {
  const count = db.prepare<Counted>(AUTHORS);
  const judges = new Map<string, Judge>();
  for (const run of runs) {
    for (const { author, verdict, count: n } of count.all(run.id)) {
      const known = judges.get(author) ?? { author, ok: 0, ng: 0, unsure: 0 };
      judges.set(author, { ...known, [verdict]: known[verdict] + n });
    }
  }
  const all = ({ ok, ng, unsure }: Judge): number => ok + ng + unsure;
  return [...judges.values()].sort((a, b) => all(b) - all(a) || (a.author < b.author ? -1 : 1));
}
