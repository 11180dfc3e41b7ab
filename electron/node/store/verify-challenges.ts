// The check of challenges against the chain: each set, rule and result was told there when it was written, parts and all.
// Runs in Node (command line, history service). Reads only.
import { resultHash, setHash } from './challenges.ts';
import type { AuditRow, Tables } from './tables.ts';
import type { Disagrees } from './verify-people.ts';

type Table = 'challenge_sets' | 'challenge_rules' | 'challenge_results';

export interface ChallengeTold {
  readonly link: number;
  readonly table: Table;
  readonly row: number;
  readonly detail: Readonly<Record<string, unknown>>;
}

const TELLS: Readonly<Record<string, Table>> = {
  'challenge.created': 'challenge_sets',
  'challenge.set': 'challenge_rules',
  'challenge.passed': 'challenge_results',
  'challenge.failed': 'challenge_results',
};

export function noteChallenge({ action, detail, link }: AuditRow, told: ChallengeTold[]): void {
  const table = TELLS[action];
  if (table === undefined) return;
  const said = JSON.parse(detail) as Record<string, unknown>;
  told.push({ link, table, row: Number(said.row), detail: said });
}

/** The first row that does not hold; null when all do. */
export function compareChallenges(tables: Tables, told: readonly ChallengeTold[]): Disagrees | null {
  const checks = checksOf(tables);
  for (const { link, table, row, detail } of told) {
    if (!checks[table](row, detail))
      return { link, row: `${table} ${row}`, text: 'it is not the row that was told when it was written' };
  }
  for (const [table, sealed] of [
    ['challenge_sets', tables.challengeSets],
    ['challenge_rules', tables.challengeRules],
    ['challenge_results', tables.challengeResults],
  ] as const) {
    const known = told.filter((one) => one.table === table).length;
    const last = sealed.nextId() - 1;
    // Ids are given without gaps: more rows than events were put there by somebody else.
    if (last !== known) return { link: null, row: table, text: `${known} rows were told, ${last} are there` };
  }
  return null;
}

function checksOf(tables: Tables): Record<Table, (row: number, detail: ChallengeTold['detail']) => boolean> {
  const set = tables.challengeSets.select('WHERE id = ?');
  const parts = tables.challengeParts.select('WHERE set_id = ? ORDER BY place');
  const rule = tables.challengeRules.select('WHERE id = ?');
  const result = tables.challengeResults.select('WHERE id = ?');
  const outcomes = tables.challengeOutcomes.select('WHERE result_id = ? ORDER BY place');
  return {
    challenge_sets: (row, { sha256 }) => {
      const found = set.get(row);
      return found !== undefined && setHash(found, parts.all(row)) === sha256;
    },
    challenge_rules: (row, { set: of, daily, active }) => {
      const found = rule.get(row);
      return found?.set_id === of && (found?.daily === 1) === daily && (found?.active === 1) === active;
    },
    challenge_results: (row, { sha256 }) => {
      const found = result.get(row);
      return found !== undefined && resultHash(found, outcomes.all(row)) === sha256;
    },
  };
}
