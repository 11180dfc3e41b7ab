// Changing a recipe by hand: what was typed becomes settings, and what that brings with it is said before it is kept.
// Runs anywhere (pure).
import type { Thresholds } from '../../../../electron/common/domain.ts';
import type { RecipeSettings } from '../../../../electron/common/recipe.ts';
import { tileCount } from '../../../../models/clip-ad/tile-grid.ts';

/** What the sheet changes; thresholds, regions and the area are set where they are seen. */
export type Edit = Pick<RecipeSettings, 'name' | 'product' | 'method' | 'tap' | 'sigma' | 'heat'> & {
  /** Null: as the model pack says. */
  scales: readonly number[] | null;
};

/** The scales that can be chosen. */
export const SCALES: readonly (readonly number[])[] = [[1], [1, 2], [1, 2, 3], [1, 2, 4]];

export type Consequence =
  | { kind: 'scores'; thresholds: Thresholds }
  | { kind: 'slower' | 'faster'; times: number }
  | { kind: 'headLost' | 'noHead' | 'colours' | 'renamed' | 'words' };

export interface Edited {
  settings: RecipeSettings;
  consequences: Consequence[];
  /** It cannot be kept like this. */
  impossible: boolean;
}

export const editOf = ({ name, product, method, tap, sigma, heat, scales }: RecipeSettings): Edit => ({
  ...{ name, product, method, tap, sigma, heat },
  scales: scales ?? null,
});

/** What the pack of the recipe brings, as far as it is known here. */
export interface PackFacts {
  head: boolean;
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

export function editRecipe(before: RecipeSettings, edit: Edit, pack: PackFacts): Edited {
  const { head, scales: _, ...kept } = before;
  const { scales, ...changed } = edit;
  // A trained head and its calibration belong to words, method and tap: the engine refuses them for others.
  const fits =
    edit.product === before.product &&
    edit.tap === before.tap &&
    (edit.method === before.method || edit.method === 'sdp+' || edit.method === null);
  const settings: RecipeSettings = {
    ...kept,
    ...changed,
    ...(head !== undefined && fits && { head }),
    ...(scales !== null && { scales: [...scales] }),
  };
  const list: Consequence[] = [];
  const differs = (field: keyof Edit): boolean => !same(edit[field], editOf(before)[field]);
  if (differs('product')) list.push({ kind: 'words' });
  if (head !== undefined && settings.head === undefined) list.push({ kind: 'headLost' });
  const impossible = edit.method === 'sdp+' && settings.head === undefined && !pack.head;
  if (impossible) list.push({ kind: 'noHead' });
  const scored = (['product', 'method', 'tap', 'sigma', 'scales'] as const).some(differs);
  if (scored) list.push({ kind: 'scores', thresholds: before.thresholds });
  // Where the pack decides, nobody here knows how many tiles there are.
  if (differs('scales') && scales !== null && before.scales !== undefined) {
    const times = tileCount(scales) / tileCount(before.scales);
    if (times > 1) list.push({ kind: 'slower', times: Math.round(times) });
    else list.push({ kind: 'faster', times: Math.round(1 / times) });
  }
  if (differs('heat')) list.push({ kind: 'colours' });
  if (differs('name')) list.push({ kind: 'renamed' });
  return { settings, consequences: list, impossible };
}

/** What was typed into the sheet, before it is known to be numbers. */
export interface TypedNumbers {
  sigma: string;
  ownHeat: boolean;
  lo: string;
  hi: string;
}

/** The numbers, or which of them cannot be. */
export function readNumbers(
  { sigma, ownHeat, lo, hi }: TypedNumbers,
  parse: (typed: string) => number,
): Pick<Edit, 'sigma' | 'heat'> | 'badSigma' | 'badHeat' {
  const smooth = sigma.trim() === '' ? null : parse(sigma);
  if (smooth !== null && !(smooth >= 0 && smooth <= 256)) return 'badSigma';
  if (!ownHeat) return { sigma: smooth, heat: null };
  const heat = { lo: parse(lo), hi: parse(hi) };
  return Number.isFinite(heat.lo) && Number.isFinite(heat.hi) && heat.lo < heat.hi
    ? { sigma: smooth, heat }
    : 'badHeat';
}
