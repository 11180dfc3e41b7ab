// A history of schema 4, made row by row with the rules of that time: what every later release must read.
// Runs in the tests (Node).
import { GOLDEN_TIME as TIME, GoldenHistory, sha256 } from './golden-rows.ts';

const PIN = 'scrypt:16384:8:1:c2FsdHNhbHRzYWx0c2FsdA:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE';
/** JSON with sorted keys, as the chain hashes rows: arrays only, so this is all of it. */
const hashOf = (values: unknown): string => sha256(JSON.stringify(values));

/** A manager; a run that repeats another one, with photographs and a session that are known; a blind second review that ended. */
export function writeGoldenV4(folder: string): void {
  const golden = new GoldenHistory(folder, 4);
  golden.insert('people', {
    ...{ id: 1, person_id: 1, version: 1, name: 'Mia', role: 'manager', active: 1, pin: PIN },
    ...{ author: 'account', made_at: TIME },
  });
  golden.event('person.added', 'person 1', null, {
    ...{ row: 1, name: 'Mia', role: 'manager', active: true },
    sha256: hashOf([1, 1, 'Mia', 'manager', 1, PIN]),
  });
  golden.event('run.created', 'run 1', null, { product: 'nut' });
  golden.event('run.created', 'run 2', null, { product: 'nut', repeats: 1 });
  golden.insert('sessions', {
    ...{ id: 1, run_id: 2, begun_at: TIME, pack_id: 'loupe-mini', pack_title: 'Loupe mini' },
    ...{ pack_version: '1.0.0', model_sha256: 'ab'.repeat(32), product: 'nut', method: 'sdp' },
    ...{ tap: 'clean', rvs: 'dbscan', sigma: 4, device: 'cpu', map_size: 240, score0_lo: 0.1 },
    ...{ score0_hi: 0.9, score1_lo: -2, score1_hi: 3.5, heat_lo: 0.25, heat_hi: 0.75 },
    ...{
      precision: 'fp32',
      image_size: 240,
      scales: '[1]',
      head_sha256: null,
      versions: '{"node":"24.1.0"}',
    },
  });
  golden.insert(
    'thresholds',
    {
      ...{ id: 1, run_id: 2, review: 0.4, reject: 0.6, author: 'model pack', made_at: TIME, reason: null },
    },
    6,
  );
  const run = { created_at: TIME, product: 'nut', source: 'nuts', inputs: '["/nuts"]' };
  const words = { error: null, recipe_version_id: null, lot: null };
  golden.insert(
    'runs',
    {
      ...{ id: 1, ...run, state: 'interrupted', total: 0, scored: 0, failed: 0 },
      ...{ session_id: null, thresholds_id: null, ...words, repeats_run_id: null },
    },
    12,
  );
  golden.insert('runs', {
    ...{ id: 2, ...run, state: 'done', total: 2, scored: 2, failed: 0 },
    ...{ session_id: 1, thresholds_id: 1, ...words, repeats_run_id: 1 },
  });
  [0.2, 0.9].forEach((score, seq) =>
    golden.insert('parts', {
      ...{ id: seq + 1, run_id: 2, seq, path: `/nuts/${seq}.png`, name: `${seq}.png`, bytes: 1000 },
      ...{ state: 'scored', session_id: 1, inspected_at: TIME, score, score0: score, score1: score },
      ...{ width: 640, height: 480, ms: '{"decode":1,"resize":1,"infer":1,"post":1}', error: null },
      ...{ verdict_id: seq + 1, image_sha256: String(seq).repeat(64), image_bytes: 1000 },
      ...{ captured_at: '2026-11-22T08:30:59.25+01:00', captured_from: 'exif' },
    }),
  );
  [['ok', 0.2, 'good'] as const, ['ng', 0.9, 'reject'] as const].forEach(([verdict, score, machine], i) =>
    golden.link('verdicts', {
      ...{ id: i + 1, part_id: i + 1, verdict, author: 'Mia', made_at: TIME, machine, score },
      ...{ review: 0.4, reject: 0.6, defect_kind: null, comment: null },
      ...{ region_threshold: null, region_min_area: null, recipe_version_id: null },
    }),
  );
  // Before its review, which would refuse it: it has ended.
  golden.insert('second_verdicts', { id: 1, sample_id: 1, verdict: 'ok', author: 'Mia', made_at: TIME });
  golden.insert('second_reviews', {
    ...{ id: 1, run_id: 2, seed: 7, judged: 2, size: 1, heat: 0, author: 'Mia', made_at: TIME },
    ...{ ended_by: 'Mia', ended_at: TIME },
  });
  golden.insert('second_samples', { id: 1, review_id: 1, place: 0, part_id: 2, verdict_id: 2 });
  golden.event('second.drawn', 'run 2', null, {
    ...{ row: 1, seed: 7, judged: 2, size: 1, heat: false, sha256: hashOf([[0, 2, 2]]) },
  });
  golden.event('second.judged', 'part 2', null, { row: 1, review: 1, sample: 1, verdict: 'ok' });
  golden.event('second.ended', 'run 2', null, { row: 1, done: 1, size: 1 });
  golden.close();
}
