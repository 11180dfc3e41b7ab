// The options of `loupe history challenge`.
// Runs in Node (command line). Unknown options and impossible values are wrong usage.
import { resolve } from 'node:path';
import { LoupeError } from '../../models/errors.ts';
import { DEVICES } from '../common/policy.ts';
import type { Device } from '../common/inference-service.ts';
import { oneOf, path, whole } from './options.ts';

export type ChallengeOptions = { readonly action: 'challenge' } & (
  | { readonly what: 'list' }
  | {
      readonly what: 'create';
      readonly name: string;
      readonly recipe: string;
      readonly from:
        | { readonly folder: string }
        | { readonly list: string }
        | { readonly runId: number; readonly partIds?: number[] };
      readonly reviewCounts: boolean;
      readonly daily: boolean;
    }
  | { readonly what: 'change'; readonly set: number; readonly daily?: boolean; readonly active?: boolean }
  | { readonly what: 'run'; readonly set: number; readonly device?: Device }
  | { readonly what: 'certificate'; readonly result: number; readonly out: string }
);

const text = { type: 'string' } as const;
const many = { type: 'string', multiple: true } as const;
const flag = { type: 'boolean' } as const;
/** All of them together: which belong to what is checked below. */
export const CHALLENGE = {
  ...{ recipe: text, folder: text, list: text, run: many, part: many },
  ...{
    'review-counts': flag,
    daily: flag,
    'not-daily': flag,
    'give-up': flag,
    'take-up': flag,
    device: text,
  },
} as const;

const OF: Readonly<Record<ChallengeOptions['what'], readonly string[]>> = {
  list: [],
  create: ['recipe', 'folder', 'list', 'run', 'part', 'review-counts', 'daily'],
  change: ['daily', 'not-daily', 'give-up', 'take-up'],
  run: ['device'],
  certificate: [],
};
const ACTIONS = Object.keys(OF) as ChallengeOptions['what'][];
const usage = (reason: string): LoupeError => new LoupeError('usage', { reason });
const MOST = Number.MAX_SAFE_INTEGER;

type Given = Readonly<Record<string, string | boolean | string[] | undefined>>;

export function challengeOptions(given: Given, positionals: readonly string[]): ChallengeOptions {
  const [first, ...rest] = positionals;
  const what = ACTIONS.find((one) => one === first);
  if (!what) throw usage(`Use "loupe history challenge ${ACTIONS.join('", "')}".`);
  for (const name of Object.keys(CHALLENGE))
    if (given[name] !== undefined && !OF[what].includes(name))
      throw usage(`--${name} does not belong to "loupe history challenge ${what}".`);
  const named = (...names: string[]): string[] => {
    if (rest.length !== names.length)
      throw usage(`"loupe history challenge ${what}" takes ${names.join(' and ') || 'no name'}.`);
    return rest;
  };
  const number = (value = ''): number => whole('challenge', value, 1, MOST);
  switch (what) {
    case 'list':
      named();
      return { action: 'challenge', what };
    case 'create': {
      const [name = ''] = named('a name');
      if (typeof given.recipe !== 'string') throw usage('Say --recipe <name>: a challenge is of one recipe.');
      const flags = { reviewCounts: given['review-counts'] === true, daily: given.daily === true };
      return { action: 'challenge', what, name, recipe: given.recipe, from: fromOf(given), ...flags };
    }
    case 'change': {
      const [set] = named('the number of a challenge');
      const daily = either(given, 'daily', 'not-daily');
      const active = either(given, 'take-up', 'give-up');
      if (daily === undefined && active === undefined)
        throw usage('Say --daily, --not-daily, --give-up or --take-up.');
      const change = { ...(daily !== undefined && { daily }), ...(active !== undefined && { active }) };
      return { action: 'challenge', what, set: number(set), ...change };
    }
    case 'run': {
      const [set] = named('the number of a challenge');
      const { device } = given;
      const on = typeof device === 'string' ? { device: oneOf('device', device, DEVICES) } : {};
      return { action: 'challenge', what, set: number(set), ...on };
    }
    case 'certificate': {
      const [result, out = ''] = named('the number of a result', 'a file');
      if (!/\.html?$/i.test(out))
        throw usage('Name a file that ends in .html; the window makes a PDF of it.');
      return { action: 'challenge', what, result: whole('result', result ?? '', 1, MOST), out: resolve(out) };
    }
  }
}

function fromOf({ folder, list, run, part }: Given): Extract<ChallengeOptions, { what: 'create' }>['from'] {
  const said = [folder, list, run].filter((value) => value !== undefined);
  if (said.length !== 1) throw usage('Say --folder, --list or --run: where the known parts come from.');
  if (part !== undefined && run === undefined) throw usage('--part goes with --run.');
  if (typeof folder === 'string') return { folder: resolve(path('folder', folder)) };
  if (typeof list === 'string') return { list: resolve(path('list', list)) };
  const [wanted = '', ...more] = run as string[];
  if (more.length > 0) throw usage('Say one --run.');
  const runId = whole('run', wanted, 1, MOST);
  if (!Array.isArray(part)) return { runId };
  return { runId, partIds: part.map((one) => whole('part', one, 1, MOST)) };
}

function either(given: Given, yes: string, no: string): boolean | undefined {
  if (given[yes] === true && given[no] === true) throw usage(`--${yes} and --${no} say opposite things.`);
  if (given[yes] === true) return true;
  return given[no] === true ? false : undefined;
}
