// Walks the whole chain and finds the first row that was altered, removed or moved, and rows that disagree with it.
// Runs in Node (command line, history service). Reads only.
import { LoupeError } from '../../../models/errors.ts';
import { sha256 } from './canonical.ts';
import { chainCode, linkHash, readChainEnd, type ChainEnd } from './chain.ts';
import type { SealedTable } from './sealed.ts';
import type { Database } from './sqlite.ts';
import {
  compareChallenges,
  noChallengesSeen,
  noteChallenge,
  type ChallengesSeen,
} from './verify-challenges.ts';
import { comparePeople, nobodySeen, notePeople, type PeopleSeen } from './verify-people.ts';
import { openTables, type AuditRow, type Tables, type VerdictRow } from './tables.ts';

interface ChainFault {
  readonly kind: 'altered' | 'missing' | 'moved' | 'disagrees';
  /** Place in the chain; null for rows beside it. */
  readonly link: number | null;
  /** "verdicts 17". */
  readonly row: string;
  readonly text: string;
}

export interface ChainReport {
  /** Links that were checked and hold. */
  readonly checked: number;
  readonly verdicts: number;
  readonly events: number;
  readonly end: ChainEnd;
  /** The end as a short code, to compare with a printed one. */
  readonly code: string;
  /** The first one found; null when everything holds. */
  readonly fault: ChainFault | null;
  /** Set up, also those who have left. */
  readonly people: number;
  readonly wrongPins: number;
  readonly secondReviews: number;
  /** Times at which the computer's clock was moved. */
  readonly clockJumps: number;
  /** For a code that was asked about: whether this history has passed through it. */
  readonly passed?: boolean;
}

type Link =
  | { readonly table: 'audit'; readonly row: AuditRow }
  | { readonly table: 'verdicts'; readonly row: VerdictRow };

/** What the walk remembers to compare the other tables with. */
interface Seen {
  readonly newestVerdict: Map<number, VerdictRow>;
  readonly recipes: { row: number; sha256: string; link: number }[];
  readonly thresholds: { row: number; to: { review: number; reject: number }; link: number }[];
  readonly people: PeopleSeen;
  readonly challenges: ChallengesSeen;
}

/** Checks the history as it is at this moment. `code`: a printed one of an earlier moment. Throws `usage` for no code at all. */
export function verifyChain(db: Database, code?: string): ChainReport {
  const tables = openTables(db);
  const asked = code === undefined ? null : parseCode(code);
  const seen: Seen = {
    ...{ newestVerdict: new Map(), recipes: [], thresholds: [] },
    ...{ people: nobodySeen(), challenges: noChallengesSeen() },
  };
  const ids = { audit: 0, verdicts: 0 };
  const counts = { audit: 0, verdicts: 0 };
  let end: ChainEnd = { links: 0, head: '' };
  let clockJumps = 0;
  let passed = false;
  let fault: ChainFault | null = null;

  for (const link of inOrder(tables)) {
    const { table, row } = link;
    const where = { link: row.link, row: `${table} ${row.id}` };
    if (row.link > end.links + 1) {
      const gone = row.link - end.links - 1;
      fault = { kind: 'missing', ...where, text: `${gone} rows before it are missing` };
    } else if (row.link < end.links + 1) {
      fault = { kind: 'moved', ...where, text: 'two rows have the same place' };
    } else if (row.id <= ids[table]) {
      fault = { kind: 'moved', ...where, text: `it stands behind row ${ids[table]} of the same table` };
    } else {
      const sealed: SealedTable<never> = tables[table] as never;
      const hash = linkHash(end.head, table, sealed.chained(row as never));
      if (hash !== row.hash) {
        fault = {
          kind: 'altered',
          ...where,
          text: 'its hash does not follow from its content and the row before',
        };
      }
    }
    if (fault) break;
    end = { links: row.link, head: row.hash };
    ids[table] = row.id;
    counts[table]++;
    if (asked?.links === row.link) passed = row.hash.startsWith(asked.head);
    if (link.table === 'verdicts') seen.newestVerdict.set(link.row.part_id, link.row);
    else if (link.row.action === 'clock.jumped') clockJumps++;
    else noteEvent(link.row, seen);
  }
  const stored = readChainEnd(db);
  if (!fault && (stored.links !== end.links || stored.head !== end.head)) {
    const text = `the history had ${stored.links} links, ${end.links} are there`;
    fault = { kind: 'missing', link: end.links + 1, row: 'ledger', text };
  }
  fault ??= compareParts(db, seen) ?? compareRecipes(tables, seen) ?? compareThresholds(tables, seen);
  const disagreeing =
    fault === null
      ? (comparePeople(tables, seen.people) ?? compareChallenges(tables, seen.challenges))
      : null;
  if (disagreeing) fault = { kind: 'disagrees', ...disagreeing };
  return {
    checked: end.links,
    ...{ verdicts: counts.verdicts, events: counts.audit, end, code: chainCode(end), fault, clockJumps },
    people: tallyOf(db, 'SELECT count(DISTINCT person_id) FROM people'),
    wrongPins: seen.people.wrongPins,
    secondReviews: tallyOf(db, 'SELECT count(*) FROM second_reviews'),
    ...(asked && { passed }),
  };
}

const tallyOf = (db: Database, sql: string): number => db.prepare<number>(sql).pluck().get() ?? 0;

/** Both tables as one chain. */
function* inOrder(tables: Tables): Generator<Link> {
  const audit = tables.audit.select('ORDER BY link').iterate();
  const verdicts = tables.verdicts.select('ORDER BY link').iterate();
  try {
    let [a, v] = [audit.next(), verdicts.next()];
    while (!a.done || !v.done) {
      if (v.done || (!a.done && a.value.link <= v.value.link)) {
        yield { table: 'audit', row: a.value as AuditRow };
        a = audit.next();
      } else {
        yield { table: 'verdicts', row: v.value };
        v = verdicts.next();
      }
    }
  } finally {
    audit.return?.(); // a walk that ends early must not keep the connection busy
    verdicts.return?.();
  }
}

function noteEvent(event: AuditRow, seen: Seen): void {
  notePeople(event, seen.people);
  noteChallenge(event, seen.challenges);
  const detail = JSON.parse(event.detail) as Record<string, unknown>;
  const row = Number(detail.row);
  if (/^recipe\.(saved|duplicated|imported)$/.test(event.action)) {
    seen.recipes.push({ row, sha256: String(detail.sha256), link: event.link });
  } else if (event.action === 'thresholds.set') {
    seen.thresholds.push({ row, to: detail.to as { review: number; reject: number }, link: event.link });
  }
}

const disagrees = (link: number | null, row: string, text: string): ChainFault => ({
  kind: 'disagrees',
  link,
  row,
  text,
});

/** Parts outside of the chain must say what the chain says: which verdict is the newest, and which score was judged. */
function compareParts(db: Database, { newestVerdict }: Seen): ChainFault | null {
  const judged = db.prepare<{ id: number; verdict_id: number; score: number | null }>(
    'SELECT id, verdict_id, score FROM parts WHERE verdict_id IS NOT NULL',
  );
  let found = 0;
  for (const part of judged.iterate()) {
    found++;
    const verdict = newestVerdict.get(part.id);
    if (verdict?.id !== part.verdict_id) {
      return disagrees(verdict?.link ?? null, `parts ${part.id}`, 'it does not show its newest verdict');
    }
    if (verdict.machine !== 'pending' && verdict.score !== part.score) {
      return disagrees(verdict.link, `parts ${part.id}`, 'its score is not the one that was judged');
    }
  }
  if (found === newestVerdict.size) return null;
  return disagrees(null, 'parts', `${newestVerdict.size} parts were judged, ${found} show it`);
}

function compareRecipes(tables: Tables, { recipes }: Seen): ChainFault | null {
  const find = tables.recipeVersions.select('WHERE id = ?');
  for (const { row, sha256: saved, link } of recipes) {
    const found = find.get(row);
    if (found?.sha256 !== saved || sha256(found.settings) !== saved) {
      return disagrees(link, `recipe_versions ${row}`, 'it is not the version that was saved');
    }
  }
  return null;
}

function compareThresholds(tables: Tables, { thresholds }: Seen): ChainFault | null {
  const find = tables.thresholds.select('WHERE id = ?');
  for (const { row, to, link } of thresholds) {
    const found = find.get(row);
    if (found?.review !== to.review || found.reject !== to.reject) {
      return disagrees(link, `thresholds ${row}`, 'they are not those that were set');
    }
  }
  return null;
}

function parseCode(code: string): ChainEnd {
  const [links = '', ...rest] = code.trim().toLowerCase().split('-');
  const head = rest.join('');
  if (!/^\d+$/.test(links) || !/^[0-9a-f]{16}$/.test(head)) {
    throw new LoupeError('usage', {
      reason: `"${code}" is not a chain code such as 1284-9f3c-07be-51aa-e0d2.`,
    });
  }
  return { links: Number(links), head };
}
