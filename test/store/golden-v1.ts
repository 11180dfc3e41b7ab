// A history as the first release wrote it, made row by row with the code of that time: what every later release must read.
// Runs in the tests (Node).
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { migrate, MIGRATIONS } from '../../electron/node/store/migrations/index.ts';
import { openSqlite, type Database, type SqlValue } from '../../electron/node/store/sqlite.ts';
import { databaseOf } from './support.ts';

const TIME = '2026-11-20T07:31:00.000Z';

function insert(db: Database, table: string, row: Record<string, SqlValue>): void {
  const columns = Object.keys(row);
  const values = Object.values(row);
  const marks = columns.map(() => '?').join(', ');
  db.prepare(`INSERT INTO ${table} (${columns.join(', ')}, seal) VALUES (${marks}, ?)`).run(
    ...values,
    crc32(JSON.stringify(values), crc32(table)),
  );
}

/** One finished run of four parts, the last one failed; three verdicts, the first one replaced. */
export function writeGoldenV1(folder: string): void {
  mkdirSync(dirname(databaseOf(folder)), { recursive: true });
  const db = openSqlite(databaseOf(folder));
  db.pragma('foreign_keys = 0'); // parts name verdicts that are inserted after them
  migrate(db, MIGRATIONS.slice(0, 1));
  db.pragma('foreign_keys = 0');
  insert(db, 'sessions', {
    ...{ id: 1, run_id: 1, begun_at: TIME, pack_id: 'loupe-mini', pack_title: 'Loupe mini' },
    ...{ pack_version: '0.1.0', model_sha256: 'ab'.repeat(32), product: 'metal nut', method: 'sdp' },
    ...{
      tap: 'clean',
      rvs: 'dbscan',
      sigma: 4,
      device: 'cpu',
      map_size: 240,
      score0_lo: 0.1,
      score0_hi: 0.9,
    },
    ...{ score1_lo: -2, score1_hi: 3.5, heat_lo: 0.25, heat_hi: 0.75 },
  });
  insert(db, 'thresholds', {
    ...{ id: 1, run_id: 1, review: 0.4, reject: 0.6, author: 'model pack', made_at: TIME },
  });
  insert(db, 'runs', {
    ...{ id: 1, created_at: TIME, product: 'metal nut', source: 'nuts', inputs: '["/nuts"]', state: 'done' },
    ...{ total: 4, scored: 3, failed: 1, session_id: 1, thresholds_id: 1, error: null },
  });
  const scores = [0.1, 0.5, 0.9, null];
  scores.forEach((score, seq) => {
    const failed = score === null;
    insert(db, 'parts', {
      ...{ id: seq + 1, run_id: 1, seq, path: `/nuts/${seq}.png`, name: `${seq}.png`, bytes: 1000 },
      ...{ state: failed ? 'failed' : 'scored', session_id: 1, inspected_at: TIME, score },
      ...{ score0: score, score1: score, width: failed ? null : 640, height: failed ? null : 480 },
      ms: failed ? null : '{"decode":1,"resize":1,"infer":1,"post":1}',
      error: failed ? '{"code":"image.empty","params":{"path":"/nuts/3.png"}}' : null,
      verdict_id: [3, 2, null, null][seq] ?? null,
    });
  });
  const verdict = (id: number, part: number, said: string, machine: string): void =>
    insert(db, 'verdicts', {
      ...{ id, part_id: part, verdict: said, author: 'anna', made_at: TIME, machine },
      ...{ score: scores[part - 1] ?? null, review: 0.4, reject: 0.6 },
    });
  verdict(1, 1, 'ng', 'good');
  verdict(2, 2, 'ng', 'review');
  verdict(3, 1, 'ok', 'good');
  insert(db, 'settings', { key: 'session', value: '{}' });
  db.exec('UPDATE ledger SET commits = 9');
  db.close();
}
