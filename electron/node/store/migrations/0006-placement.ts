// Schema 6: where each part stood, for inspection areas that go along with it.
// Runs in the history service (Node). Released migrations are never edited: a change is a new migration.
import type { Migration } from './index.ts';

const SCHEMA = `
  -- JSON: turn in degrees, x and y as shares of the photograph, likeness. Null where the area stayed, and in parts of before.
  ALTER TABLE parts ADD COLUMN placement TEXT CHECK (placement IS NULL OR (json_valid(placement) AND state = 'scored'));
  CREATE TRIGGER parts_placement_fixed BEFORE UPDATE OF placement ON parts
  WHEN OLD.state <> 'pending'
  BEGIN SELECT RAISE(ABORT, 'parts: the first outcome stands'); END;
`;

export const placement: Migration = { version: 6, up: (db) => void db.exec(SCHEMA) };
