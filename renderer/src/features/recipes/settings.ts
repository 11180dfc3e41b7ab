// The settings that a run on the screen would leave behind as a recipe, and how their values are written.
// Runs anywhere (pure but for the language).
import type { Run, Thresholds } from '../../../../electron/common/domain.ts';
import type { RecipeSettings, RegionRule } from '../../../../electron/common/recipe.ts';
import * as format from '../../lib/format.ts';
import { texts } from '../../lib/texts.ts';
import type { Difference, FieldValue, RecipeField } from './compare.ts';

/** What was not set by hand stays as the recipe has it, or as the model pack recommends. */
export function settingsFromRun(
  run: Pick<Run, 'product' | 'packId'>,
  name: string,
  thresholds: Thresholds,
  regions: RegionRule | null,
  base: RecipeSettings | null,
): RecipeSettings {
  return {
    name,
    product: run.product,
    packId: run.packId,
    method: base?.method ?? null,
    tap: base?.tap ?? null,
    rvs: base?.rvs ?? null,
    sigma: base?.sigma ?? null,
    heat: base?.heat ?? null,
    thresholds,
    regions,
    ...(base?.head !== undefined && { head: base.head }),
  };
}

export function fieldText(field: RecipeField, value: FieldValue): string {
  if (value === null) return field.startsWith('region') ? texts.recipes.nothing : texts.recipes.byPack;
  if (typeof value === 'string') return value;
  if (typeof value !== 'number') return value.map(format.raw).join(' – ');
  if (field === 'review' || field === 'reject') return format.score(value);
  return field === 'regionFrom' ? format.raw(value) : format.short(value);
}

export const differenceText = ({ field, before, after }: Difference): string =>
  texts.recipes.change(texts.recipes.fields[field], fieldText(field, before), fieldText(field, after));
