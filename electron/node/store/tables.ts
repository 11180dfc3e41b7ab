// The rows of the database as types, column by column as in the newest migration.
// Runs in the history service (Node).
import type { Expected, Told } from '../../common/challenge.ts';
import type { HumanVerdict, MachineVerdict, Part, RunState } from '../../common/domain.ts';
import type { Role } from '../../common/people.ts';
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
  /** The run whose photographs this one inspects again. */
  repeats_run_id: number | null;
  /** The challenge whose known parts this run inspects. */
  challenge_set_id: number | null;
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
  /** Null, as all below, in sessions of schema 2 and before. */
  precision: string | null;
  image_size: number | null;
  /** JSON: magnifications. */
  scales: string | null;
  head_sha256: string | null;
  /** JSON: program → version. */
  versions: string | null;
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
  /** Of the photograph's file when it was inspected. */
  image_sha256: string | null;
  image_bytes: number | null;
  captured_at: string | null;
  captured_from: 'exif' | 'file' | null;
  /** JSON: Placement; null where the area did not follow the part. */
  placement: string | null;
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

export type PersonRow = Readonly<{
  id: number;
  person_id: number;
  /** From 1; the newest one holds. */
  version: number;
  name: string;
  role: Role;
  /** 0 or 1. */
  active: number;
  /** scrypt hash with salt and cost (pin.ts). */
  pin: string;
  author: string;
  made_at: string;
}>;

export type SecondReviewRow = Readonly<{
  id: number;
  run_id: number;
  seed: number;
  judged: number;
  size: number;
  /** 0 or 1. */
  heat: number;
  author: string;
  made_at: string;
  ended_by: string | null;
  ended_at: string | null;
}>;

export type SecondSampleRow = Readonly<{
  id: number;
  review_id: number;
  place: number;
  part_id: number;
  /** The first verdict when the sample was drawn. */
  verdict_id: number;
}>;

export type SecondVerdictRow = Readonly<{
  id: number;
  sample_id: number;
  verdict: HumanVerdict;
  author: string;
  made_at: string;
}>;

export type ChallengeSetRow = Readonly<{
  id: number;
  recipe_id: number;
  name: string;
  /** 0 or 1. */
  review_counts: number;
  size: number;
  author: string;
  made_at: string;
}>;

export type ChallengePartRow = Readonly<{
  id: number;
  set_id: number;
  place: number;
  path: string;
  name: string;
  bytes: number;
  sha256: string;
  expected: Expected;
}>;

export type ChallengeRuleRow = Readonly<{
  id: number;
  set_id: number;
  /** 0 or 1, both. */
  daily: number;
  active: number;
  author: string;
  made_at: string;
}>;

export type ChallengeResultRow = Readonly<{
  id: number;
  set_id: number;
  run_id: number;
  recipe_version_id: number;
  session_id: number;
  review: number;
  reject: number;
  size: number;
  told_right: number;
  /** 0 or 1. */
  passed: number;
  program: string;
  author: string;
  made_at: string;
}>;

export type ChallengeOutcomeRow = Readonly<{
  id: number;
  result_id: number;
  place: number;
  part_id: number;
  band: MachineVerdict;
  score: number | null;
  found_sha256: string | null;
  outcome: Told;
}>;

export type SettingRow = Readonly<{ key: string; value: string }>;

export type Tables = ReturnType<typeof prepareTables>;

const known = new WeakMap<Database, Tables>();

/** The tables of a connection. Preparing their statements takes milliseconds, in which nobody else is answered: once is enough. */
export function openTables(db: Database): Tables {
  const tables = known.get(db) ?? prepareTables(db);
  known.set(db, tables);
  return tables;
}

// prettier-ignore
const prepareTables = (db: Database) => ({
  runs: new SealedTable<RunRow>(db, 'runs', [
    'id', 'created_at', 'product', 'source', 'inputs', 'state', 'total', 'scored', 'failed', 'session_id',
    'thresholds_id', 'error', 'recipe_version_id', 'lot', 'repeats_run_id', 'challenge_set_id',
  ], 4),
  sessions: new SealedTable<SessionRow>(db, 'sessions', [
    'id', 'run_id', 'begun_at', 'pack_id', 'pack_title', 'pack_version', 'model_sha256', 'product', 'method', 'tap',
    'rvs', 'sigma', 'device', 'map_size', 'score0_lo', 'score0_hi', 'score1_lo', 'score1_hi', 'heat_lo', 'heat_hi',
    'precision', 'image_size', 'scales', 'head_sha256', 'versions',
  ], 5),
  thresholds: new SealedTable<ThresholdsRow>(db, 'thresholds', [
    'id', 'run_id', 'review', 'reject', 'author', 'made_at', 'reason',
  ], 1),
  parts: new SealedTable<PartRow>(db, 'parts', [
    'id', 'run_id', 'seq', 'path', 'name', 'bytes', 'state', 'session_id', 'inspected_at', 'score', 'score0',
    'score1', 'width', 'height', 'ms', 'error', 'verdict_id',
    'image_sha256', 'image_bytes', 'captured_at', 'captured_from', 'placement',
  ], 5),
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
  people: new SealedTable<PersonRow>(db, 'people', [
    'id', 'person_id', 'version', 'name', 'role', 'active', 'pin', 'author', 'made_at',
  ]),
  secondReviews: new SealedTable<SecondReviewRow>(db, 'second_reviews', [
    'id', 'run_id', 'seed', 'judged', 'size', 'heat', 'author', 'made_at', 'ended_by', 'ended_at',
  ]),
  secondSamples: new SealedTable<SecondSampleRow>(db, 'second_samples', [
    'id', 'review_id', 'place', 'part_id', 'verdict_id',
  ]),
  secondVerdicts: new SealedTable<SecondVerdictRow>(db, 'second_verdicts', [
    'id', 'sample_id', 'verdict', 'author', 'made_at',
  ]),
  challengeSets: new SealedTable<ChallengeSetRow>(db, 'challenge_sets', [
    'id', 'recipe_id', 'name', 'review_counts', 'size', 'author', 'made_at',
  ]),
  challengeParts: new SealedTable<ChallengePartRow>(db, 'challenge_parts', [
    'id', 'set_id', 'place', 'path', 'name', 'bytes', 'sha256', 'expected',
  ]),
  challengeRules: new SealedTable<ChallengeRuleRow>(db, 'challenge_rules', [
    'id', 'set_id', 'daily', 'active', 'author', 'made_at',
  ]),
  challengeResults: new SealedTable<ChallengeResultRow>(db, 'challenge_results', [
    'id', 'set_id', 'run_id', 'recipe_version_id', 'session_id', 'review', 'reject', 'size', 'told_right',
    'passed', 'program', 'author', 'made_at',
  ]),
  challengeOutcomes: new SealedTable<ChallengeOutcomeRow>(db, 'challenge_outcomes', [
    'id', 'result_id', 'place', 'part_id', 'band', 'score', 'found_sha256', 'outcome',
  ]),
  settings: new SealedTable<SettingRow>(db, 'settings', ['key', 'value']),
});
