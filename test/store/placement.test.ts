// Where a part stood when its inspection area followed it: kept with its outcome, sealed, told in its story and its export.
// Runs in the tests (Node).
import { afterEach, beforeEach, expect, it } from 'vitest';
import { explain } from '../../electron/node/report/explain.ts';
import { resultRows } from '../../electron/node/report/rows.ts';
import { openReader } from '../../electron/node/store/reader.ts';
import { openStore } from '../../electron/node/store/open.ts';
import { openSqlite } from '../../electron/node/store/sqlite.ts';
import type { Store } from '../../electron/node/store/store.ts';
import { writeGoldenV4 } from './golden-v4.ts';
import { databaseOf, dataFolder, newParts, refusal, result, SESSION } from './support.ts';

const PLACEMENT = { turn: -12.34, x: 0.05123, y: -0.1, likeness: 0.873 };

let folder: string;
let store: Store;
beforeEach(() => {
  folder = dataFolder();
  store = openStore(folder);
});
afterEach(() => store.close());

/** Three parts: one that was found, one without an area that follows, one that was not found. */
function inspected(): number {
  const { id } = store.runs.create({ product: 'nut', source: 'x', inputs: [] });
  store.parts.add(id, newParts(3));
  store.runs.begin(id, SESSION);
  store.parts.record(id, [
    { partId: 1, ok: true, result: { ...result(0.5), placement: PLACEMENT } },
    { partId: 2, ok: true, result: result(0.4) },
    { partId: 3, ok: false, error: { code: 'area.part_not_found', params: { path: '3', reason: 'none' } } },
  ]);
  return id;
}

it('is kept with the part, told in its story, and stands in its row of an export', () => {
  const run = inspected();
  store.close();
  store = openStore(folder);
  const { parts } = store.parts.load(run);
  expect(parts[0]!.placement).toEqual(PLACEMENT);
  expect(parts[1]).not.toHaveProperty('placement');
  expect(parts[2]).toMatchObject({ state: 'failed', score: null, error: { code: 'area.part_not_found' } });
  expect(explain(store, 1).part.placement).toEqual(PLACEMENT);
  const reader = openReader(folder);
  const rows = [...resultRows(reader, [store.runs.get(run)])];
  reader.close();
  expect(rows.map(({ placement }) => placement)).toEqual([JSON.stringify(PLACEMENT), null, null]);
  expect(rows[2]).toMatchObject({ machine: 'failed', error: 'area.part_not_found' });
});

it('is fixed with the outcome, and damage to it is noticed', () => {
  inspected();
  expect(() => store.db.exec(`UPDATE parts SET placement = '{}' WHERE id = 1`)).toThrow(
    'the first outcome stands',
  );
  store.close();
  const raw = openSqlite(databaseOf(folder));
  const name = 'parts_placement_fixed';
  const guard = raw.prepare<string>(`SELECT sql FROM sqlite_schema WHERE name = '${name}'`).pluck().get();
  raw.exec(`DROP TRIGGER ${name}; UPDATE parts SET placement = '{"turn":0}' WHERE id = 1`).exec(guard ?? '');
  expect(() => raw.exec(`DROP TRIGGER ${name}; UPDATE parts SET placement = 'no' WHERE id = 2`)).toThrow(
    'CHECK',
  );
  raw.exec(guard ?? '');
  raw.close();
  store = openStore(folder);
  expect(refusal(() => store.parts.get(1)).code).toBe('history.damaged');
  expect(store.parts.get(2).part.score).toBe(0.4);
});

it('is absent in parts of a history of before', () => {
  store.close();
  folder = dataFolder();
  writeGoldenV4(folder);
  store = openStore(folder);
  expect(store.info.schema).toBeGreaterThanOrEqual(6);
  expect(store.parts.get(1).part).not.toHaveProperty('placement');
});
