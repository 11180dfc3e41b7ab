// Which parts of a run were accepted: OK by a person, or good by the machine where no person has said anything.
// Runs in the history service (Node).
import type { Run } from '../../common/domain.ts';
import { toHistoryError } from './failure.ts';
import type { Database } from './sqlite.ts';

/**
 * Positions in order. Read without checksums, for choosing among 100,000 parts at once; whoever shows one reads it again
 * as a whole.
 */
export function acceptedParts(db: Database, { id, thresholds }: Pick<Run, 'id' | 'thresholds'>): number[] {
  try {
    return db
      .prepare<number>(
        `SELECT parts.seq FROM parts LEFT JOIN verdicts ON verdicts.id = parts.verdict_id
         WHERE parts.run_id = ? AND parts.state = 'scored'
           AND (verdicts.verdict = 'ok' OR (verdicts.verdict IS NULL AND parts.score < ?))
         ORDER BY parts.seq`,
      )
      .pluck()
      .all(id, thresholds.review);
  } catch (thrown) {
    throw toHistoryError(thrown);
  }
}
