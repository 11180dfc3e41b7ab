// The reference of a part as the page sees it: which accepted part, of which run, how alike.
// Runs anywhere (pure TypeScript).
import { z } from 'zod';
import { Part, Run } from './domain.ts';

export const Reference = z.object({
  part: Part,
  run: Run.pick({ id: true, source: true, createdAt: true, lot: true, recipe: true }),
  /** Cosine of the features, at most 1. */
  similarity: z.number(),
});
export type Reference = z.infer<typeof Reference>;

export const ReferenceAnswer = z.object({
  /** Null: no part of this product was accepted, except this very photograph. */
  reference: Reference.nullable(),
  /** False: this part has no features, because it was not inspected, or by an earlier version of Loupe. */
  comparable: z.boolean(),
});
export type ReferenceAnswer = z.infer<typeof ReferenceAnswer>;
