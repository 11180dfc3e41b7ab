// The check of challenges against the chain: each set, rule and result was told there, and so was which runs are challenges.
// Runs in Node (command line, history service). Reads only.
import { resultHash, setHash } from './challenges.ts';
import type { AuditRow, Tables } from './tables.ts';
import { compareTold, toldBy, type Check, type Disagrees, type Told } from './verify-told.ts';

type Table = 'challenge_sets' | 'challenge_rules' | 'challenge_results';

export interface ChallengesSeen {
  readonly told: Told<Table>[];
  /** The runs that were begun as challenges, and of which set. */
  readonly runs: Map<string, number>;
}

export const noChallengesSeen = (): ChallengesSeen => ({ told: [], runs: new Map() });

const TELLS: Readonly<Record<string, Table>> = {
  'challenge.created': 'challenge_sets',
  'challenge.set': 'challenge_rules',
  'challenge.passed': 'challenge_results',
  'challenge.failed': 'challenge_results',
};

export function noteChallenge(event: AuditRow, { told, runs }: ChallengesSeen): void {
  const one = toldBy(TELLS, event);
  if (one) told.push(one);
  if (event.action !== 'run.created') return;
  const { challenge } = JSON.parse(event.detail) as { challenge?: number };
  if (challenge !== undefined) runs.set(event.subject, challenge);
}

/** The first row that does not hold; null when all do. */
export const compareChallenges = (tables: Tables, { told, runs }: ChallengesSeen): Disagrees | null =>
  compareTold(told, checksOf(tables)) ?? compareRuns(tables, runs);

/** A run that became a challenge afterwards would be hidden from every report. */
function compareRuns({ runs }: Tables, told: ChallengesSeen['runs']): Disagrees | null {
  for (const { id, challenge_set_id: found } of runs.select('').iterate()) {
    if (found !== (told.get(`run ${id}`) ?? null))
      return {
        link: null,
        row: `runs ${id}`,
        text: 'it was not begun as what it is, challenge or production',
      };
  }
  return null;
}

function checksOf(tables: Tables): Readonly<Record<Table, Check<Table>>> {
  const set = tables.challengeSets.select('WHERE id = ?');
  const parts = tables.challengeParts.select('WHERE set_id = ? ORDER BY place');
  const rule = tables.challengeRules.select('WHERE id = ?');
  const result = tables.challengeResults.select('WHERE id = ?');
  const outcomes = tables.challengeOutcomes.select('WHERE result_id = ? ORDER BY place');
  return {
    challenge_sets: {
      rows: tables.challengeSets,
      holds: ({ row, detail }) => {
        const found = set.get(row);
        return found !== undefined && setHash(found, parts.all(row)) === detail.sha256;
      },
    },
    challenge_rules: {
      rows: tables.challengeRules,
      holds: ({ row, actor, detail }) => {
        const found = rule.get(row);
        return (
          found?.set_id === detail.set &&
          (found?.daily === 1) === detail.daily &&
          (found?.active === 1) === detail.active &&
          found?.author === actor &&
          found.made_at === detail.at
        );
      },
    },
    challenge_results: {
      rows: tables.challengeResults,
      holds: ({ row, detail }) => {
        const found = result.get(row);
        return found !== undefined && resultHash(found, outcomes.all(row)) === detail.sha256;
      },
    },
  };
}
