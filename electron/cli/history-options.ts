// The options behind `loupe history`, and where the history is.
// Runs in Node (command line). Unknown options and impossible values are wrong usage.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { LoupeError } from '../../models/errors.ts';
import type { GroupBy } from '../common/statistics.ts';
import type { Selection } from '../common/history-service.ts';
import { KEPT_BACKUPS } from '../node/store/backups.ts';
import type { Format } from '../node/report/export.ts';
import { dataFolders } from './data-folder.ts';
import { CARE, CARE_ACTIONS, careOptions, isCare, type CareOptions } from './history-care-options.ts';
import { CHALLENGE, challengeOptions, type ChallengeOptions } from './history-challenge-options.ts';
import { COMMON, oneOf, parse, path, whole } from './options.ts';

interface Common {
  /** The data folder. */
  readonly folder: string;
  readonly json: boolean;
}

export type HistoryOptions = Common &
  (
    | {
        readonly action: 'verify';
        readonly code?: string;
        /** Of these runs. */
        readonly images: boolean;
        readonly selection: Selection;
      }
    | { readonly action: 'info'; readonly part: number | null }
    | CareOptions
    | ChallengeOptions
    | { readonly action: 'users'; readonly resetPin?: string }
    | { readonly action: 'backup'; readonly target: string; readonly keep: number }
    | { readonly action: 'restore'; readonly backup: string; readonly yes: boolean }
    | { readonly action: 'stats'; readonly selection: Selection; readonly by: GroupBy }
    | {
        readonly action: 'export';
        readonly out: string;
        readonly format: Format;
        readonly selection: Selection;
        readonly by: GroupBy;
        readonly pictures: number;
      }
  );

const usage = (reason: string): LoupeError => new LoupeError('usage', { reason });
const ACTIONS = [
  ...(['verify', 'info', 'users', 'backup', 'restore', 'export', 'stats', 'challenge'] as const),
  ...CARE_ACTIONS,
] as const;
const GROUPS = ['run', 'lot', 'recipe', 'day'] as const satisfies GroupBy[];
const FORMATS = ['csv', 'jsonl', 'html'] as const satisfies Format[];
const MOST_PICTURES = 2000;

const CHOOSE = {
  run: { type: 'string', multiple: true },
  lot: { type: 'string' },
  recipe: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
} as const;
const SELECT = { ...CHOOSE, by: { type: 'string' } } as const;

/** Throws `usage`; `history.missing` when no data folder was named and none is to be found. */
export function historyOptions(args: readonly string[]): HistoryOptions {
  const [action, ...rest] = args;
  const known = ACTIONS.find((one) => one === action);
  if (!known) throw usage(`Use "loupe history ${ACTIONS.join('", "')}".`);
  const { values, positionals } = parse(rest, {
    ...COMMON,
    data: { type: 'string' },
    ...(known === 'verify' &&
      ({ code: { type: 'string' }, images: { type: 'boolean' }, ...CHOOSE } as const)),
    ...(known === 'info' && { part: { type: 'string' } as const }),
    ...(isCare(known) && CARE[known]),
    ...(known === 'challenge' && CHALLENGE),
    ...(known === 'users' && { 'reset-pin': { type: 'string' } as const }),
    ...(known === 'backup' && { keep: { type: 'string' } as const }),
    ...(known === 'restore' && { yes: { type: 'boolean' } as const }),
    ...((known === 'stats' || known === 'export') && SELECT),
    ...(known === 'export' && { format: { type: 'string' } as const, pictures: { type: 'string' } as const }),
  });
  const given = values as Readonly<Record<string, string | boolean | string[] | undefined>>;
  const text = (name: string): string | undefined => given[name] as string | undefined;
  const [first, ...more] = positionals;
  const one = (what: string): string => {
    if (first === undefined || more.length > 0) throw usage(`Name one ${what}.`);
    return resolve(first);
  };
  const alone = ['verify', 'info', 'users', 'stats'].includes(known);
  if (alone && first !== undefined) {
    throw usage(`"loupe history ${known}" takes no "${first}".`);
  }
  const data = text('data');
  const common = {
    folder: data === undefined ? defaultDataFolder() : resolve(path('data', data)),
    json: given.json === true,
  };
  switch (known) {
    case 'info': {
      const part = text('part');
      const wanted = part === undefined ? null : whole('part', part, 1, Number.MAX_SAFE_INTEGER);
      return { ...common, action: known, part: wanted };
    }
    case 'challenge':
      return { ...common, ...challengeOptions(given, positionals) };
    case 'retain':
    case 'rejudge':
    case 'compare':
      return { ...common, ...careOptions(known, given, positionals) };
    case 'users': {
      const resetPin = text('reset-pin');
      return { ...common, action: known, ...(resetPin !== undefined && { resetPin }) };
    }
    case 'verify': {
      const code = text('code');
      const images = given.images === true;
      const choice = Object.keys(CHOOSE).find((name) => given[name] !== undefined);
      if (!images && choice !== undefined)
        throw usage(`--${choice} chooses photographs and goes with --images: the chain is checked whole.`);
      return {
        ...{ ...common, action: known, images, selection: selection(given).selection },
        ...(code !== undefined && { code }),
      };
    }
    case 'backup': {
      const keep = whole('keep', text('keep') ?? String(KEPT_BACKUPS), 1, 1000);
      return { ...common, action: known, target: one('folder for the backup'), keep };
    }
    case 'restore':
      return { ...common, action: known, backup: one('backup'), yes: given.yes === true };
    case 'stats':
      return { ...common, action: known, ...selection(given) };
    case 'export': {
      const out = one('file to write');
      const format = formatOf(out, text('format'));
      const pictures = whole('pictures', text('pictures') ?? '60', 0, MOST_PICTURES);
      return { ...common, action: known, out, format, pictures, ...selection(given) };
    }
  }
}

function formatOf(out: string, named: string | undefined): Format {
  const ending = /\.(csv|jsonl|html?)$/i.exec(out)?.[1]?.toLowerCase().replace(/^htm$/, 'html');
  const format = named ?? ending;
  if (format === undefined) throw usage('Name a file that ends in .csv, .jsonl or .html, or say --format.');
  return oneOf('format', format, FORMATS);
}

function selection(given: Readonly<Record<string, unknown>>): { selection: Selection; by: GroupBy } {
  const runs = given.run as string[] | undefined;
  const [lot, recipe, since, until] = [given.lot, given.recipe, given.from, given.to] as (
    string | undefined
  )[];
  const [from, to] = [time('from', since), time('to', until)];
  return {
    by: oneOf('by', (given.by as string | undefined) ?? 'run', GROUPS),
    selection: {
      ...(runs && { runIds: runs.map((run) => whole('run', run, 1, Number.MAX_SAFE_INTEGER)) }),
      ...{ lot, recipe, from, to },
    },
  };
}

/** A day, or a moment; without a zone it is UTC, as everything in the history. */
function time(name: string, given: string | undefined): string | undefined {
  if (given === undefined) return undefined;
  const zoned = /^\d{4}-\d\d-\d\d$/.test(given) || /(Z|[+-]\d\d:\d\d)$/.test(given) ? given : `${given}Z`;
  const ms = /^\d{4}-\d\d-\d\d/.test(given) ? Date.parse(zoned) : NaN;
  if (Number.isNaN(ms))
    throw usage(`--${name} must be like 2026-11-23 or 2026-11-23T07:30; it is "${given}".`);
  return new Date(ms).toISOString();
}

/** Where the workstation keeps its data: LOUPE_DATA, else the system's place for programs. */
function defaultDataFolder(env = process.env): string {
  const folders = dataFolders(env);
  const found = env.LOUPE_DATA
    ? folders[0]
    : folders.find((folder) => existsSync(join(folder, 'history/loupe.db')));
  if (!found) throw new LoupeError('history.missing', { path: folders.join(', ') });
  return found;
}
