// Schema 5: challenges, which are known parts with what each of them is, and what the inspection said of them.
// Runs in the history service (Node). Released migrations are never edited: a change is a new migration.
import type { Migration } from './index.ts';

const utc = (column: string): string =>
  `${column} GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]Z'`;

const sha256 = (column: string): string => `length(${column}) = 64 AND ${column} NOT GLOB '*[^0-9a-f]*'`;

const appendOnly = (table: string): string => `
  CREATE TRIGGER ${table}_no_update BEFORE UPDATE ON ${table}
  BEGIN SELECT RAISE(ABORT, '${table}: rows are never changed'); END;
  CREATE TRIGGER ${table}_no_delete BEFORE DELETE ON ${table}
  BEGIN SELECT RAISE(ABORT, '${table}: rows are never deleted'); END;`;

const SCHEMA = `
  -- Other parts are another set. review_counts: a part that the machine wants looked at counts as told right.
  CREATE TABLE challenge_sets (
    id INTEGER PRIMARY KEY,
    recipe_id INTEGER NOT NULL CHECK (recipe_id > 0),
    name TEXT NOT NULL CHECK (name <> ''),
    review_counts INTEGER NOT NULL CHECK (review_counts IN (0, 1)),
    size INTEGER NOT NULL CHECK (size > 0),
    author TEXT NOT NULL CHECK (author <> ''),
    made_at TEXT NOT NULL CHECK (${utc('made_at')}),
    seal INTEGER NOT NULL
  ) STRICT;
  ${appendOnly('challenge_sets')}

  -- The known parts of a set in order: a photograph is the one with this hash, wherever its path leads.
  CREATE TABLE challenge_parts (
    id INTEGER PRIMARY KEY,
    set_id INTEGER NOT NULL REFERENCES challenge_sets (id),
    place INTEGER NOT NULL CHECK (place >= 0),
    path TEXT NOT NULL CHECK (path <> ''),
    name TEXT NOT NULL CHECK (name <> ''),
    bytes INTEGER NOT NULL CHECK (bytes >= 0),
    sha256 TEXT NOT NULL CHECK (${sha256('sha256')}),
    expected TEXT NOT NULL CHECK (expected IN ('ok', 'ng')),
    seal INTEGER NOT NULL,
    UNIQUE (set_id, place),
    UNIQUE (set_id, path)
  ) STRICT;
  ${appendOnly('challenge_parts')}

  -- What is to be done with a set; the newest row holds.
  CREATE TABLE challenge_rules (
    id INTEGER PRIMARY KEY,
    set_id INTEGER NOT NULL REFERENCES challenge_sets (id),
    daily INTEGER NOT NULL CHECK (daily IN (0, 1)),
    active INTEGER NOT NULL CHECK (active IN (0, 1)),
    author TEXT NOT NULL CHECK (author <> ''),
    made_at TEXT NOT NULL CHECK (${utc('made_at')}),
    seal INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX challenge_rules_of_set ON challenge_rules (set_id, id);
  ${appendOnly('challenge_rules')}

  -- The run that inspects a set: an ordinary one, but not production.
  ALTER TABLE runs ADD COLUMN challenge_set_id INTEGER REFERENCES challenge_sets (id);
  CREATE TRIGGER runs_challenge_fixed BEFORE UPDATE OF challenge_set_id ON runs
  BEGIN SELECT RAISE(ABORT, 'runs: challenge_set_id is never changed'); END;

  -- Written with the end of that run. review and reject are the recipe's.
  CREATE TABLE challenge_results (
    id INTEGER PRIMARY KEY,
    set_id INTEGER NOT NULL REFERENCES challenge_sets (id),
    run_id INTEGER NOT NULL UNIQUE REFERENCES runs (id),
    recipe_version_id INTEGER NOT NULL REFERENCES recipe_versions (id),
    session_id INTEGER NOT NULL REFERENCES sessions (id),
    review REAL NOT NULL,
    reject REAL NOT NULL,
    size INTEGER NOT NULL CHECK (size > 0),
    told_right INTEGER NOT NULL CHECK (told_right BETWEEN 0 AND size),
    passed INTEGER NOT NULL CHECK (passed = (told_right = size)),
    program TEXT NOT NULL CHECK (program <> ''),
    author TEXT NOT NULL CHECK (author <> ''),
    made_at TEXT NOT NULL CHECK (${utc('made_at')}),
    seal INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX challenge_results_of_set ON challenge_results (set_id, id);
  ${appendOnly('challenge_results')}

  -- Each known part as it was told: the photograph that was found, its band, and what that is worth.
  CREATE TABLE challenge_outcomes (
    id INTEGER PRIMARY KEY,
    result_id INTEGER NOT NULL REFERENCES challenge_results (id),
    place INTEGER NOT NULL CHECK (place >= 0),
    part_id INTEGER NOT NULL REFERENCES parts (id),
    band TEXT NOT NULL CHECK (band IN ('good', 'review', 'reject', 'failed')),
    score REAL CHECK (score BETWEEN 0 AND 1),
    found_sha256 TEXT CHECK (${sha256('found_sha256')}),
    outcome TEXT NOT NULL CHECK (outcome IN ('right', 'wrong', 'changed', 'missing', 'failed')),
    seal INTEGER NOT NULL,
    UNIQUE (result_id, place),
    CHECK ((score IS NULL) = (band = 'failed'))
  ) STRICT;
  ${appendOnly('challenge_outcomes')}

  -- The story of a part asks what happened to its run.
  CREATE INDEX audit_of_subject ON audit (subject, link);
`;

export const challenge: Migration = { version: 5, up: (db) => void db.exec(SCHEMA) };
