// What decided the numbers of a run: the settled session of the inference service, as a row.
// Runs in the history service (Node).
import { LoupeError } from '../../../models/errors.ts';
import type { SessionInfo } from '../../common/inference-service.ts';
import type { SessionRow } from './tables.ts';

export type Settled = Omit<SessionInfo, 'session'>;
export type SessionColumns = Omit<SessionRow, 'id' | 'run_id' | 'begun_at'>;

export const toColumns = (session: Settled): SessionColumns => ({
  pack_id: session.packId,
  pack_title: session.packTitle,
  pack_version: session.packVersion,
  model_sha256: session.modelSha256,
  product: session.product,
  method: session.method,
  tap: session.tap,
  rvs: session.rvs,
  sigma: session.sigma,
  device: session.device,
  map_size: session.mapSize,
  score0_lo: session.score0.lo,
  score0_hi: session.score0.hi,
  score1_lo: session.score1.lo,
  score1_hi: session.score1.hi,
  heat_lo: session.heat.lo,
  heat_hi: session.heat.hi,
  precision: session.precision ?? null,
  image_size: session.imageSize ?? null,
  scales: session.scales ? JSON.stringify(session.scales) : null,
  head_sha256: session.headSha256 ?? null,
  versions: session.versions ? JSON.stringify(session.versions) : null,
});

const differing = (a: SessionColumns, b: SessionColumns): (keyof SessionColumns)[] =>
  (Object.keys(b) as (keyof SessionColumns)[]).filter((column) => a[column] !== b[column]);

/** The columns that may differ within one run: names, and where it is computed. */
const HARMLESS: ReadonlySet<keyof SessionColumns> = new Set([
  'pack_id',
  'pack_title',
  'pack_version',
  'device',
  'versions',
]);

/** What sessions of schema 2 did not note: there nobody can say that it was another one. */
const ADDED: ReadonlySet<keyof SessionColumns> = new Set([
  'precision',
  'image_size',
  'scales',
  'head_sha256',
]);

/** What would make scores of the two sessions incomparable; empty when they may stand in one run. */
export const incomparable = (a: SessionColumns, b: SessionColumns): string[] =>
  differing(a, b).filter((column) => !HARMLESS.has(column) && !(a.precision === null && ADDED.has(column)));

export const sameSession = (a: SessionColumns, b: SessionColumns): boolean => differing(a, b).length === 0;

/** A run whose scores come from two models would rank apples among pears. */
export const refuseMixture = (reasons: readonly string[]): never => {
  const reason = `The model or its settings have changed since this run began (${reasons.join(', ')}). Start a new run.`;
  throw new LoupeError('usage', { reason });
};

/** The row as the inference service told it. */
export const fromColumns = (row: SessionColumns): Omit<Settled, 'thresholds'> => ({
  packId: row.pack_id,
  packTitle: row.pack_title,
  packVersion: row.pack_version,
  modelSha256: row.model_sha256,
  product: row.product,
  method: row.method as Settled['method'],
  tap: row.tap as Settled['tap'],
  rvs: row.rvs as Settled['rvs'],
  sigma: row.sigma,
  device: row.device,
  mapSize: row.map_size,
  score0: { lo: row.score0_lo, hi: row.score0_hi },
  score1: { lo: row.score1_lo, hi: row.score1_hi },
  heat: { lo: row.heat_lo, hi: row.heat_hi },
  ...(row.precision !== null && {
    precision: row.precision as NonNullable<Settled['precision']>,
    imageSize: row.image_size ?? undefined,
    scales: JSON.parse(row.scales ?? '[]') as number[],
    headSha256: row.head_sha256,
    versions: JSON.parse(row.versions ?? '{}') as Record<string, string>,
  }),
});
