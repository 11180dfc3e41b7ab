// The check of people and second reviews against the chain: each of their rows was told there when it was written.
// Runs in Node (command line, history service). Reads only.
import { personHash } from './people.ts';
import { sampleHash } from './second-reviews.ts';
import type { AuditRow, Tables } from './tables.ts';

/** Told by an event: what has to be in the row. */
interface Told {
  readonly link: number;
  readonly table: 'people' | 'second_reviews' | 'second_verdicts';
  readonly row: number;
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface PeopleSeen {
  readonly told: Told[];
  /** Second reviews that ended, by row. */
  readonly ended: Set<number>;
  wrongPins: number;
}

export const nobodySeen = (): PeopleSeen => ({ told: [], ended: new Set(), wrongPins: 0 });

const TELLS: Readonly<Record<string, Told['table']>> = {
  'person.added': 'people',
  'person.changed': 'people',
  'person.pin_set': 'people',
  'second.drawn': 'second_reviews',
  'second.judged': 'second_verdicts',
};

export function notePeople(event: AuditRow, seen: PeopleSeen): void {
  if (event.action === 'person.refused') seen.wrongPins++;
  const table = TELLS[event.action];
  if (table === undefined && event.action !== 'second.ended') return;
  const detail = JSON.parse(event.detail) as Record<string, unknown>;
  const row = Number(detail.row);
  if (table === undefined) seen.ended.add(row);
  else seen.told.push({ link: event.link, table, row, detail });
}

export interface Disagrees {
  readonly link: number | null;
  readonly row: string;
  readonly text: string;
}

/** The first row that does not hold; null when all do. */
export function comparePeople(tables: Tables, { told, ended }: PeopleSeen): Disagrees | null {
  const checks = checksOf(tables);
  for (const { link, table, row, detail } of told) {
    if (!checks[table](row, detail)) {
      return { link, row: `${table} ${row}`, text: 'it is not the row that was told when it was written' };
    }
  }
  for (const [table, sealed] of [
    ['people', tables.people],
    ['second_reviews', tables.secondReviews],
    ['second_verdicts', tables.secondVerdicts],
  ] as const) {
    const known = told.filter((one) => one.table === table).length;
    const last = sealed.nextId() - 1;
    // Ids are given without gaps: more rows than events were put there by somebody else.
    if (last !== known) return { link: null, row: table, text: `${known} rows were told, ${last} are there` };
  }
  for (const review of tables.secondReviews.select('').iterate()) {
    if ((review.ended_at !== null) !== ended.has(review.id)) {
      return { link: null, row: `second_reviews ${review.id}`, text: 'its end is not the one that was told' };
    }
  }
  return null;
}

type Checks = Readonly<Record<Told['table'], (row: number, detail: Told['detail']) => boolean>>;

function checksOf({ people, secondReviews, secondSamples, secondVerdicts }: Tables): Checks {
  const person = people.select('WHERE id = ?');
  const review = secondReviews.select('WHERE id = ?');
  const sample = secondSamples.select('WHERE review_id = ? ORDER BY place');
  const verdict = secondVerdicts.select('WHERE id = ?');
  return {
    people: (row, { sha256 }) => {
      const found = person.get(row);
      return found !== undefined && personHash(found) === sha256;
    },
    second_reviews: (row, detail) => {
      const found = review.get(row);
      return (
        found?.seed === detail.seed &&
        found?.judged === detail.judged &&
        found?.size === detail.size &&
        (found?.heat === 1) === detail.heat &&
        sampleHash(sample.all(row)) === detail.sha256
      );
    },
    second_verdicts: (row, detail) => {
      const found = verdict.get(row);
      return found?.sample_id === detail.sample && found?.verdict === detail.verdict;
    },
  };
}
