// A blind second review: a sample of judged parts, judged again by somebody who sees neither scores nor the first verdicts.
// Runs anywhere (pure TypeScript).
import { z } from 'zod';
import { HumanVerdict } from './domain.ts';
import type { Agreement } from './statistics.ts';

export const SecondReview = z.object({
  id: z.number().int().positive(),
  runId: z.number().int().positive(),
  /** With the judged parts in their order it gives the sample again. */
  seed: z.number().int().min(0),
  /** Judged parts at that moment, and how many of them were drawn. */
  judged: z.number().int(),
  size: z.number().int().positive(),
  /** The second look may see the heat. */
  heat: z.boolean(),
  author: z.string(),
  /** UTC, ISO 8601. */
  createdAt: z.string(),
  /** Parts that were judged a second time. */
  done: z.number().int(),
  endedBy: z.string().nullable(),
  endedAt: z.string().nullable(),
});
export type SecondReview = z.infer<typeof SecondReview>;

/** How much of the judged parts: a number, or a share. */
export const SampleSize = z.union([
  z.strictObject({ count: z.number().int().min(1).max(100_000) }),
  z.strictObject({ share: z.number().gt(0).max(1) }),
]);
export type SampleSize = z.infer<typeof SampleSize>;

/** One part of the sample as the second look may see it: nothing of the first one. */
export const SecondPart = z.object({
  place: z.number().int(),
  partId: z.number().int(),
  /** Of the second look. */
  verdict: HumanVerdict.nullable(),
});
export type SecondPart = z.infer<typeof SecondPart>;

/** What one of the two said. */
export interface Said {
  readonly verdict: HumanVerdict;
  readonly author: string;
  readonly at: string;
}

export interface Disagreement {
  readonly partId: number;
  readonly name: string;
  readonly first: Said;
  readonly second: Said;
}

/** Only after the end: before it, nobody is told anything. */
export interface SecondResult {
  readonly review: SecondReview;
  readonly agreement: Agreement;
  /** First verdict × second verdict. */
  readonly counts: Readonly<Record<HumanVerdict, Readonly<Record<HumanVerdict, number>>>>;
  /** Parts where both were the same person: how far they agree with themselves. */
  readonly samePerson: number;
  readonly disagreements: readonly Disagreement[];
}
