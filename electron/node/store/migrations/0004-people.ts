// Schema 4: the people of the workstation, and blind second reviews of samples of a run.
// Runs in the history service (Node). Released migrations are never edited: a change is a new migration.
import type { Migration } from './index.ts';

const utc = (column: string): string =>
  `${column} GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]Z'`;

const undeletable = (table: string): string => `
  CREATE TRIGGER ${table}_no_delete BEFORE DELETE ON ${table}
  BEGIN SELECT RAISE(ABORT, '${table}: rows are never deleted'); END;`;

const appendOnly = (table: string): string => `
  CREATE TRIGGER ${table}_no_update BEFORE UPDATE ON ${table}
  BEGIN SELECT RAISE(ABORT, '${table}: rows are never changed'); END;
  ${undeletable(table)}`;

const SCHEMA = `
  -- One row per change of a person; the newest one holds. pin is a scrypt hash with its salt and cost.
  CREATE TABLE people (
    id INTEGER PRIMARY KEY,
    person_id INTEGER NOT NULL CHECK (person_id > 0),
    version INTEGER NOT NULL CHECK (version > 0),
    name TEXT NOT NULL CHECK (name <> ''),
    role TEXT NOT NULL CHECK (role IN ('operator', 'engineer', 'manager')),
    active INTEGER NOT NULL CHECK (active IN (0, 1)),
    pin TEXT NOT NULL CHECK (pin GLOB 'scrypt:*:*:*:*:*'),
    author TEXT NOT NULL CHECK (author <> ''),
    made_at TEXT NOT NULL CHECK (${utc('made_at')}),
    seal INTEGER NOT NULL,
    UNIQUE (person_id, version)
  ) STRICT;
  ${appendOnly('people')}

  -- A sample that was drawn for a second look; it ends once.
  CREATE TABLE second_reviews (
    id INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES runs (id),
    seed INTEGER NOT NULL CHECK (seed BETWEEN 0 AND 4294967295),
    judged INTEGER NOT NULL,
    size INTEGER NOT NULL CHECK (size BETWEEN 1 AND judged),
    heat INTEGER NOT NULL CHECK (heat IN (0, 1)),
    author TEXT NOT NULL CHECK (author <> ''),
    made_at TEXT NOT NULL CHECK (${utc('made_at')}),
    ended_by TEXT CHECK (ended_by <> ''),
    ended_at TEXT CHECK (${utc('ended_at')}),
    seal INTEGER NOT NULL,
    CHECK ((ended_by IS NULL) = (ended_at IS NULL))
  ) STRICT;
  CREATE INDEX second_reviews_of_run ON second_reviews (run_id, id);
  CREATE TRIGGER second_reviews_fixed BEFORE UPDATE OF
    id, run_id, seed, judged, size, heat, author, made_at ON second_reviews
  BEGIN SELECT RAISE(ABORT, 'second_reviews: the sample is never changed'); END;
  CREATE TRIGGER second_reviews_ended BEFORE UPDATE OF ended_by, ended_at ON second_reviews
  WHEN OLD.ended_at IS NOT NULL
  BEGIN SELECT RAISE(ABORT, 'second_reviews: the end stands'); END;
  ${undeletable('second_reviews')}

  -- The parts of a sample in the order by chance, each with the first verdict at that moment.
  CREATE TABLE second_samples (
    id INTEGER PRIMARY KEY,
    review_id INTEGER NOT NULL REFERENCES second_reviews (id),
    place INTEGER NOT NULL CHECK (place >= 0),
    part_id INTEGER NOT NULL REFERENCES parts (id),
    verdict_id INTEGER NOT NULL REFERENCES verdicts (id),
    seal INTEGER NOT NULL,
    UNIQUE (review_id, place),
    UNIQUE (review_id, part_id)
  ) STRICT;
  CREATE INDEX second_samples_of_part ON second_samples (part_id);
  ${appendOnly('second_samples')}

  -- What the second look said; of several, the newest counts.
  CREATE TABLE second_verdicts (
    id INTEGER PRIMARY KEY,
    sample_id INTEGER NOT NULL REFERENCES second_samples (id),
    verdict TEXT NOT NULL CHECK (verdict IN ('ok', 'ng', 'unsure')),
    author TEXT NOT NULL CHECK (author <> ''),
    made_at TEXT NOT NULL CHECK (${utc('made_at')}),
    seal INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX second_verdicts_of_sample ON second_verdicts (sample_id, id);
  CREATE TRIGGER second_verdicts_open BEFORE INSERT ON second_verdicts
  WHEN (SELECT r.ended_at FROM second_samples s JOIN second_reviews r ON r.id = s.review_id
        WHERE s.id = NEW.sample_id) IS NOT NULL
  BEGIN SELECT RAISE(ABORT, 'second_verdicts: the review has ended'); END;
  ${appendOnly('second_verdicts')}
`;

export const people: Migration = { version: 4, up: (db) => void db.exec(SCHEMA) };
