// Schema 1: runs, the sessions that scored them, their parts, thresholds and verdicts, and the settings.
// Runs in the history service (Node). Released migrations are never edited: a change is a new migration.
import type { Migration } from './index.ts';

/** ISO 8601, UTC, milliseconds. Rows are ordered by id, never by clock: factory clocks jump. */
const utc = (column: string): string =>
  `${column} GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]Z'`;

const finite = (column: string): string =>
  `${column} BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308`;

const appendOnly = (table: string): string => `
  CREATE TRIGGER ${table}_no_update BEFORE UPDATE ON ${table}
  BEGIN SELECT RAISE(ABORT, '${table}: rows are never changed'); END;
  ${undeletable(table)}`;

const undeletable = (table: string): string => `
  CREATE TRIGGER ${table}_no_delete BEFORE DELETE ON ${table}
  BEGIN SELECT RAISE(ABORT, '${table}: rows are never deleted'); END;`;

const unchangeable = (table: string, columns: string): string => `
  CREATE TRIGGER ${table}_fixed BEFORE UPDATE OF ${columns} ON ${table}
  BEGIN SELECT RAISE(ABORT, '${table}: ${columns} are never changed'); END;`;

const SCHEMA = `
  -- One row: which history this is, and how many changes it has seen (see witness.ts).
  CREATE TABLE ledger (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    history TEXT NOT NULL,
    commits INTEGER NOT NULL CHECK (commits BETWEEN 0 AND 9007199254740991)
  ) STRICT;
  INSERT INTO ledger VALUES (1, lower(hex(randomblob(16))), 0);

  CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    created_at TEXT NOT NULL CHECK (${utc('created_at')}),
    product TEXT NOT NULL,
    source TEXT NOT NULL,
    inputs TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('preparing', 'running', 'done', 'interrupted', 'failed')),
    total INTEGER NOT NULL CHECK (total >= 0),
    scored INTEGER NOT NULL CHECK (scored >= 0),
    failed INTEGER NOT NULL CHECK (failed >= 0),
    session_id INTEGER REFERENCES sessions (id),
    thresholds_id INTEGER REFERENCES thresholds (id),
    error TEXT,
    seal INTEGER NOT NULL,
    CHECK (scored + failed <= total),
    CHECK (state NOT IN ('running', 'done') OR session_id IS NOT NULL),
    -- "Done" is a claim about every photograph.
    CHECK (state <> 'done' OR scored + failed = total)
  ) STRICT;
  ${unchangeable('runs', 'id, created_at, product, source, inputs')}
  ${undeletable('runs')}

  -- What decided the numbers. A resumed run gets another row; each part names the one that scored it.
  CREATE TABLE sessions (
    id INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES runs (id),
    begun_at TEXT NOT NULL CHECK (${utc('begun_at')}),
    pack_id TEXT NOT NULL,
    pack_title TEXT NOT NULL,
    pack_version TEXT NOT NULL,
    model_sha256 TEXT NOT NULL,
    product TEXT NOT NULL,
    method TEXT NOT NULL,
    tap TEXT NOT NULL,
    rvs TEXT NOT NULL,
    sigma REAL NOT NULL CHECK (sigma >= 0 AND ${finite('sigma')}),
    device TEXT NOT NULL,
    map_size INTEGER NOT NULL CHECK (map_size > 0),
    score0_lo REAL NOT NULL CHECK (${finite('score0_lo')}),
    score0_hi REAL NOT NULL CHECK (${finite('score0_hi')}),
    score1_lo REAL NOT NULL CHECK (${finite('score1_lo')}),
    score1_hi REAL NOT NULL CHECK (${finite('score1_hi')}),
    heat_lo REAL NOT NULL CHECK (${finite('heat_lo')}),
    heat_hi REAL NOT NULL CHECK (${finite('heat_hi')}),
    seal INTEGER NOT NULL
  ) STRICT;
  ${appendOnly('sessions')}

  CREATE TABLE thresholds (
    id INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES runs (id),
    review REAL NOT NULL,
    reject REAL NOT NULL,
    author TEXT NOT NULL CHECK (author <> ''),
    made_at TEXT NOT NULL CHECK (${utc('made_at')}),
    seal INTEGER NOT NULL,
    CHECK (0 <= review AND review <= reject AND reject <= 1)
  ) STRICT;
  ${appendOnly('thresholds')}

  CREATE TABLE parts (
    id INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES runs (id),
    seq INTEGER NOT NULL CHECK (seq >= 0),
    path TEXT NOT NULL,
    name TEXT NOT NULL,
    bytes INTEGER NOT NULL CHECK (bytes >= 0),
    state TEXT NOT NULL CHECK (state IN ('pending', 'scored', 'failed')),
    session_id INTEGER REFERENCES sessions (id),
    inspected_at TEXT CHECK (${utc('inspected_at')}),
    score REAL,
    score0 REAL,
    score1 REAL,
    width INTEGER,
    height INTEGER,
    ms TEXT,
    error TEXT,
    verdict_id INTEGER REFERENCES verdicts (id),
    seal INTEGER NOT NULL,
    UNIQUE (run_id, seq),
    CHECK (session_id IS NOT NULL OR state <> 'scored'),
    CHECK ((inspected_at IS NULL) = (state = 'pending')),
    -- A scored part has a whole, finite answer; anything else has no score at all, so that it can never pass for good.
    CHECK (CASE state
      WHEN 'scored' THEN score IS NOT NULL AND score BETWEEN 0 AND 1
        AND score0 IS NOT NULL AND ${finite('score0')} AND score1 IS NOT NULL AND ${finite('score1')}
        AND width IS NOT NULL AND width > 0 AND height IS NOT NULL AND height > 0
      ELSE coalesce(score, score0, score1, width, height, ms) IS NULL
    END),
    CHECK ((error IS NOT NULL) = (state = 'failed'))
  ) STRICT;
  CREATE INDEX parts_pending ON parts (run_id, seq) WHERE state = 'pending';
  ${unchangeable('parts', 'id, run_id, seq, path, name, bytes')}
  CREATE TRIGGER parts_settled BEFORE UPDATE OF
    state, session_id, inspected_at, score, score0, score1, width, height, ms, error ON parts
  WHEN OLD.state <> 'pending'
  BEGIN SELECT RAISE(ABORT, 'parts: the first outcome stands'); END;
  ${undeletable('parts')}

  CREATE TABLE verdicts (
    id INTEGER PRIMARY KEY,
    part_id INTEGER NOT NULL REFERENCES parts (id),
    verdict TEXT CHECK (verdict IN ('ok', 'ng')),
    author TEXT NOT NULL CHECK (author <> ''),
    made_at TEXT NOT NULL CHECK (${utc('made_at')}),
    machine TEXT NOT NULL CHECK (machine IN ('pending', 'good', 'review', 'reject', 'failed')),
    score REAL CHECK (score BETWEEN 0 AND 1),
    review REAL,
    reject REAL,
    seal INTEGER NOT NULL,
    CHECK ((score IS NULL) = (machine IN ('pending', 'failed'))),
    CHECK ((review IS NULL) = (reject IS NULL))
  ) STRICT;
  ${appendOnly('verdicts')}

  CREATE TABLE settings (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    seal INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
`;

export const firstLight: Migration = { version: 1, up: (db) => void db.exec(SCHEMA) };
