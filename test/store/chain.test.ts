// The hash chain: whoever changes, removes or moves a row is found, also by someone who can forge checksums.
// Runs in the tests (Node).
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chainCode } from '../../electron/node/store/chain.ts';
import { MIGRATIONS, schemaOf } from '../../electron/node/store/migrations/index.ts';
import { openStore } from '../../electron/node/store/open.ts';
import { openReader } from '../../electron/node/store/reader.ts';
import { sealOf } from '../../electron/node/store/sealed.ts';
import { openSqlite, type Database, type SqlValue } from '../../electron/node/store/sqlite.ts';
import type { Store } from '../../electron/node/store/store.ts';
import { verifyChain, type ChainReport } from '../../electron/node/store/verify.ts';
import { writeGoldenV1 } from './golden-v1.ts';
import { RECIPE } from './recipe-support.ts';
import { databaseOf, dataFolder, fill, judged, refusal } from './support.ts';

let folder: string;
let store: Store;
let run: number;

beforeEach(() => {
  folder = dataFolder();
  store = openStore(folder);
  store.recipes.save({ settings: RECIPE, author: 'eva', reason: 'first' });
  run = fill(store, 30);
  for (let id = 1; id <= 12; id++) store.verdicts.record(judged(id, id % 2 ? 'ok' : 'ng', 'anna'));
  store.runs.setThresholds(run, { review: 0.2, reject: 0.3 }, 'eva', 'scratches were missed');
  for (let id = 5; id <= 8; id++) store.verdicts.record(judged(id, 'unsure', 'bob'));
});
afterEach(() => store.close());

const check = (code?: string): ChainReport => verifyChain(store.db, code);

/** Past the triggers, with right checksums: what somebody could do who has read the sources. */
function forge(change: (db: Database) => void): ChainReport {
  store.close();
  const raw = openSqlite(databaseOf(folder));
  raw.pragma('foreign_keys = 0');
  const guards = raw
    .prepare<{ name: string; sql: string }>("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
    .all();
  for (const { name } of guards) raw.exec(`DROP TRIGGER ${name}`);
  change(raw);
  for (const table of ['verdicts', 'audit', 'thresholds', 'recipe_versions', 'parts']) reseal(raw, table);
  for (const { sql } of guards) raw.exec(sql);
  const report = verifyChain(raw);
  raw.close();
  return report;
}

/** Columns that a later migration added do not count while they are empty. */
const ADDED: Readonly<Record<string, number>> = { thresholds: 1 };

function reseal(db: Database, table: string): void {
  for (const row of db.prepare<Record<string, SqlValue>>(`SELECT * FROM ${table}`).all()) {
    const { seal: _, ...columns } = row;
    const names = Object.keys(columns);
    const order = table === 'thresholds' ? [...names.filter((n) => n !== 'reason'), 'reason'] : names;
    const values = order.map((name) => columns[name] ?? null);
    while (values.length > order.length - (ADDED[table] ?? 0) && values.at(-1) === null) values.pop();
    db.prepare(`UPDATE ${table} SET seal = ? WHERE id = ?`).run(sealOf(table, values), row.id ?? null);
  }
}

describe('a chain that nobody touched', () => {
  it('holds, and says what is in it', () => {
    expect(check()).toMatchObject({ fault: null, verdicts: 16, events: 4, checked: 20, clockJumps: 0 });
    expect(check().code).toMatch(/^20(-[0-9a-f]{4}){4}$/);
    expect(store.audit.list(10).map(({ action, actor, reason }) => [action, actor, reason])).toEqual([
      ['thresholds.set', 'eva', 'scratches were missed'],
      ['run.created', 'loupe', null],
      ['recipe.saved', 'eva', 'first'],
      ['chain.begun', 'loupe', null],
    ]);
  });

  it('can be computed again with nothing but SHA-256 and the documented form', () => {
    const rows = store.db
      .prepare<Record<string, SqlValue>>('SELECT * FROM verdicts ORDER BY link')
      .all()
      .map((row) => ({ table: 'verdicts', row }));
    const events = store.db
      .prepare<Record<string, SqlValue>>('SELECT * FROM audit ORDER BY link')
      .all()
      .map((row) => ({ table: 'audit', row }));
    let previous = '';
    for (const { table, row } of [...rows, ...events].sort(
      (a, b) => Number(a.row.link) - Number(b.row.link),
    )) {
      const { hash, seal: _, ...columns } = row;
      const text = `${previous}\n${JSON.stringify([table, ...Object.values(columns)])}`;
      expect(createHash('sha256').update(text, 'utf8').digest('hex')).toBe(hash);
      previous = String(hash);
    }
  });

  it('goes on after a restart and after a refused change', () => {
    store.close();
    store = openStore(folder);
    expect(refusal(() => store.verdicts.record(judged(1, 'ok', ''))).message).toContain('CHECK');
    store.verdicts.record(judged(1, 'ng', 'anna'));
    expect(check()).toMatchObject({ fault: null, verdicts: 17 });
  });

  it('has passed through the code of an earlier moment, and not through another', () => {
    const { code } = check();
    store.verdicts.record(judged(1, 'ng', 'anna'));
    expect(check(code)).toMatchObject({ passed: true, fault: null });
    expect(check(code.toUpperCase())).toMatchObject({ passed: true });
    expect(check(code.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'))).passed).toBe(false);
    expect(check(code.replace(/^20/, '400')).passed).toBe(false);
    expect(refusal(() => check('twenty')).code).toBe('usage');
  });

  it('of two histories with the same rows are different', () => {
    const other = openStore(dataFolder());
    expect(chainCode(verifyChain(other.db).end)).not.toBe(chainCode(verifyChain(openedEmpty().db).end));
    other.close();
  });

  const openedEmpty = (): Store => openStore(dataFolder());

  it('can be checked beside a running Loupe', () => {
    const reader = openReader(folder);
    expect(verifyChain(reader.db)).toEqual(check());
    expect(() => reader.db.exec('DELETE FROM settings')).toThrow('readonly');
    reader.close();
  });
});

describe('what a forger does is found', () => {
  const link = (sql: string): number => store.db.prepare<number>(sql).pluck().get() ?? -1;

  it.each([
    ['verdicts', "UPDATE verdicts SET verdict = 'ok' WHERE id = 6", 6],
    ['verdicts', "UPDATE verdicts SET author = 'carl' WHERE id = 1", 1],
    ['verdicts', "UPDATE verdicts SET made_at = '2026-01-01T00:00:00.000Z' WHERE id = 9", 9],
    ['verdicts', 'UPDATE verdicts SET score = 0.011 WHERE id = 5', 5],
    ['verdicts', "UPDATE verdicts SET comment = 'fine' WHERE id = 16", 16],
    ['audit', "UPDATE audit SET reason = 'nothing' WHERE id = 4", 4],
    ['audit', "UPDATE audit SET detail = '{}' WHERE id = 1", 1],
  ])('an altered row of %s: %s', (table, sql, id) => {
    const at = link(`SELECT link FROM ${table} WHERE id = ${id}`);
    expect(forge((db) => db.exec(sql)).fault).toMatchObject({
      kind: 'altered',
      link: at,
      row: `${table} ${id}`,
    });
  });

  it('an altered row whose hash was computed anew: the next one does not follow', () => {
    const report = forge((db) => {
      db.exec("UPDATE verdicts SET verdict = 'ok', hash = replace(hash, 'a', 'b') WHERE id = 6");
    });
    expect(report.fault).toMatchObject({ kind: 'altered', row: 'verdicts 6' });
  });

  it('a removed row', () => {
    const at = link('SELECT link FROM verdicts WHERE id = 4');
    const report = forge((db) => {
      db.exec('UPDATE parts SET verdict_id = NULL WHERE verdict_id = 4; DELETE FROM verdicts WHERE id = 4');
    });
    expect(report.fault).toMatchObject({ kind: 'missing', link: at + 1, row: 'verdicts 5' });
    expect(report.checked).toBe(at - 1);
  });

  it('a removed end', () => {
    const report = forge((db) => {
      db.exec('UPDATE parts SET verdict_id = 8 WHERE verdict_id = 16; DELETE FROM verdicts WHERE id = 16');
    });
    expect(report.fault).toMatchObject({ kind: 'missing', link: 20, row: 'ledger' });
    expect(refusal(() => openStore(folder)).message).toContain('ends with link 19');
  });

  it('a removed end with the count put right: the printed code tells', () => {
    const { code } = check();
    store.close();
    let passed: boolean | undefined;
    forge((db) => {
      db.exec('UPDATE parts SET verdict_id = 8 WHERE verdict_id = 16; DELETE FROM verdicts WHERE id = 16');
      db.exec('UPDATE ledger SET links = 19, head = (SELECT hash FROM verdicts WHERE link = 19)');
      const report = verifyChain(db, code);
      expect(report.fault).toBeNull();
      passed = report.passed;
    });
    expect(passed).toBe(false);
  });

  it('two rows that changed places', () => {
    const report = forge((db) => {
      const [a, b] = [link6(db, 6), link6(db, 7)];
      db.exec(`UPDATE verdicts SET link = 999 WHERE id = 6; UPDATE verdicts SET link = ${a} WHERE id = 7;
        UPDATE verdicts SET link = ${b} WHERE id = 6`);
    });
    expect(report.fault).toMatchObject({ kind: 'altered', row: 'verdicts 7' });
  });

  it('two rows that changed places and contents, but not ids', () => {
    const report = forge((db) => {
      const [a, b] = [link6(db, 6), link6(db, 7)];
      db.exec(`UPDATE verdicts SET link = 999 WHERE id = 6; UPDATE verdicts SET link = ${a} WHERE id = 7;
        UPDATE verdicts SET link = ${b} WHERE id = 6; UPDATE verdicts SET id = 99 WHERE id = 6`);
    });
    expect(report.fault).toMatchObject({ kind: 'altered' });
  });
  const link6 = (db: Database, id: number): number =>
    db.prepare<number>(`SELECT link FROM verdicts WHERE id = ${id}`).pluck().get() ?? -1;

  it('rows beside the chain that disagree with it', () => {
    const score = forge((db) => db.exec('UPDATE parts SET score = 0.01 WHERE id = 2'));
    expect(score.fault).toMatchObject({ kind: 'disagrees', row: 'parts 2' });
    const older = forge((db) => db.exec('UPDATE parts SET score = 0.74, verdict_id = 5 WHERE id = 2'));
    expect(older.fault).toMatchObject({ kind: 'disagrees', row: 'parts 2' });
  });

  it.each([
    ['thresholds', 'UPDATE thresholds SET reject = 0.9 WHERE id = 2'],
    ['recipe_versions', `UPDATE recipe_versions SET settings = replace(settings, '0.4', '0.5')`],
    ['parts', 'UPDATE parts SET verdict_id = NULL WHERE id = 9'],
    ['parts', 'UPDATE parts SET verdict_id = 5 WHERE id = 5'],
  ])('a forged row of %s: %s', (table, sql) => {
    const { fault } = forge((db) => db.exec(sql));
    expect(fault?.kind).toBe('disagrees');
    expect(fault?.row).toContain(table);
  });
});

describe('a history of the first release', () => {
  it('gets its chain when it is opened, after a backup, and keeps every row', () => {
    const old = dataFolder();
    writeGoldenV1(old);
    expect(refusal(() => openReader(old)).code).toBe('history.older');
    const migrated = openStore(old);
    expect(schemaOf(migrated.db)).toBe(schemaOf(store.db));
    expect(migrated.info.schema).toBe(MIGRATIONS.length);
    const { run: first, parts } = migrated.parts.load(1);
    expect(first).toMatchObject({ state: 'done', total: 4, recipe: null, lot: null, regions: null });
    expect(parts.map(({ verdict, verdictBy, comment }) => [verdict, verdictBy, comment])).toEqual([
      ['ok', 'anna', null],
      ['ng', 'anna', null],
      [null, null, null],
      [null, null, null],
    ]);
    expect(verifyChain(migrated.db)).toMatchObject({ fault: null, verdicts: 3, events: 1 });
    expect(migrated.audit.list(1)[0]).toMatchObject({ action: 'chain.begun', detail: { verdictsBefore: 3 } });
    migrated.verdicts.record(judged(3, 'unsure', 'bob'));
    expect(verifyChain(migrated.db)).toMatchObject({ fault: null, verdicts: 4 });
    expect(migrated.settings.get('session')).toBe('{}');
    migrated.close();
  });

  it('with a damaged verdict is refused and left as it was', () => {
    const old = dataFolder();
    writeGoldenV1(old);
    const raw = openSqlite(databaseOf(old));
    const trigger = raw
      .prepare<string>("SELECT sql FROM sqlite_schema WHERE name = 'verdicts_no_update'")
      .pluck()
      .get();
    raw
      .exec("DROP TRIGGER verdicts_no_update; UPDATE verdicts SET author = 'x' WHERE id = 2")
      .exec(trigger ?? '');
    raw.close();
    expect(refusal(() => openStore(old)).message).toContain('Row 2 of verdicts');
    const after = openSqlite(databaseOf(old));
    expect(after.pragma('user_version', { simple: true })).toBe(1);
    after.close();
  });
});

describe('a clock that is moved', () => {
  it.each([
    ['back', -3600],
    ['forth', 86_400],
  ])('%s is an event of the chain, before the change that it dates', (_, seconds) => {
    store.close();
    let offset = 0;
    const began = Date.now();
    let steady = 0;
    const clocks = { wall: () => began + 1000 + steady + offset, steady: () => steady };
    store = openStore(folder, MIGRATIONS, clocks);
    steady += 5000;
    store.verdicts.record(judged(1, 'ok', 'anna'));
    expect(check().clockJumps).toBe(0);
    offset = seconds * 1000;
    steady += 5000;
    store.verdicts.record(judged(2, 'ok', 'anna'));
    const [event] = store.audit.list(1);
    expect(event).toMatchObject({ action: 'clock.jumped', detail: { seconds } });
    expect(check()).toMatchObject({ clockJumps: 1, fault: null });
    steady += 5000;
    store.verdicts.record(judged(3, 'ok', 'anna'));
    expect(check().clockJumps).toBe(1);
  });

  it('back while Loupe was closed is noticed by the newest row', () => {
    store.close();
    const yesterday = Date.now() - 86_400_000;
    store = openStore(folder, MIGRATIONS, { wall: () => yesterday, steady: () => 0 });
    store.verdicts.record(judged(1, 'ok', 'anna'));
    expect(store.audit.list(1)[0]).toMatchObject({ action: 'clock.jumped' });
    expect(Number(store.audit.list(1)[0]?.detail.seconds)).toBeCloseTo(-86_400, -1);
  });
});
