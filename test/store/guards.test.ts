// What the database itself refuses, whoever asks: changed history, impossible scores, rows that are not what was written.
// Runs in the tests (Node).
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toHistoryError } from '../../electron/node/store/failure.ts';
import { openStore } from '../../electron/node/store/open.ts';
import { openSqlite } from '../../electron/node/store/sqlite.ts';
import type { Store } from '../../electron/node/store/store.ts';
import {
  databaseOf,
  dataFolder,
  failed,
  fill,
  judged,
  newParts,
  refusal,
  result,
  scored,
} from './support.ts';

let folder: string;
let store: Store;
let run: number;

beforeEach(() => {
  folder = dataFolder();
  store = openStore(folder);
  run = fill(store, 30);
});
afterEach(() => store.close());

/** The message with which SQLite refuses. */
function refusedBySqlite(sql: string): string {
  try {
    store.db.exec(sql);
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
  throw new Error(`not refused: ${sql}`);
}

describe('history is only added to', () => {
  beforeEach(() => {
    store.verdicts.record(judged(1, 'ng', 'anna'));
    store.verdicts.record(judged(1, 'ok', 'bob'));
  });

  it.each([
    ["UPDATE verdicts SET verdict = 'ok'", 'never changed'],
    ['DELETE FROM verdicts', 'never deleted'],
    ['DELETE FROM verdicts WHERE id = 2', 'never deleted'],
    [
      `INSERT OR REPLACE INTO verdicts SELECT id, part_id, 'ok', author, made_at, machine, score, review, reject, NULL, NULL,
         NULL, NULL, NULL, (SELECT links + 1 FROM ledger), hash, seal FROM verdicts WHERE id = 1`,
      'never deleted',
    ],
    [
      `INSERT INTO verdicts SELECT 9, part_id, 'ok', author, made_at, machine, score, review, reject, NULL, NULL,
         NULL, NULL, NULL, 77, hash, seal FROM verdicts WHERE id = 1`,
      'not the next link',
    ],
    ["UPDATE audit SET actor = 'eve'", 'never changed'],
    ['DELETE FROM audit', 'never deleted'],
    ["UPDATE runs SET lot = 'other'", 'never changed'],
    ['UPDATE thresholds SET review = 0', 'never changed'],
    ['DELETE FROM thresholds', 'never deleted'],
    ["UPDATE sessions SET method = 'base'", 'never changed'],
    ['DELETE FROM sessions', 'never deleted'],
    ['UPDATE parts SET score = 0.1 WHERE id = 1', 'the first outcome stands'],
    ["UPDATE parts SET state = 'pending' WHERE id = 1", 'the first outcome stands'],
    ["UPDATE parts SET path = '/elsewhere'", 'never changed'],
    ['DELETE FROM parts', 'never deleted'],
    ["UPDATE runs SET product = 'screw'", 'never changed'],
    ['DELETE FROM runs', 'never deleted'],
  ])('%s', (sql, why) => {
    expect(refusedBySqlite(sql)).toContain(why);
  });

  it('every verdict is a row with what its author saw', () => {
    store.runs.setThresholds(run, { review: 0.2, reject: 0.3 }, 'bob');
    store.verdicts.record(judged(1, null, 'anna'));
    const seen = { part_id: 1, score: 0.37, review: 0.4, reject: 0.6, machine: 'good' };
    expect(store.db.prepare('SELECT * FROM verdicts ORDER BY id').all()).toMatchObject([
      { id: 1, verdict: 'ng', author: 'anna', ...seen },
      { id: 2, verdict: 'ok', author: 'bob', ...seen },
      { id: 3, verdict: null, author: 'anna', ...seen, review: 0.2, reject: 0.3, machine: 'reject' },
    ]);
  });

  it('a verdict on a failed or a pending part has no score', () => {
    store.verdicts.record(judged(4, 'ng', 'anna'));
    store.verdicts.record(judged(30, 'ok', 'anna'));
    expect(store.db.prepare('SELECT machine, score FROM verdicts WHERE id > 2').all()).toEqual([
      { machine: 'failed', score: null },
      { machine: 'pending', score: null },
    ]);
  });

  it('thresholds are versions with author and time; the same again is not a version', () => {
    store.runs.setThresholds(run, { review: 0.2, reject: 0.3 }, 'bob');
    store.runs.setThresholds(run, { review: 0.2, reject: 0.3 }, 'eve');
    const rows = store.db.prepare('SELECT review, reject, author FROM thresholds ORDER BY id').all();
    expect(rows).toEqual([
      { review: 0.4, reject: 0.6, author: 'model pack' },
      { review: 0.2, reject: 0.3, author: 'bob' },
    ]);
  });
});

describe('a score is whole or absent', () => {
  const pending = 25;
  const attempt = (change: object): string =>
    refusal(() =>
      store.parts.record(run, [{ partId: pending, ok: true, result: { ...result(0.5), ...change } }]),
    ).message;

  it.each([
    { score: NaN },
    { score: Infinity },
    { score: -0.001 },
    { score: 1.001 },
    { score0: NaN },
    { score0: Infinity },
    { score1: -Infinity },
    { width: 0 },
    { height: NaN },
  ])('%o is refused', (change) => {
    expect(attempt(change)).toMatch(/constraint failed/);
    expect(store.parts.get(pending).part).toMatchObject({ state: 'pending', score: null });
  });

  it.each([0, 1, 0.1 + 0.2, Number.MIN_VALUE])('%d comes back exactly', (score) => {
    store.parts.record(run, [{ partId: pending, ok: true, result: result(score) }]);
    expect(store.parts.get(pending).part).toMatchObject({ score, score0: score / 2, score1: score * 3 });
  });

  const settle = (columns: string): string =>
    refusedBySqlite(`UPDATE parts SET ${columns} WHERE id = ${pending}`);
  const time = "inspected_at = '2026-01-01T00:00:00.000Z'";

  it('a failed part can have no score, a scored one no error, a pending one neither', () => {
    expect(settle(`state = 'failed', error = '{}', score = 0.1, ${time}`)).toContain('CHECK');
    expect(settle(`state = 'failed', error = '{}', score0 = 0.1, ${time}`)).toContain('CHECK');
    expect(settle(`state = 'failed', ${time}`)).toContain('CHECK');
    expect(settle('score = 0.1')).toContain('CHECK');
    expect(settle(`state = 'scored', session_id = 1, ${time}`)).toContain('CHECK');
    expect(
      settle(`state = 'scored', score = 0, score0 = 0, score1 = 0, width = 1, height = 1, ${time}`),
    ).toContain('CHECK'); // no session: nobody could say which model it was
    expect(settle("state = 'fine'")).toContain('CHECK');
    expect(settle("inspected_at = 'yesterday'")).toContain('CHECK');
  });

  it('thresholds are ordered and within 0..1', () => {
    for (const [review, reject] of [
      [0.6, 0.4],
      [-0.1, 0.5],
      [0.5, 1.1],
      [NaN, 0.5],
    ] as const) {
      expect(refusal(() => store.runs.setThresholds(run, { review, reject }, 'anna')).code).toBe('internal');
    }
  });

  it('a run is done only when all its parts are, and runs only with a model', () => {
    expect(refusal(() => store.runs.setState(run, 'done')).message).toContain('CHECK');
    const { id } = store.runs.create({ product: 'nut', source: 'x', inputs: [] });
    expect(refusal(() => store.runs.setState(id, 'running')).message).toContain('CHECK');
    expect(refusal(() => store.verdicts.record(judged(1, 'ok', ''))).message).toContain('CHECK');
  });

  it('columns keep their types and their references', () => {
    expect(refusedBySqlite("UPDATE parts SET score = 'high' WHERE id = 25")).toContain('cannot store TEXT');
    expect(refusedBySqlite('UPDATE parts SET verdict_id = 77 WHERE id = 25')).toContain('FOREIGN KEY');
  });
});

describe('rows are what was written', () => {
  /** Changes a row behind the program's back, past the triggers. */
  function tamper(table: string, change: string): void {
    store.close();
    const raw = openSqlite(databaseOf(folder));
    const guards = raw.prepare<{ name: string; sql: string }>(
      "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'",
    );
    const kept = guards.all();
    for (const { name } of kept) raw.exec(`DROP TRIGGER ${name}`);
    raw.exec(`UPDATE ${table} SET ${change}`);
    for (const { sql } of kept) raw.exec(sql);
    raw.close();
    store = openStore(folder);
  }

  it.each([
    ['parts', 'score = 0.01 WHERE id = 1'],
    ['parts', "name = 'q-0.jpg' WHERE id = 1"],
    ['parts', 'verdict_id = NULL WHERE id = 1'],
    ['verdicts', "verdict = 'ok' WHERE id = 1"],
    ['thresholds', 'reject = 0.9'],
    ['sessions', "model_sha256 = 'other'"],
  ])('a changed row of %s is noticed: %s', (table, change) => {
    store.verdicts.record(judged(1, 'ng', 'anna'));
    store.runs.setState(run, 'interrupted');
    tamper(table, change);
    const refused = refusal(() => store.parts.load(run));
    expect(refused.code).toBe('history.damaged');
    expect(refused.message).toContain(`of ${table} does not match its checksum`);
  });

  it('a changed run is noticed when opening', () => {
    expect(refusal(() => tamper('runs', 'scored = scored - 1')).message).toContain('Row 1 of runs');
  });

  it('a changed setting is noticed', () => {
    store.settings.set('view', 'grid');
    tamper('settings', "value = 'part'");
    expect(refusal(() => store.settings.get('view')).code).toBe('history.damaged');
  });

  it.each(['Schraube ß–漢字🔩', 'a\u0000b', '', ' ', "'; DROP TABLE parts; --", '../../etc', 'line\nbreak'])(
    'text comes back as it is: %j',
    (name) => {
      const { id } = store.runs.create({ product: name, source: name, inputs: [name] });
      store.parts.add(id, [{ path: name, name, bytes: 0 }]);
      expect(store.parts.load(id)).toMatchObject({ run: { product: name }, parts: [{ name }] });
    },
  );

  it('half a surrogate pair, which UTF-8 cannot hold, is replaced and not taken for damage', () => {
    const { id } = store.runs.create({ product: 'x', source: 'x', inputs: [] });
    store.parts.add(id, [{ path: 'a\ud800b', name: 'a\ud800b', bytes: 0 }]);
    expect(store.parts.load(id).parts[0]?.name).toBe('a\ufffdb');
    const [part] = store.parts.pending(id, 1, -1);
    const error = { code: 'image.missing', params: { path: 'a\ud800b' } } as const;
    store.parts.record(id, [{ partId: part?.id ?? 0, ok: false, error }]);
    store.settings.set('k\ud800', 'v\ud800');
    store.settings.set('k\ud800', 'w\ud800');
    expect(store.settings.get('k\ud800')).toBe('w\ufffd');
    expect(store.parts.load(id).parts[0]?.error).toEqual(error);
  });
});

describe('the whole store agrees with a plain model of it', () => {
  it('for 2000 random calls', () => {
    const expected = new Map(store.parts.load(run).parts.map((part) => [part.id, part]));
    for (let i = 0; i < 2000; i++) {
      const id = 1 + ((i * 7919) % 30);
      const part = expected.get(id);
      if (!part) throw new Error('unreachable');
      if (i % 3 === 0) {
        const verdict = ([null, 'ok', 'ng'] as const)[(i % 5) % 3] ?? null;
        const now = store.verdicts.record(judged(id, verdict, 'anna'));
        expect(now).toEqual({ ...part, verdict, verdictAt: now.verdictAt, verdictBy: 'anna' });
        expected.set(id, now);
      } else {
        const [now] = store.parts.record(run, [i % 2 ? scored(id) : failed(id)]);
        if (part.state === 'pending' && now) expected.set(id, now);
        else expect(now).toEqual(part);
      }
    }
    const { run: end, parts } = store.parts.load(run);
    expect(parts).toEqual([...expected.values()]);
    expect(end.scored).toBe(parts.filter((part) => part.state === 'scored').length);
    expect(end.failed).toBe(parts.filter((part) => part.state === 'failed').length);
  });

  it('two runs do not touch each other', () => {
    const other = store.runs.create({ product: 'x', source: 'x', inputs: [] }).id;
    store.parts.add(other, newParts(3));
    expect(refusal(() => store.parts.record(other, [scored(25)])).code).toBe('history.not_found');
    expect(store.parts.load(other).parts.map(({ id, seq }) => [id, seq])).toEqual([
      [31, 0],
      [32, 1],
      [33, 2],
    ]);
    expect(store.parts.load(run).parts).toHaveLength(30);
  });
});

describe('large runs', () => {
  const plan = (sql: string): string =>
    store.db
      .prepare<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
      .all()
      .map(({ detail }) => detail)
      .join('; ');

  it('are loaded and resumed along an index, without sorting', () => {
    expect(plan('SELECT * FROM parts WHERE run_id = 1 ORDER BY seq')).toBe(
      'SEARCH parts USING INDEX sqlite_autoindex_parts_1 (run_id=?)',
    );
    expect(
      plan("SELECT * FROM parts WHERE run_id = 1 AND state = 'pending' AND seq > 5 ORDER BY seq LIMIT 9"),
    ).toBe('SEARCH parts USING INDEX parts_pending (run_id=? AND seq>?)');
  });
});

describe('failures of SQLite become typed errors', () => {
  it.each([
    ['SQLITE_FULL', 'history.disk_full'],
    ['SQLITE_READONLY', 'history.read_only'],
    ['SQLITE_READONLY_DIRECTORY', 'history.read_only'],
    ['SQLITE_READONLY_DBMOVED', 'history.write_failed'],
    ['SQLITE_IOERR_WRITE', 'history.write_failed'],
    ['SQLITE_IOERR_FSYNC', 'history.write_failed'],
    ['SQLITE_CANTOPEN', 'history.write_failed'],
    ['SQLITE_BUSY', 'history.write_failed'],
    ['SQLITE_IOERR_READ', 'history.damaged'],
    ['SQLITE_CORRUPT_INDEX', 'history.damaged'],
    ['SQLITE_NOTADB', 'history.damaged'],
    ['SQLITE_CONSTRAINT_CHECK', 'internal'],
  ])('%s → %s', (code, expected) => {
    expect(toHistoryError(Object.assign(new Error('as it says'), { code })).code).toBe(expected);
  });

  it('as do those of the file system and everything else', () => {
    const full = Object.assign(new Error('no space'), { code: 'ENOSPC', syscall: 'mkdir' });
    expect(toHistoryError(full).code).toBe('history.disk_full');
    const other = Object.assign(new Error('pulled out'), { code: 'EIO', syscall: 'write' });
    expect(toHistoryError(other).code).toBe('history.write_failed');
    expect(toHistoryError('a string').code).toBe('internal');
  });
});
