// The settings that a run on the screen would leave behind as a recipe, and how their values are written.
// Runs anywhere (pure but for the language).
import type { Run, Thresholds } from '../../../../electron/common/domain.ts';
import type { InspectionArea } from '../../../../electron/common/area.ts';
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
  area: InspectionArea | null = base?.area ?? null,
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
    ...(base?.scales !== undefined && { scales: base.scales }),
    ...(base?.head !== undefined && { head: base.head }),
    ...(area !== null && { area }),
  };
}

export function fieldText(field: RecipeField, value: FieldValue): string {
  if (field === 'follows') return followText(value);
  if (value === null)
    return field.startsWith('region') || field === 'area' ? texts.recipes.nothing : texts.recipes.byPack;
  if (field === 'scales' && typeof value === 'string')
    return texts.station.recipe.scaleNames(value.split(',').map(Number));
  if (typeof value === 'string') return value;
  if (field === 'area' && typeof value !== 'number') return areaText(value[0], value[1]);
  if (typeof value !== 'number') return value.map(format.raw).join(' – ');
  if (field === 'review' || field === 'reject') return format.score(value);
  return field === 'regionFrom' ? format.raw(value) : format.short(value);
}

const followText = (turns: FieldValue): string =>
  turns === null ? texts.area.stays : turns === 180 ? texts.area.anyAngle : texts.area.upTo(Number(turns));

/** "23.4 % ignored (3f9c)": the sign tells apart what leaves out as much. */
const areaText = (share: number, sign: number): string =>
  `${texts.area.share(format.percent(share, 1))} (${(sign >>> 16).toString(16).padStart(4, '0')})`;

export const differenceText = ({ field, before, after }: Difference): string =>
  texts.recipes.change(texts.recipes.fields[field], fieldText(field, before), fieldText(field, after));
