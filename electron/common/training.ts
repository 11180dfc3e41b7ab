// A training of an SDP+ head on reviewed parts, as the page sees it: what it learns from, how far it is, what came of it.
// Runs anywhere (pure TypeScript).
import { z } from 'zod';
import { ErrorRecord, MachineVerdict, Thresholds } from './domain.ts';
import { RunRecipe } from './recipe.ts';

/** Below these a head learns nothing, or nothing can be said about it. */
export const LEAST_PARTS = { ok: 8, ng: 3 } as const;
/** From here on the comparison says something; below, its intervals are wide. */
export const GOOD_PARTS = { ok: 50, ng: 20 } as const;

/** `stopped`: by a person, by the end of the program or by an error, and can be continued. The last two are decisions of a person. */
const TrainingState = z.enum(['running', 'stopped', 'done', 'adopted', 'discarded']);

export const TrainingStage = z.enum(['checking', 'words', 'features', 'training', 'comparing']);
export type TrainingStage = z.infer<typeof TrainingStage>;

const Share = z.number().nullable();
/** In 0..1; null where a metric is not defined. */
export const Figures = z.object({
  imageAuroc: Share,
  imageF1Max: Share,
  pixelAuroc: Share,
  pixelF1Max: Share,
  pro: Share,
});
export type Figures = z.infer<typeof Figures>;

const Rate = z.object({
  rate: z.number(),
  low: z.number(),
  high: z.number(),
  count: z.number().int(),
  of: z.number().int(),
});
export type Rate = z.infer<typeof Rate>;

const Judged = z.object({ score: z.number(), verdict: MachineVerdict });

/** One part that nothing was learnt from, by the old and by the new way. */
export const ComparedPart = z.object({
  partId: z.number().int(),
  name: z.string(),
  /** What the person said: true = NG. */
  defective: z.boolean(),
  before: Judged,
  after: Judged,
});
export type ComparedPart = z.infer<typeof ComparedPart>;

/** The old and the new way on the parts kept aside. */
export const Comparison = z.object({
  before: Figures,
  after: Figures,
  thresholds: z.object({ before: Thresholds, after: Thresholds }),
  /** What the proposed thresholds will cost, cross-validated on the same parts; null where no part could tell. */
  expected: z.object({ falseReject: Rate.nullable(), escape: Rate.nullable() }),
  parts: z.array(ComparedPart),
  /** Scale and side of the new heat maps. */
  heat: z.object({ lo: z.number(), hi: z.number() }),
  mapSize: z.number().int(),
});
export type Comparison = z.infer<typeof Comparison>;

export const changesVerdict = ({ before, after }: ComparedPart): boolean => before.verdict !== after.verdict;

const Counts = z.object({ ok: z.number().int(), ng: z.number().int() });

export const Training = z.object({
  id: z.number().int().positive(),
  runId: z.number().int(),
  product: z.string(),
  /** The version that the run was started from; null = words typed by hand. */
  recipe: RunRecipe.nullable(),
  /** UTC, ISO 8601. */
  createdAt: z.string(),
  state: TrainingState,
  /** Null unless it runs. */
  progress: z
    .object({
      stage: TrainingStage,
      done: z.number().int(),
      total: z.number().int(),
      /** Seconds until this stage ends; null when unknown. */
      remaining: z.number().nullable(),
    })
    .nullable(),
  learnt: Counts,
  aside: Counts,
  epochs: z.number().int(),
  /** Loss of each epoch that is complete. */
  curve: z.array(z.object({ epoch: z.number().int(), loss: z.number() })),
  /** Why it stopped; null when a person stopped it. */
  error: ErrorRecord.nullable(),
  comparison: Comparison.nullable(),
  /** What it was adopted into. */
  adopted: RunRecipe.nullable(),
});
export type Training = z.infer<typeof Training>;

/** Where a person marked the defects of a part: a PNG of the photograph's size in the data folder. */
export const MaskInfo = z.object({
  partId: z.number().int(),
  sha256: z.string(),
  /** Marked pixels of the photograph. */
  pixels: z.number().int(),
});
export type MaskInfo = z.infer<typeof MaskInfo>;

/**
 * A mask as lengths of runs, row after row: clear, marked, clear, … The first may be 0, no other. What a schema cannot say
 * (their sum is width × height) is checked where it is stored.
 */
export const MaskRuns = z.array(z.number().int().min(0)).min(1).max(4_000_000);
