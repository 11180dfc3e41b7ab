// The check of people and second reviews against the chain: each of their rows was told there when it was written.
// Runs in Node (command line, history service). Reads only.
import { personHash } from './people.ts';
import { sampleHash } from './second-reviews.ts';
import type { AuditRow, Tables } from './tables.ts';
import { compareTold, toldBy, type Check, type Disagrees, type Told } from './verify-told.ts';

type Table = 'people' | 'second_reviews' | 'second_verdicts';

export interface PeopleSeen {
  readonly told: Told<Table>[];
  /** Second reviews that ended, by row. */
  readonly ended: Set<number>;
  wrongPins: number;
}

export const nobodySeen = (): PeopleSeen => ({ told: [], ended: new Set(), wrongPins: 0 });

const TELLS: Readonly<Record<string, Table>> = {
  'person.added': 'people',
  'person.changed': 'people',
  'person.pin_set': 'people',
  'second.drawn': 'second_reviews',
  'second.judged': 'second_verdicts',
};

export function notePeople(event: AuditRow, seen: PeopleSeen): void {
  if (event.action === 'person.refused') seen.wrongPins++;
  const one = toldBy(TELLS, event);
  if (one) seen.told.push(one);
  if (event.action === 'second.ended') seen.ended.add((JSON.parse(event.detail) as { row: number }).row);
}

/** The first row that does not hold; null when all do. */
export const comparePeople = (tables: Tables, { told, ended }: PeopleSeen): Disagrees | null =>
  compareTold(told, checksOf(tables)) ?? compareEnds(tables, ended);

function compareEnds({ secondReviews }: Tables, ended: ReadonlySet<number>): Disagrees | null {
  for (const review of secondReviews.select('').iterate()) {
    if ((review.ended_at !== null) !== ended.has(review.id)) {
      return { link: null, row: `second_reviews ${review.id}`, text: 'its end is not the one that was told' };
    }
  }
  return null;
}

function checksOf(tables: Tables): Readonly<Record<Table, Check<Table>>> {
  const { people, secondReviews, secondSamples, secondVerdicts } = tables;
  const person = people.select('WHERE id = ?');
  const review = secondReviews.select('WHERE id = ?');
  const sample = secondSamples.select('WHERE review_id = ? ORDER BY place');
  const verdict = secondVerdicts.select('WHERE id = ?');
  return {
    people: {
      rows: people,
      holds: ({ row, detail }) => {
        const found = person.get(row);
        return found !== undefined && personHash(found) === detail.sha256;
      },
    },
    second_reviews: {
      rows: secondReviews,
      holds: ({ row, detail }) => {
        const found = review.get(row);
        return (
          found?.seed === detail.seed &&
          found?.judged === detail.judged &&
          found?.size === detail.size &&
          (found?.heat === 1) === detail.heat &&
          sampleHash(sample.all(row)) === detail.sha256
        );
      },
    },
    second_verdicts: {
      rows: secondVerdicts,
      holds: ({ row, detail }) => {
        const found = verdict.get(row);
        return found?.sample_id === detail.sample && found?.verdict === detail.verdict;
      },
    },
  };
}
