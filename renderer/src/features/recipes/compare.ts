// What two sets of recipe settings differ in, field by field: for comparing versions and for saying what a save changes.
// Runs anywhere (pure).
import { ignoredShare, type InspectionArea } from '../../../../electron/common/area.ts';
import type { RecipeSettings } from '../../../../electron/common/recipe.ts';

export type RecipeField =
  | 'name'
  | 'product'
  | 'packId'
  | 'method'
  | 'tap'
  | 'rvs'
  | 'sigma'
  | 'scales'
  | 'heat'
  | 'review'
  | 'reject'
  | 'regionFrom'
  | 'regionLeast'
  | 'head'
  | 'area'
  | 'follows';

/** A value as it is compared and shown: numbers stay numbers, so that the language decides how they are written. */
export type FieldValue = string | number | readonly [number, number] | null;

/** Null = what the pack recommends (method to heat), or no rule (regions). */
export const FIELDS: Readonly<Record<RecipeField, (settings: RecipeSettings) => FieldValue>> = {
  name: (s) => s.name,
  product: (s) => s.product,
  packId: (s) => s.packId,
  method: (s) => s.method,
  tap: (s) => s.tap,
  rvs: (s) => s.rvs,
  sigma: (s) => s.sigma,
  scales: (s) => s.scales?.join() ?? null,
  heat: (s) => (s.heat === null ? null : [s.heat.lo, s.heat.hi]),
  review: (s) => s.thresholds.review,
  reject: (s) => s.thresholds.reject,
  regionFrom: (s) => s.regions?.threshold ?? null,
  regionLeast: (s) => s.regions?.minArea ?? null,
  // Enough of the hash to tell one from another.
  head: (s) => s.head?.sha256.slice(0, 8) ?? null,
  // The share, and something that differs where two areas leave out as much but not the same.
  area: (s) => (s.area === undefined ? null : [ignoredShare(s.area), areaPrint(s.area)]),
  // How far the part may be turned; null = the area stays.
  follows: (s) => s.area?.align?.turns ?? null,
};

/** Another picture of the part is another area: it may lie elsewhere on the next photograph. */
const areaPrint = ({ runs, align }: InspectionArea): number =>
  fingerprint(
    align === undefined ? runs : [...runs, ...Array.from(align.grey, (sign) => sign.charCodeAt(0))],
  );

/** 32 bits (FNV-1a over the numbers). */
const fingerprint = (numbers: readonly number[]): number =>
  numbers.reduce((hash, n) => Math.imul(hash ^ n, 0x01000193) >>> 0, 0x811c9dc5);

export const FIELD_NAMES = Object.keys(FIELDS) as RecipeField[];

export interface Difference {
  field: RecipeField;
  before: FieldValue;
  after: FieldValue;
}

export function compareSettings(before: RecipeSettings, after: RecipeSettings): Difference[] {
  return FIELD_NAMES.flatMap((field) => {
    const [old, now] = [FIELDS[field](before), FIELDS[field](after)];
    return JSON.stringify(old) === JSON.stringify(now) ? [] : [{ field, before: old, after: now }];
  });
}
