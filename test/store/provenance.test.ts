// What identifies a photograph and a session: kept with the part, told in its story and its export, and found to differ.
// Runs in the tests (Node).
import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { HistoryApi } from '../../electron/common/history-service.ts';
import { explain } from '../../electron/node/report/explain.ts';
import { resultRows } from '../../electron/node/report/rows.ts';
import { MIGRATIONS, schemaOf } from '../../electron/node/store/migrations/index.ts';
import { openStore } from '../../electron/node/store/open.ts';
import { openReader } from '../../electron/node/store/reader.ts';
import type { Store } from '../../electron/node/store/store.ts';
import { verifyChain } from '../../electron/node/store/verify.ts';
import { verifyImages } from '../../electron/node/store/verify-images.ts';
import { writeGoldenV2 } from './golden-v2.ts';
import { databaseOf, dataFolder, judged, refusal, result, SESSION } from './support.ts';
import { openSqlite } from '../../electron/node/store/sqlite.ts';

let folder: string;
let store: Store;
beforeEach(() => {
  folder = dataFolder();
  store = openStore(folder);
});
afterEach(() => store.close());

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const ENGINE = {
  ...{ precision: 'int8', imageSize: 240, scales: [1, 2], headSha256: 'cd'.repeat(32) },
  versions: { onnxruntime: '1.30.0' },
} satisfies Partial<HistoryApi['run.begin'][0]['session']>;

/** Four photographs that are really there: text does, nobody decodes it here. */
function inspected(): number {
  const photos = join(folder, 'photos');
  mkdirSync(photos);
  const { id } = store.runs.create({ product: 'nut', source: 'photos', inputs: [photos] });
  const names = ['0.jpg', '1.jpg', '2.jpg', '3.jpg'];
  for (const name of names) writeFileSync(join(photos, name), `picture ${name}`);
  store.parts.add(
    id,
    names.map((name) => ({ path: join(photos, name), name, bytes: 13 })),
  );
  store.runs.begin(id, { ...SESSION, ...ENGINE });
  store.parts.record(
    id,
    names.map((name, i) => ({
      partId: i + 1,
      ok: true,
      result: {
        ...result(0.5),
        image: {
          sha256: sha256(`picture ${name}`),
          bytes: 13,
          capturedAt: i === 0 ? '2026-11-20T07:31:00.25+01:00' : '2026-11-20T06:00:00.000Z',
          capturedFrom: i === 0 ? 'exif' : 'file',
        },
      },
    })),
  );
  return id;
}

it('is told in the story of a part, and in its row of an export', () => {
  const run = inspected();
  expect(explain(store, 1).image).toEqual({
    ...{ sha256: sha256('picture 0.jpg'), bytes: 13 },
    ...{ capturedAt: '2026-11-20T07:31:00.25+01:00', capturedFrom: 'exif' },
  });
  expect(explain(store, 2).image?.capturedFrom).toBe('file');
  expect(explain(store, 1).session).toMatchObject(ENGINE);
  const reader = openReader(folder);
  const [row] = [...resultRows(reader, [store.runs.get(run)])];
  reader.close();
  expect(row).toMatchObject({
    ...{ image_sha256: sha256('picture 0.jpg'), image_bytes: 13, captured_from: 'exif' },
    ...{ precision: 'int8', image_size: 240, scales: '[1,2]', head_sha256: 'cd'.repeat(32) },
    versions: '{"onnxruntime":"1.30.0"}',
  });
});

it('is under the checksum of its row, and fixed with the outcome', () => {
  inspected();
  expect(() => store.db.exec(`UPDATE parts SET image_sha256 = '${'0'.repeat(64)}'`)).toThrow(
    'the first outcome stands',
  );
  store.close();
  const raw = openSqlite(databaseOf(folder));
  const guard = raw
    .prepare<string>("SELECT sql FROM sqlite_schema WHERE name = 'parts_image_fixed'")
    .pluck()
    .get();
  raw
    .exec("DROP TRIGGER parts_image_fixed; UPDATE parts SET captured_at = '2025-01-01T00:00:00' WHERE id = 2")
    .exec(guard ?? '');
  raw.close();
  store = openStore(folder);
  expect(refusal(() => store.parts.get(2)).code).toBe('history.damaged');
  expect(store.parts.get(1).part.score).toBe(0.5);
});

it('tells which photographs are as they were, changed, or gone', async () => {
  const run = inspected();
  const photos = join(folder, 'photos');
  writeFileSync(join(photos, '1.jpg'), 'picture 1.jpG');
  rmSync(join(photos, '2.jpg'));
  const reader = openReader(folder);
  const report = await verifyImages(reader, [store.runs.get(run)]);
  reader.close();
  expect(report).toMatchObject({ checked: 4, same: 2, changed: 1, gone: 1, unknown: 0 });
  expect(report.differing).toEqual([
    { partId: 2, runId: run, path: join(photos, '1.jpg'), found: sha256('picture 1.jpG') },
  ]);
});

it('refuses to go on with another precision, but not with another version of the runtime', () => {
  const { id } = store.runs.create({ product: 'nut', source: 'x', inputs: [] });
  store.parts.add(id, [
    { path: '/a', name: 'a', bytes: 1 },
    { path: '/b', name: 'b', bytes: 1 },
  ]);
  store.runs.begin(id, { ...SESSION, ...ENGINE });
  store.parts.record(id, [{ partId: 1, ok: true, result: result(0.5) }]);
  expect(store.runs.begin(id, { ...SESSION, ...ENGINE, versions: { onnxruntime: '2' } }).state).toBe(
    'running',
  );
  expect(refusal(() => store.runs.begin(id, { ...SESSION, ...ENGINE, precision: 'fp32' })).message).toContain(
    'precision',
  );
  expect(refusal(() => store.runs.begin(id, { ...SESSION, ...ENGINE, scales: [1] })).message).toContain(
    'scales',
  );
});

it('links a run to the one that it repeats', () => {
  const first = store.runs.create({ product: 'nut', source: 'x', inputs: [] });
  const again = store.runs.create({ product: 'nut', source: 'x', inputs: [], repeats: first.id });
  expect([first.repeats, again.repeats]).toEqual([null, first.id]);
  const lost = { product: 'nut', source: 'x', inputs: [], repeats: 99 };
  expect(refusal(() => store.runs.create(lost)).code).toBe('history.not_found');
});

it('a history of schema 2 keeps every row, and its run goes on', () => {
  const old = dataFolder();
  writeGoldenV2(old);
  const migrated = openStore(old);
  expect(schemaOf(migrated.db)).toBe(schemaOf(store.db));
  expect(migrated.info.schema).toBe(MIGRATIONS.length);
  const { run, parts } = migrated.parts.load(1);
  expect(run).toMatchObject({
    ...{ state: 'interrupted', lot: 'A-17', recipe: { id: 1, version: 1, name: 'Nut' }, repeats: null },
    thresholds: { review: 0.4, reject: 0.7 },
  });
  expect(parts.map(({ verdict, defectKind }) => [verdict, defectKind])).toEqual([
    ...[
      [null, null],
      ['ok', null],
      ['ng', 'scratch'],
      [null, null],
    ],
  ]);
  expect(verifyChain(migrated.db)).toMatchObject({ fault: null, verdicts: 2, events: 4 });
  expect(explain(migrated, 1)).toMatchObject({ image: null, session: { tap: 'clean' } });
  expect(explain(migrated, 1).session?.precision).toBeUndefined();
  // Nobody noted the precision of its first session, so nobody can say that it is another one.
  expect(migrated.runs.begin(1, { ...SESSION, ...ENGINE }).state).toBe('running');
  expect(migrated.parts.record(1, [{ partId: 4, ok: true, result: result(0.2) }])[0]?.score).toBe(0.2);
  migrated.verdicts.record(judged(4, 'unsure', 'bob'));
  expect(verifyChain(migrated.db)).toMatchObject({ fault: null, verdicts: 3 });
  migrated.close();
});
