// Schema 2: recipes and their versions, lots, reasons, the audit trail, and one hash chain over verdicts and audit events.
// Runs in the history service (Node). Released migrations are never edited: a change is a new migration.
import { randomUUID } from 'node:crypto';
import { linkHash } from '../chain.ts';
import { damaged } from '../failure.ts';
import { sealOf } from '../sealed.ts';
import type { Database, SqlValue } from '../sqlite.ts';
import type { Migration } from './index.ts';

const utc = (column: string): string =>
  `${column} GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]Z'`;

const sha256 = (column: string): string => `length(${column}) = 64 AND ${column} NOT GLOB '*[^0-9a-f]*'`;

const appendOnly = (table: string): string => `
  CREATE TRIGGER ${table}_no_update BEFORE UPDATE ON ${table}
  BEGIN SELECT RAISE(ABORT, '${table}: rows are never changed'); END;
  CREATE TRIGGER ${table}_no_delete BEFORE DELETE ON ${table}
  BEGIN SELECT RAISE(ABORT, '${table}: rows are never deleted'); END;`;

/** A row joins the chain at its end or not at all. */
const linked = (table: string): string => `
  CREATE TRIGGER ${table}_in_order BEFORE INSERT ON ${table}
  WHEN NEW.link <> (SELECT links + 1 FROM ledger WHERE id = 1)
  BEGIN SELECT RAISE(ABORT, '${table}: not the next link of the chain'); END;`;

const SCHEMA = `
  -- The end of the chain: how many links there are, and the hash of the last one.
  ALTER TABLE ledger ADD COLUMN links INTEGER NOT NULL DEFAULT 0 CHECK (links >= 0);
  ALTER TABLE ledger ADD COLUMN head TEXT NOT NULL DEFAULT '';

  -- What happened beside verdicts: who, what, to what, why. detail is JSON.
  CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    made_at TEXT NOT NULL CHECK (${utc('made_at')}),
    actor TEXT NOT NULL CHECK (actor <> ''),
    action TEXT NOT NULL CHECK (action <> ''),
    subject TEXT NOT NULL,
    reason TEXT,
    detail TEXT NOT NULL CHECK (json_valid(detail)),
    link INTEGER NOT NULL UNIQUE,
    hash TEXT NOT NULL CHECK (${sha256('hash')}),
    seal INTEGER NOT NULL
  ) STRICT;
  ${appendOnly('audit')}
  ${linked('audit')}

  -- One row per version; a recipe is the rows that share recipe_id. settings is JSON in canonical form, sha256 its hash.
  CREATE TABLE recipe_versions (
    id INTEGER PRIMARY KEY,
    recipe_id INTEGER NOT NULL CHECK (recipe_id > 0),
    version INTEGER NOT NULL CHECK (version > 0),
    settings TEXT NOT NULL CHECK (json_valid(settings)),
    sha256 TEXT NOT NULL CHECK (${sha256('sha256')}),
    author TEXT NOT NULL CHECK (author <> ''),
    reason TEXT NOT NULL CHECK (reason <> ''),
    made_at TEXT NOT NULL CHECK (${utc('made_at')}),
    seal INTEGER NOT NULL,
    UNIQUE (recipe_id, version)
  ) STRICT;
  ${appendOnly('recipe_versions')}

  ALTER TABLE runs ADD COLUMN recipe_version_id INTEGER REFERENCES recipe_versions (id);
  ALTER TABLE runs ADD COLUMN lot TEXT CHECK (lot <> '');
  CREATE TRIGGER runs_recipe_fixed BEFORE UPDATE OF recipe_version_id, lot ON runs
  BEGIN SELECT RAISE(ABORT, 'runs: recipe_version_id, lot are never changed'); END;

  ALTER TABLE thresholds ADD COLUMN reason TEXT CHECK (reason <> '');

  -- Histogram, bands and counts of a run without touching its rows.
  CREATE INDEX parts_scored ON parts (run_id, score) WHERE state = 'scored';

  DROP TABLE verdicts;
  CREATE TABLE verdicts (
    id INTEGER PRIMARY KEY,
    part_id INTEGER NOT NULL REFERENCES parts (id),
    verdict TEXT CHECK (verdict IN ('ok', 'ng', 'unsure')),
    author TEXT NOT NULL CHECK (author <> ''),
    made_at TEXT NOT NULL CHECK (${utc('made_at')}),
    machine TEXT NOT NULL CHECK (machine IN ('pending', 'good', 'review', 'reject', 'failed')),
    score REAL CHECK (score BETWEEN 0 AND 1),
    review REAL,
    reject REAL,
    defect_kind TEXT CHECK (defect_kind <> ''),
    comment TEXT CHECK (comment <> ''),
    region_threshold REAL,
    region_min_area INTEGER,
    recipe_version_id INTEGER REFERENCES recipe_versions (id),
    link INTEGER NOT NULL UNIQUE,
    hash TEXT NOT NULL CHECK (${sha256('hash')}),
    seal INTEGER NOT NULL,
    CHECK ((score IS NULL) = (machine IN ('pending', 'failed'))),
    CHECK ((review IS NULL) = (reject IS NULL)),
    CHECK ((region_threshold IS NULL) = (region_min_area IS NULL)),
    CHECK (defect_kind IS NULL OR (verdict IS NOT NULL AND verdict <> 'ok'))
  ) STRICT;
  CREATE INDEX verdicts_of_part ON verdicts (part_id, id);
  ${appendOnly('verdicts')}
  ${linked('verdicts')}
`;

const OLD = ['id', 'part_id', 'verdict', 'author', 'made_at', 'machine', 'score', 'review', 'reject'];
const NEW = [
  ...OLD,
  ...['defect_kind', 'comment', 'region_threshold', 'region_min_area', 'recipe_version_id', 'link', 'hash'],
];
const AUDIT = ['id', 'made_at', 'actor', 'action', 'subject', 'reason', 'detail', 'link', 'hash'];

/** The chain of a new or migrated history: its first event, then the verdicts of old in the order of their ids. */
function upgrade(db: Database): void {
  db.exec('CREATE TEMP TABLE verdicts_of_old AS SELECT * FROM verdicts');
  db.exec(SCHEMA);
  const old = db
    .prepare<Record<string, SqlValue>>('SELECT * FROM verdicts_of_old ORDER BY id')
    .all()
    .map((row) => {
      const values = OLD.map((column) => row[column] ?? null);
      if (sealOf('verdicts', values) !== row.seal) {
        throw damaged(`Row ${row.id} of verdicts does not match its checksum.`);
      }
      return values;
    });
  db.exec('DROP TABLE verdicts_of_old');

  let [link, head] = [0, ''];
  const append = (table: string, columns: readonly string[], row: readonly SqlValue[]): void => {
    link++;
    head = linkHash(head, table, [...row, link]);
    const values = [...row, link, head];
    const marks = columns.map(() => '?').join(', ');
    db.prepare(`INSERT INTO ${table} (${columns.join(', ')}, seal) VALUES (${marks}, ?)`).run(
      ...values,
      sealOf(table, values),
    );
    db.prepare('UPDATE ledger SET links = ?, head = ? WHERE id = 1').run(link, head);
  };
  // The random part makes two histories differ from their first link on: rows cannot be moved from one to the other.
  const detail = JSON.stringify({ chain: randomUUID(), verdictsBefore: old.length });
  append('audit', AUDIT, [1, new Date().toISOString(), 'loupe', 'chain.begun', 'history', null, detail]);
  for (const row of old) append('verdicts', NEW, [...row, null, null, null, null, null]);
}

export const evidence: Migration = { version: 2, up: upgrade };
