// A history of schema 2, made row by row with the rules of that time: what every later release must read.
// Runs in the tests (Node).
import { GOLDEN_TIME as TIME, GoldenHistory, sha256 } from './golden-rows.ts';

/** One run from a recipe, in a lot, stopped after three of four parts; two verdicts; thresholds that were changed once. */
export function writeGoldenV2(folder: string): void {
  const golden = new GoldenHistory(folder, 2);
  const settings =
    '{"heat":null,"method":"sdp","name":"Nut","packId":"loupe-mini","product":"metal nut","regions":null,"rvs":null,"sigma":null,"tap":null,"thresholds":{"reject":0.6,"review":0.4}}';
  golden.insert('recipe_versions', {
    ...{ id: 1, recipe_id: 1, version: 1, settings, sha256: sha256(settings), author: 'eva' },
    ...{ reason: 'first', made_at: TIME },
  });
  golden.event('recipe.saved', 'recipe 1', 'first', {
    ...{ name: 'Nut', version: 1, row: 1, sha256: sha256(settings) },
  });
  golden.event('run.created', 'run 1', null, { product: 'metal nut', lot: 'A-17' });
  golden.insert('sessions', {
    ...{ id: 1, run_id: 1, begun_at: TIME, pack_id: 'loupe-mini', pack_title: 'Loupe mini' },
    ...{ pack_version: '1.0.0', model_sha256: 'ab'.repeat(32), product: 'metal nut', method: 'sdp' },
    ...{ tap: 'clean', rvs: 'dbscan', sigma: 4, device: 'cpu', map_size: 240, score0_lo: 0.1 },
    ...{ score0_hi: 0.9, score1_lo: -2, score1_hi: 3.5, heat_lo: 0.25, heat_hi: 0.75 },
  });
  const thresholds = { run_id: 1, review: 0.4, reject: 0.6, author: 'recipe', made_at: TIME };
  golden.insert('thresholds', { id: 1, ...thresholds, reason: null }, 6);
  golden.insert('thresholds', { id: 2, ...thresholds, reject: 0.7, author: 'eva', reason: 'too strict' });
  golden.event('thresholds.set', 'run 1', 'too strict', {
    ...{ row: 2, from: { review: 0.4, reject: 0.6 }, to: { review: 0.4, reject: 0.7 } },
  });
  golden.insert('runs', {
    ...{ id: 1, created_at: TIME, product: 'metal nut', source: 'nuts', inputs: '["/nuts"]' },
    ...{ state: 'interrupted', total: 4, scored: 3, failed: 0, session_id: 1, thresholds_id: 2, error: null },
    ...{ recipe_version_id: 1, lot: 'A-17' },
  });
  [0.1, 0.5, 0.9, null].forEach((score, seq) => {
    const pending = score === null;
    golden.insert('parts', {
      ...{ id: seq + 1, run_id: 1, seq, path: `/nuts/${seq}.png`, name: `${seq}.png`, bytes: 1000 },
      ...{ state: pending ? 'pending' : 'scored', session_id: pending ? null : 1 },
      ...{ inspected_at: pending ? null : TIME, score, score0: score, score1: score },
      ...{ width: pending ? null : 640, height: pending ? null : 480 },
      ms: pending ? null : '{"decode":1,"resize":1,"infer":1,"post":1}',
      ...{ error: null, verdict_id: [null, 1, 2, null][seq] ?? null },
    });
  });
  const verdict = (id: number, part: number, said: string, score: number, machine: string): void =>
    golden.link('verdicts', {
      ...{ id, part_id: part, verdict: said, author: 'anna', made_at: TIME, machine, score },
      ...{ review: 0.4, reject: 0.7, defect_kind: said === 'ng' ? 'scratch' : null, comment: null },
      ...{ region_threshold: null, region_min_area: null, recipe_version_id: 1 },
    });
  verdict(1, 2, 'ok', 0.5, 'review');
  verdict(2, 3, 'ng', 0.9, 'reject');
  golden.close();
}
