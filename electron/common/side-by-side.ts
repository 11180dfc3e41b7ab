// Two answers to the same photographs side by side: one run at other thresholds, or two runs.
// Runs anywhere (pure TypeScript): command line, report and page show the same numbers.
import { z } from 'zod';
import type { HumanVerdict, MachineVerdict, Thresholds } from './domain.ts';
import { RecipeRef } from './recipe.ts';

/** By which settings a run is judged anew: a version of a recipe, or thresholds alone. */
export const RejudgeBy = z.union([
  z.strictObject({ recipe: RecipeRef }),
  z.strictObject({
    thresholds: z
      .object({ review: z.number().min(0).max(1), reject: z.number().min(0).max(1) })
      .refine((t) => t.review <= t.reject, 'review must not be above reject'),
  }),
]);
export type RejudgeBy = z.infer<typeof RejudgeBy>;

type Machine = MachineVerdict | 'pending';

/** One photograph in both. */
export interface Pair {
  /** In the first run; `otherId` in the second (the same part where there is one run). */
  readonly partId: number;
  readonly otherId: number;
  readonly name: string;
  readonly before: Machine;
  readonly after: Machine;
  readonly scoreBefore: number | null;
  readonly scoreAfter: number | null;
  /** What a person said, in the first run. */
  readonly verdict: HumanVerdict | null;
}

export interface Side {
  readonly runId: number;
  /** "Nut M6, version 3"; '' without a recipe. */
  readonly recipe: string;
  readonly thresholds: Thresholds;
}

export interface SideBySide {
  readonly before: Side;
  readonly after: Side;
  /** Photographs that are in both. */
  readonly pairs: number;
  readonly onlyBefore: number;
  readonly onlyAfter: number;
  /** Same path, another SHA-256: not compared. */
  readonly replaced: number;
  /** Verdict before × verdict after. */
  readonly counts: Readonly<Record<Machine, Readonly<Record<Machine, number>>>>;
  readonly changed: number;
  /** Of the parts that a person called NG: how many would now be passed as good; and OK, rejected. */
  readonly escapes: { readonly before: number; readonly after: number };
  readonly falseRejects: { readonly before: number; readonly after: number };
  /** Parts with a region, by the rule of each side; null where the rule is the same or there is none. */
  readonly regions: {
    readonly before: number | null;
    readonly after: number | null;
    /** Maps that were looked at, and parts whose map is not kept any more. */
    readonly maps: number;
    readonly missing: number;
  } | null;
  /** The first parts whose verdict changes, the farthest moved first. */
  readonly rows: readonly Pair[];
}

export const MACHINE_VERDICTS = ['good', 'review', 'reject', 'failed', 'pending'] as const;
/** More are counted, and listed in an export. */
const MOST_ROWS = 2000;

/** Counts pairs as they come; keeps those that changed. */
export class SideBySideCount {
  readonly #counts = Object.fromEntries(
    MACHINE_VERDICTS.map((before) => [
      before,
      Object.fromEntries(MACHINE_VERDICTS.map((after) => [after, 0])),
    ]),
  ) as Record<Machine, Record<Machine, number>>;
  readonly #escapes = { before: 0, after: 0 };
  readonly #falseRejects = { before: 0, after: 0 };
  #pairs = 0;
  #changed = 0;
  #rows: Pair[] = [];

  add(pair: Pair): void {
    const { before, after, verdict } = pair;
    this.#pairs++;
    this.#counts[before][after]++;
    for (const [side, machine] of [
      ['before', before],
      ['after', after],
    ] as const) {
      if (verdict === 'ng' && machine === 'good') this.#escapes[side]++;
      if (verdict === 'ok' && machine === 'reject') this.#falseRejects[side]++;
    }
    if (before === after) return;
    this.#changed++;
    this.#rows.push(pair);
    if (this.#rows.length >= 2 * MOST_ROWS) this.#cut();
  }

  end(): Omit<SideBySide, 'before' | 'after' | 'onlyBefore' | 'onlyAfter' | 'replaced' | 'regions'> {
    this.#cut();
    return {
      ...{ pairs: this.#pairs, counts: this.#counts, changed: this.#changed, rows: this.#rows },
      ...{ escapes: this.#escapes, falseRejects: this.#falseRejects },
    };
  }

  #cut(): void {
    this.#rows.sort((a, b) => farness(b) - farness(a) || a.partId - b.partId);
    this.#rows.length = Math.min(this.#rows.length, MOST_ROWS);
  }
}

const RANK: Readonly<Record<Machine, number>> = { good: 0, review: 1, reject: 2, failed: 3, pending: 3 };

/** From good to reject is farther than to review; among equals the one whose score has moved more, or is higher. */
const farness = ({ before, after, scoreBefore, scoreAfter }: Pair): number =>
  Math.abs(RANK[before] - RANK[after]) * 10 +
  (scoreBefore === scoreAfter
    ? (scoreBefore ?? 0)
    : Math.min(9, Math.abs((scoreBefore ?? 0) - (scoreAfter ?? 0)) * 9));
