// The options of `loupe history retain`, `rejudge` and `compare`.
// Runs in Node (command line). Unknown options and impossible values are wrong usage.
import { resolve } from 'node:path';
import { LoupeError } from '../../models/errors.ts';
import { number, path, whole } from './options.ts';

/** What is said replaces the rule that was set; without any of it that one holds. */
export interface RuleOptions {
  readonly days?: number;
  readonly gigabytes?: number;
  readonly archive?: string;
  readonly keepThumbnails?: boolean;
}

export type CareOptions =
  | { readonly action: 'retain'; readonly dryRun: boolean; readonly rule: RuleOptions | null }
  | {
      readonly action: 'rejudge';
      readonly run: number;
      readonly by:
        | { readonly name: string; readonly version?: number }
        | { readonly review: number; readonly reject: number };
    }
  | { readonly action: 'compare'; readonly first: number; readonly second: number };

export const CARE_ACTIONS = ['retain', 'rejudge', 'compare'] as const;
type CareAction = (typeof CARE_ACTIONS)[number];
export const isCare = (action: string): action is CareAction => CARE_ACTIONS.some((one) => one === action);

const text = { type: 'string' } as const;
export const CARE = {
  retain: {
    'dry-run': { type: 'boolean' },
    'keep-thumbnails': { type: 'boolean' },
    days: text,
    'max-gb': text,
    archive: text,
  },
  rejudge: { recipe: text, version: text, review: text, reject: text },
  compare: {},
} as const;

const usage = (reason: string): LoupeError => new LoupeError('usage', { reason });
const runNumber = (given: string | undefined): number => {
  if (given === undefined) throw usage('Name the number of a run.');
  return whole('run', given, 1, Number.MAX_SAFE_INTEGER);
};

type Given = Readonly<Record<string, unknown>>;

export function careOptions(action: CareAction, given: Given, positionals: readonly string[]): CareOptions {
  const expected = { retain: 0, rejudge: 1, compare: 2 }[action];
  if (positionals.length !== expected) {
    throw usage(
      `"loupe history ${action}" takes ${['no name', 'the number of one run', 'the numbers of two runs'][expected]}.`,
    );
  }
  if (action === 'retain') return retain(given);
  if (action === 'compare')
    return { action, first: runNumber(positionals[0]), second: runNumber(positionals[1]) };
  return { action, run: runNumber(positionals[0]), by: rejudgeBy(given) };
}

function retain(given: Given): CareOptions {
  const { days, archive } = given as { days?: string; archive?: string };
  const gigabytes = given['max-gb'] as string | undefined;
  const keepThumbnails = given['keep-thumbnails'] === true;
  const rule: RuleOptions = {
    ...(days !== undefined && { days: whole('days', days, 1, 36_500) }),
    ...(gigabytes !== undefined && { gigabytes: number('max-gb', gigabytes, 0.001, 1_000_000) }),
    ...(archive !== undefined && { archive: resolve(path('archive', archive)) }),
    ...(keepThumbnails && { keepThumbnails }),
  };
  const said = Object.keys(rule).length > 0;
  if (said && rule.days === undefined && rule.gigabytes === undefined)
    throw usage('Say --days or --max-gb: without one of them everything stays.');
  return { action: 'retain', dryRun: given['dry-run'] === true, rule: said ? rule : null };
}

function rejudgeBy(given: Given): Extract<CareOptions, { action: 'rejudge' }>['by'] {
  const { recipe, version, review, reject } = given as Record<string, string | undefined>;
  if (recipe !== undefined && review === undefined && reject === undefined) {
    const at = version === undefined ? {} : { version: whole('version', version, 1, 1_000_000) };
    return { name: recipe, ...at };
  }
  if (recipe === undefined && version === undefined && review !== undefined && reject !== undefined) {
    const thresholds = { review: number('review', review, 0, 1), reject: number('reject', reject, 0, 1) };
    if (thresholds.review > thresholds.reject) throw usage('--review must not be above --reject.');
    return thresholds;
  }
  throw usage('Say --recipe <name>, or --review and --reject.');
}
