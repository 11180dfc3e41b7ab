// A recipe: how one product is inspected. Every change is a new version with author and reason; versions are never changed.
// Runs anywhere (pure TypeScript).
import { z } from 'zod';
import { InspectionArea } from './area.ts';
import { Thresholds } from './domain.ts';
import type { Method, Rvs, SessionOptions, Tap } from './inference-service.ts';
import { line } from './line.ts';

/** Who did something: a name as the operating system or the sign-in knows it. */
export const Author = line(1, 100);
/** Why it was done, in the author's words. */
export const Reason = line(1, 500);
export const LotName = line(1, 100);

/** Heat at and above `threshold` forms regions; smaller ones are left out. */
export const RegionRule = z.object({
  /** Raw heat, the unit of `heat`: it keeps its meaning when the scale of the colours changes. */
  threshold: z.number().refine(Number.isFinite, 'must be finite'),
  /** Pixels of the square heat map (Run.mapSize). */
  minArea: z.number().int().min(1).max(16_777_216),
});
export type RegionRule = z.infer<typeof RegionRule>;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** A head that was trained on this workstation, and the ranges of its scores: two files, known by their contents. */
export const RecipeHead = z.object({ sha256, calibrationSha256: sha256 });
export type RecipeHead = z.infer<typeof RecipeHead>;

/** What a person sets. Null = what the model pack recommends. */
export const RecipeSettings = z.object({
  name: line(1, 100),
  /** The words for the part, for example "metal nut". */
  product: line(1, 200),
  packId: line(1, 200),
  method: z.enum(['base', 'sdp', 'sdp+'] satisfies Method[]).nullable(),
  tap: z.enum(['official', 'clean'] satisfies Tap[]).nullable(),
  rvs: z.enum(['dbscan', 'mean', 'pca', 'kde', 'mean_shift'] satisfies Rvs[]).nullable(),
  /** Gaussian in pixels at model size; 0 = none. */
  sigma: z.number().min(0).max(256).nullable(),
  /** Fixed scale of the heat maps: raw heat at the two ends of the colours. */
  heat: z
    .object({ lo: z.number(), hi: z.number() })
    .refine(({ lo, hi }) => Number.isFinite(lo) && Number.isFinite(hi) && lo < hi, 'lo must be below hi')
    .nullable(),
  thresholds: Thresholds,
  regions: RegionRule.nullable(),
  /** Absent: that of the model pack. Not null, so that recipes from before there were heads keep their hashes. */
  head: RecipeHead.exactOptional(),
  /** Magnifications at which tiles are inspected as well; [1] = the whole photograph alone; absent: as the model pack says. */
  scales: z.array(z.number().int().min(1).max(8)).min(1).max(8).exactOptional(),
  /** Absent: the whole photograph is inspected. */
  area: InspectionArea.exactOptional(),
});
export type RecipeSettings = z.infer<typeof RecipeSettings>;

/** What the recipe itself says of the numbers; what it leaves to the pack is absent. Pack, words and head are found elsewhere. */
export function numbersOf(recipe: RecipeSettings): Omit<SessionOptions, 'packFolder' | 'product'> {
  const { method, tap, rvs, sigma, heat, thresholds, scales, area } = recipe;
  return {
    thresholds,
    ...(method !== null && { method }),
    ...(tap !== null && { tap }),
    ...(rvs !== null && { rvs }),
    ...(sigma !== null && { sigma }),
    ...(heat !== null && { heat }),
    ...(scales !== undefined && { scales }),
    ...(area !== undefined && { area }),
  };
}

/** One version of a recipe. */
export const Recipe = RecipeSettings.extend({
  id: z.number().int().positive(),
  /** Of this row, from 1. */
  version: z.number().int().positive(),
  /** How many versions the recipe has: this one is the newest when they are equal. */
  versions: z.number().int().positive(),
  author: z.string(),
  reason: z.string(),
  /** UTC, ISO 8601. */
  createdAt: z.string(),
  /** SHA-256 of the settings in their canonical form: the same on every computer. */
  sha256: z.string(),
});
export type Recipe = z.infer<typeof Recipe>;

/** Which version; absent = the newest. */
export const RecipeRef = z.object({
  recipeId: z.number().int().positive(),
  version: z.number().int().positive().optional(),
});
export type RecipeRef = z.infer<typeof RecipeRef>;

/** Which version a run was started from. */
export const RunRecipe = z.object({ id: z.number().int(), version: z.number().int(), name: z.string() });
export type RunRecipe = z.infer<typeof RunRecipe>;
