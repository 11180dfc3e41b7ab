// Schema 3: what each photograph was when it was inspected, all that decided a session's numbers, and runs that repeat others.
// Runs in the history service (Node). Released migrations are never edited: a change is a new migration.
import type { Migration } from './index.ts';

const sha256 = (column: string): string => `length(${column}) = 64 AND ${column} NOT GLOB '*[^0-9a-f]*'`;

const SCHEMA = `
  -- Of the file as it was read for the inspection. captured_from says which clock captured_at is of: 'exif' is what the
  -- camera wrote (local time, with its offset where it knew one), 'file' is the time of the last change, in UTC.
  ALTER TABLE parts ADD COLUMN image_sha256 TEXT CHECK (${sha256('image_sha256')});
  ALTER TABLE parts ADD COLUMN image_bytes INTEGER CHECK (image_bytes > 0 AND (image_bytes IS NULL) = (image_sha256 IS NULL));
  ALTER TABLE parts ADD COLUMN captured_at TEXT CHECK (captured_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9]*');
  ALTER TABLE parts ADD COLUMN captured_from TEXT CHECK (captured_from IN ('exif', 'file') AND (captured_from IS NULL) = (captured_at IS NULL));
  CREATE TRIGGER parts_image_fixed BEFORE UPDATE OF image_sha256, image_bytes, captured_at, captured_from ON parts
  WHEN OLD.state <> 'pending'
  BEGIN SELECT RAISE(ABORT, 'parts: the first outcome stands'); END;

  -- Null in sessions of before: nobody noted it. scales and versions are JSON.
  ALTER TABLE sessions ADD COLUMN precision TEXT CHECK (precision <> '');
  ALTER TABLE sessions ADD COLUMN image_size INTEGER CHECK (image_size > 0);
  ALTER TABLE sessions ADD COLUMN scales TEXT CHECK (json_valid(scales));
  ALTER TABLE sessions ADD COLUMN head_sha256 TEXT CHECK (${sha256('head_sha256')});
  ALTER TABLE sessions ADD COLUMN versions TEXT CHECK (json_valid(versions));

  -- The run whose photographs this one inspects again.
  ALTER TABLE runs ADD COLUMN repeats_run_id INTEGER REFERENCES runs (id) CHECK (repeats_run_id < id);
  CREATE TRIGGER runs_repeats_fixed BEFORE UPDATE OF repeats_run_id ON runs
  BEGIN SELECT RAISE(ABORT, 'runs: repeats_run_id is never changed'); END;
`;

export const provenance: Migration = { version: 3, up: (db) => void db.exec(SCHEMA) };
