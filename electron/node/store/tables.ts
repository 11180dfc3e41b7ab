// The rows of the database as types, column by column as in the newest migration.
// Runs in the history service (Node).
import type { HumanVerdict, MachineVerdict, Part, RunState } from '../../common/domain.ts';
import { SealedTable } from './sealed.ts';
import type { Database } from './sqlite.ts';

export type RunRow = Readonly<{
  id: number;
  created_at: string;
  product: string;
  source: string;
  /** JSON: the paths that the operator chose. */
  inputs: string;
  state: RunState;
  total: number;
  scored: number;
  failed: number;
  /** The newest row of `sessions` and of `thresholds` for this run. */
  session_id: number | null;
  thresholds_id: number | null;
  /** JSON: ErrorValue. */
  error: string | null;
  recipe_version_id: number | null;
  lot: string | null;
}>;

export type SessionRow = Readonly<{
  id: number;
  run_id: number;
  begun_at: string;
  pack_id: string;
  pack_title: string;
  pack_version: string;
  model_sha256: string;
  product: string;
  method: string;
  tap: string;
  rvs: string;
  sigma: number;
  device: string;
  map_size: number;
  score0_lo: number;
  score0_hi: number;
  score1_lo: number;
  score1_hi: number;
  heat_lo: number;
  heat_hi: number;
}>;

export type ThresholdsRow = Readonly<{
  id: number;
  run_id: number;
  review: number;
  reject: number;
  author: string;
  made_at: string;
  reason: string | null;
}>;

export type PartRow = Readonly<{
  id: number;
  run_id: number;
  seq: number;
  path: string;
  name: string;
  bytes: number;
  state: Part['state'];
  /** What scored it. */
  session_id: number | null;
  inspected_at: string | null;
  score: number | null;
  score0: number | null;
  score1: number | null;
  width: number | null;
  height: number | null;
  /** JSON: milliseconds per step. */
  ms: string | null;
  /** JSON: ErrorValue. */
  error: string | null;
  /** The newest row of `verdicts` for this part. */
  verdict_id: number | null;
}>;

export type VerdictRow = Readonly<{
  id: number;
  part_id: number;
  /** Null takes the one before back. */
  verdict: HumanVerdict | null;
  author: string;
  made_at: string;
  /** What the operator saw at that moment. */
  machine: MachineVerdict | 'pending';
  score: number | null;
  review: number | null;
  reject: number | null;
  defect_kind: string | null;
  comment: string | null;
  region_threshold: number | null;
  region_min_area: number | null;
  recipe_version_id: number | null;
  link: number;
  hash: string;
}>;

export type AuditRow = Readonly<{
  id: number;
  made_at: string;
  actor: string;
  action: string;
  subject: string;
  reason: string | null;
  /** JSON: what the action did. */
  detail: string;
  link: number;
  hash: string;
}>;

export type RecipeVersionRow = Readonly<{
  id: number;
  recipe_id: number;
  version: number;
  /** JSON: RecipeSettings in canonical form. */
  settings: string;
  sha256: string;
  author: string;
  reason: string;
  made_at: string;
}>;

export type SettingRow = Readonly<{ key: string; value: string }>;

export type Tables = ReturnType<typeof openTables>;

// prettier-ignore
export const openTables = (db: Database) => ({
  runs: new SealedTable<RunRow>(db, 'runs', [
    'id', 'created_at', 'product', 'source', 'inputs', 'state', 'total', 'scored', 'failed', 'session_id',
    'thresholds_id', 'error', 'recipe_version_id', 'lot',
  ], 2),
  sessions: new SealedTable<SessionRow>(db, 'sessions', [
    'id', 'run_id', 'begun_at', 'pack_id', 'pack_title', 'pack_version', 'model_sha256', 'product', 'method', 'tap',
    'rvs', 'sigma', 'device', 'map_size', 'score0_lo', 'score0_hi', 'score1_lo', 'score1_hi', 'heat_lo', 'heat_hi',
  ]),
  thresholds: new SealedTable<ThresholdsRow>(db, 'thresholds', [
    'id', 'run_id', 'review', 'reject', 'author', 'made_at', 'reason',
  ], 1),
  parts: new SealedTable<PartRow>(db, 'parts', [
    'id', 'run_id', 'seq', 'path', 'name', 'bytes', 'state', 'session_id', 'inspected_at', 'score', 'score0',
    'score1', 'width', 'height', 'ms', 'error', 'verdict_id',
  ]),
  verdicts: new SealedTable<VerdictRow>(db, 'verdicts', [
    'id', 'part_id', 'verdict', 'author', 'made_at', 'machine', 'score', 'review', 'reject', 'defect_kind',
    'comment', 'region_threshold', 'region_min_area', 'recipe_version_id', 'link', 'hash',
  ]),
  audit: new SealedTable<AuditRow>(db, 'audit', [
    'id', 'made_at', 'actor', 'action', 'subject', 'reason', 'detail', 'link', 'hash',
  ]),
  recipeVersions: new SealedTable<RecipeVersionRow>(db, 'recipe_versions', [
    'id', 'recipe_id', 'version', 'settings', 'sha256', 'author', 'reason', 'made_at',
  ]),
  settings: new SealedTable<SettingRow>(db, 'settings', ['key', 'value']),
});
