// The words of the trade as types: run, part, score, verdict, threshold. Shared by the page, main, the services and the command line.
// Runs anywhere (pure TypeScript).
import { z } from 'zod';
import { Placement } from './align/placement.ts';
import { isErrorCode, type ErrorCode } from '../../models/errors.ts';

/** score < review → good; review <= score < reject → review; score >= reject → reject. All in 0..1. */
export const Thresholds = z
  .object({ review: z.number().min(0).max(1), reject: z.number().min(0).max(1) })
  .refine((t) => t.review <= t.reject, 'review must not be above reject');
export type Thresholds = z.infer<typeof Thresholds>;

/** What the machine says. `failed` = could not be scored: never shown or counted as good. */
export const MachineVerdict = z.enum(['good', 'review', 'reject', 'failed']);
export type MachineVerdict = z.infer<typeof MachineVerdict>;

/** What the operator says; null = not judged (yet, or taken back). `unsure` = somebody else has to look. */
export const HumanVerdict = z.enum(['ok', 'ng', 'unsure']);
export type HumanVerdict = z.infer<typeof HumanVerdict>;

/** Kind of defect, in the words of the shop: "scratch". Only beside `ng` and `unsure`. */
export const DefectKind = z.string().trim().min(1).max(60);
export const VerdictComment = z.string().trim().min(1).max(1000);

/** An error from the catalogue as a value (models/errors.ts). */
export const ErrorRecord = z.object({
  code: z.custom<ErrorCode>((v) => typeof v === 'string' && isErrorCode(v)),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
});

const PartState = z.enum(['pending', 'scored', 'failed']);

/** One photograph of a run. */
export const Part = z.object({
  id: z.number().int(),
  runId: z.number().int(),
  /** Position in the run, from 0, in the order of the scan. */
  seq: z.number().int(),
  /** Path below the chosen folder, with '/' between the folders. */
  name: z.string(),
  state: PartState,
  /** Calibrated anomaly score in 0..1; null unless scored. */
  score: z.number().nullable(),
  /** Raw values of the method (specification § B.4). */
  score0: z.number().nullable(),
  score1: z.number().nullable(),
  /** Pixels, upright. */
  width: z.number().int().nullable(),
  height: z.number().int().nullable(),
  error: ErrorRecord.nullable(),
  /** The newest operator verdict. */
  verdict: HumanVerdict.nullable(),
  /** UTC, ISO 8601; also of a verdict that was taken back. */
  verdictAt: z.string().nullable(),
  verdictBy: z.string().nullable(),
  defectKind: z.string().nullable(),
  comment: z.string().nullable(),
  /** Where it stood, with an inspection area that follows it. */
  placement: Placement.exactOptional(),
});
export type Part = z.infer<typeof Part>;

/** preparing → running → done; `interrupted` = stopped by the operator or by a crash, can be resumed; `failed` = could not start. */
export const RunState = z.enum(['preparing', 'running', 'done', 'interrupted', 'failed']);
export type RunState = z.infer<typeof RunState>;

/** A run that goes on with what comes into its folders: with all that is there as well, or only with what is new. */
export const Watch = z.enum(['all', 'new']);
export type Watch = z.infer<typeof Watch>;

export const Run = z.object({
  id: z.number().int(),
  /** UTC, ISO 8601. */
  createdAt: z.string(),
  product: z.string(),
  /** Names of the chosen folders or files, for the title. */
  source: z.string(),
  packId: z.string(),
  packVersion: z.string(),
  modelSha256: z.string(),
  method: z.string(),
  device: z.string(),
  state: RunState,
  total: z.number().int(),
  scored: z.number().int(),
  failed: z.number().int(),
  thresholds: Thresholds,
  /** Fixed scale of the heat maps of this run: value at byte 0 and byte 255 of a stored map. */
  heat: z.object({ lo: z.number(), hi: z.number() }),
  /** Side of the square stored map in pixels. */
  mapSize: z.number().int(),
  error: ErrorRecord.nullable(),
  /** The recipe's version that the run was started from; null = words typed by hand. */
  recipe: z.object({ id: z.number().int(), version: z.number().int(), name: z.string() }).nullable(),
  /** The batch of parts, as the shop names it. */
  lot: z.string().nullable(),
  /** Which heat forms regions: raw heat, and pixels of the map; null = the run has no such rule. */
  regions: z.object({ threshold: z.number(), minArea: z.number().int() }).nullable(),
  /** Absent: the run has an end. */
  watch: Watch.exactOptional(),
  /** The run whose photographs this one inspects again. */
  repeats: z.number().int().nullish(),
  /** The challenge whose known parts it inspects: no production. */
  challenge: z.number().int().exactOptional(),
});
export type Run = z.infer<typeof Run>;

export const RunProgress = z.object({
  runId: z.number().int(),
  state: RunState,
  /** What is happening while `preparing`, in operators' words. */
  stage: z.string(),
  total: z.number().int(),
  scored: z.number().int(),
  failed: z.number().int(),
  /** Parts per second over the last seconds; 0 when unknown. */
  rate: z.number(),
  /** Seconds left; null when unknown. */
  remaining: z.number().nullable(),
  /** Why nothing is inspected at the moment: held by a person, nothing has come, or the watched folder is out of reach. */
  resting: z.enum(['paused', 'waiting', 'unreachable']).exactOptional(),
});
export type RunProgress = z.infer<typeof RunProgress>;

/** The machine's verdict on a part at the given thresholds. */
export function machineVerdict(
  part: Pick<Part, 'state' | 'score'>,
  at: Thresholds,
): MachineVerdict | 'pending' {
  if (part.state === 'pending') return 'pending';
  if (part.state === 'failed' || part.score === null || Number.isNaN(part.score)) return 'failed';
  if (part.score >= at.reject) return 'reject';
  return part.score >= at.review ? 'review' : 'good';
}
