// What two sets of recipe settings differ in, field by field: for comparing versions and for saying what a save changes.
// Runs anywhere (pure).
import type { RecipeSettings } from '../../../../electron/common/recipe.ts';

export type RecipeField =
  | 'name'
  | 'product'
  | 'packId'
  | 'method'
  | 'tap'
  | 'rvs'
  | 'sigma'
  | 'heat'
  | 'review'
  | 'reject'
  | 'regionFrom'
  | 'regionLeast'
  | 'head';

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
  heat: (s) => (s.heat === null ? null : [s.heat.lo, s.heat.hi]),
  review: (s) => s.thresholds.review,
  reject: (s) => s.thresholds.reject,
  regionFrom: (s) => s.regions?.threshold ?? null,
  regionLeast: (s) => s.regions?.minArea ?? null,
  // Enough of the hash to tell one from another.
  head: (s) => s.head?.sha256.slice(0, 8) ?? null,
};

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
