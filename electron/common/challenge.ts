// A challenge: known parts that the inspection has to tell right before anybody trusts it with unknown ones.
// Runs anywhere (pure TypeScript).
import { z } from 'zod';
import type { MachineVerdict, Thresholds } from './domain.ts';
import { line } from './line.ts';

/** What a known part is. */
export const Expected = z.enum(['ok', 'ng']);
export type Expected = z.infer<typeof Expected>;

/** What became of a known part. `changed`: the photograph is not the one that was kept. */
export type Told = 'right' | 'wrong' | 'changed' | 'missing' | 'failed';

/** More than anybody collects by hand; each is inspected each time. */
export const MOST_KNOWN = 1000;

const Id = z.number().int().positive();

/** Where the known parts come from: what people said of a run, or folders named after what the parts are. */
export const KnownFrom = z.union([
  z.strictObject({ runId: Id, partIds: z.array(Id).min(1).max(100_000).optional() }),
  z.strictObject({ folder: z.string().min(1).max(4096) }),
]);
export type KnownFrom = z.infer<typeof KnownFrom>;

export const NewChallenge = z.object({
  recipeId: Id,
  name: line(1, 100),
  /** A part that the machine wants looked at counts as told right. */
  reviewCounts: z.boolean(),
  daily: z.boolean(),
});
export type NewChallenge = z.infer<typeof NewChallenge>;

/** A photograph of a known part: this content, found at this path. */
export interface KnownPart {
  readonly path: string;
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly expected: Expected;
}

export interface ChallengeResult {
  readonly id: number;
  readonly setId: number;
  readonly runId: number;
  /** The version that it was inspected by. */
  readonly recipe: { readonly id: number; readonly version: number; readonly name: string };
  /** UTC, ISO 8601. */
  readonly at: string;
  readonly author: string;
  /** Those of the recipe. */
  readonly thresholds: Thresholds;
  readonly size: number;
  readonly right: number;
  readonly passed: boolean;
  /** Version of Loupe. */
  readonly program: string;
}

export interface ChallengeSet {
  readonly id: number;
  readonly name: string;
  readonly recipeId: number;
  readonly recipe: string;
  /** The newest version of that recipe. */
  readonly version: number;
  readonly reviewCounts: boolean;
  readonly ok: number;
  readonly ng: number;
  readonly author: string;
  readonly createdAt: string;
  readonly daily: boolean;
  /** False: it was given up, and stays in the history. */
  readonly active: boolean;
  readonly last: ChallengeResult | null;
}

/** One known part in a result. */
export interface ChallengeOutcome {
  readonly place: number;
  readonly partId: number;
  readonly name: string;
  readonly path: string;
  readonly expected: Expected;
  readonly band: MachineVerdict;
  readonly score: number | null;
  readonly told: Told;
  /** Of the photograph that was kept, and of the one that was found. */
  readonly sha256: string;
  readonly found: string | null;
}

export interface ChallengeReport {
  readonly set: ChallengeSet;
  readonly result: ChallengeResult;
  readonly outcomes: readonly ChallengeOutcome[];
}

/** Whether a band says of a part what it is. */
export function isToldRight(expected: Expected, band: MachineVerdict, reviewCounts: boolean): boolean {
  if (band === 'review') return reviewCounts;
  return band === (expected === 'ok' ? 'good' : 'reject');
}

/** `none`: nothing is due today. `changed`: it passed today, but by another version of the recipe. */
export type Due = 'none' | 'missing' | 'failed' | 'changed';

/** What a challenge that is due daily lacks today, by the calendar of the computer; `now` in milliseconds since 1970. */
export function dueToday({ daily, active, version, last }: ChallengeSet, now: number): Due {
  if (!daily || !active) return 'none';
  if (last === null || new Date(last.at).toDateString() !== new Date(now).toDateString()) return 'missing';
  if (!last.passed) return 'failed';
  return last.recipe.version === version ? 'none' : 'changed';
}
