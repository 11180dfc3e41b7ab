// The command line as values: which options each command has, how they are checked, and the help text.
// Runs in Node (command line).
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { LoupeError } from '../../models/errors.ts';
import { RVS_METHODS } from '../../models/clip-ad/rvs.ts';
import type {
  Comparison,
  Device,
  Method,
  Precision,
  Rvs,
  RvsProfile,
  SessionOptions,
  Tap,
} from '../common/inference-service.ts';

export const DEFAULT_MODEL = 'loupe-mini';

const METHODS = ['base', 'sdp', 'sdp+'] as const satisfies Method[];
const TAPS = ['official', 'clean'] as const satisfies Tap[];
const DEVICES = ['auto', 'cpu', 'dml', 'cuda', 'webgpu', 'coreml'] as const satisfies Device[];
const RVS_PROFILES = ['default', 'visa'] as const satisfies RvsProfile[];
const COMPARISONS = ['clip', 'winclip'] as const satisfies Comparison[];
const PRECISIONS = ['fp32', 'fp16', 'int8'] as const satisfies Precision[];
const SCORES = ['official', 'online'] as const;
export type ScoreKind = (typeof SCORES)[number];

const usage = (reason: string): LoupeError => new LoupeError('usage', { reason });

export const COMMON = {
  json: { type: 'boolean' },
  verbose: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsOptionsConfig;

/** What decides the numbers, the same for every command that inspects. */
export const MODEL = {
  product: { type: 'string' },
  model: { type: 'string' },
  method: { type: 'string' },
  head: { type: 'string' },
  tap: { type: 'string' },
  rvs: { type: 'string' },
  'rvs-profile': { type: 'string' },
  sigma: { type: 'string' },
  'image-size': { type: 'string' },
  tiles: { type: 'string' },
  'text-features': { type: 'string' },
  calibration: { type: 'string' },
  device: { type: 'string' },
  precision: { type: 'string' },
  threads: { type: 'string' },
} as const satisfies ParseArgsOptionsConfig;

type ModelValues = { readonly [K in keyof typeof MODEL]?: string | undefined };

/** Everything of a session but the pack's folder and the words. */
export type EngineOptions = Omit<SessionOptions, 'packFolder' | 'product'>;

export interface InspectOptions {
  readonly inputs: readonly string[];
  readonly model: string;
  /** '' only where text features stand in for the words. */
  readonly product: string;
  readonly engine: EngineOptions;
  readonly json: boolean;
  /** The words for a photograph are the name of the first folder on the way to it; `product` is '' then. */
  readonly productFromFolder: boolean;
  /** A file that the workstation exported: it brings words, model and thresholds. */
  readonly recipe?: string;
  readonly maps?: string;
  readonly overlays?: string;
}

export interface EvaluateOptions {
  readonly root: string;
  readonly model: string;
  /** Instead of the name of each category's folder. */
  readonly product?: string;
  /** Empty means all. */
  readonly categories: readonly string[];
  readonly score: ScoreKind;
  /** Methods to measure beside the chosen one. */
  readonly comparisons: readonly Comparison[];
  readonly engine: EngineOptions;
  readonly json: boolean;
  readonly report?: string;
}

export interface ModelOptions {
  readonly action: 'list' | 'verify' | 'seal';
  /** Packs to verify or to seal, and where the self-test of verify runs. */
  readonly packs: readonly string[];
  readonly engine: Pick<EngineOptions, 'device' | 'threads' | 'precision'>;
  readonly json: boolean;
}

/** Throws `usage`, as all functions here that read options. */
export function inspectOptions(args: readonly string[]): InspectOptions {
  const { values, positionals } = parse(args, {
    ...COMMON,
    ...MODEL,
    'product-from-folder': { type: 'boolean' },
    recipe: { type: 'string' },
    maps: { type: 'string' },
    overlays: { type: 'string' },
  });
  const { product = '', maps, overlays, recipe } = values;
  if (positionals.length === 0) throw usage('Name a photograph or a folder of photographs.');
  const productFromFolder = values['product-from-folder'] ?? false;
  if (productFromFolder && (product !== '' || values['text-features'] !== undefined))
    throw usage('--product-from-folder goes without --product and --text-features.');
  if (recipe !== undefined) mustNotDecide(values);
  else if (!productFromFolder && product.trim() === '' && values['text-features'] === undefined) {
    throw usage('Say what the parts are with --product, for example --product "metal nut".');
  }
  return {
    inputs: positionals,
    product,
    productFromFolder,
    ...common(values),
    ...(recipe !== undefined && { recipe: path('recipe', recipe) }),
    ...(maps !== undefined && { maps: path('maps', maps) }),
    ...(overlays !== undefined && { overlays: path('overlays', overlays) }),
  };
}

/** What a recipe says; each of these beside it would make it another recipe. */
const OF_A_RECIPE = [
  'product',
  'product-from-folder',
  'model',
  'method',
  'tap',
  'rvs',
  'rvs-profile',
  'sigma',
  'text-features',
] as const;

function mustNotDecide(values: Partial<Record<(typeof OF_A_RECIPE)[number], string | boolean>>): void {
  const given = OF_A_RECIPE.find((name) => values[name] !== undefined);
  if (given !== undefined) throw usage(`--recipe says that itself: leave --${given} away.`);
}

export function evaluateOptions(args: readonly string[]): EvaluateOptions {
  const { values, positionals } = parse(args, {
    ...COMMON,
    ...MODEL,
    category: { type: 'string', multiple: true },
    score: { type: 'string' },
    compare: { type: 'boolean' },
    report: { type: 'string' },
  });
  const [root, ...more] = positionals;
  if (root === undefined || more.length > 0) throw usage('Name one folder in the layout of MVTec or VisA.');
  const { product, category: categories = [], score = 'official', report } = values;
  if (product?.trim() === '') throw usage('--product is empty.');
  if (report !== undefined && !/\.(csv|html?)$/i.test(report))
    throw usage('--report must end in .csv or .html.');
  return {
    root,
    categories,
    score: oneOf('score', score, SCORES),
    comparisons: values.compare ? COMPARISONS : [],
    ...common(values),
    ...(product !== undefined && { product }),
    ...(report !== undefined && { report }),
  };
}

export function modelOptions(args: readonly string[]): ModelOptions {
  const { values, positionals } = parse(args, {
    ...COMMON,
    device: MODEL.device,
    precision: MODEL.precision,
    threads: MODEL.threads,
  });
  const [action, ...packs] = positionals;
  if (action !== 'list' && action !== 'verify' && action !== 'seal')
    throw usage('Use "loupe model list", "verify", "import", "fetch" or "seal".');
  if (action === 'list' && packs.length > 0) throw usage('"loupe model list" takes no names.');
  if (action === 'seal' && packs.length !== 1) throw usage('Name the one pack folder to seal.');
  return {
    action,
    packs: packs.length > 0 ? packs : [DEFAULT_MODEL],
    engine: engineOptions(values),
    json: values.json ?? false,
  };
}

/** Seen before the options are parsed, so that even a wrong command line can be asked for its stack. */
export const wantsVerbose = (args: readonly string[]): boolean => args.includes('--verbose');
export const wantsHelp = (args: readonly string[]): boolean => args.includes('--help') || args.includes('-h');

export function common(values: ModelValues & { json?: boolean | undefined }) {
  return { model: values.model ?? DEFAULT_MODEL, engine: engineOptions(values), json: values.json ?? false };
}

function engineOptions(values: ModelValues): EngineOptions {
  const { method, tap, rvs, sigma, head, device, threads, precision } = values;
  const textFeatures = values['text-features'];
  const [profile, imageSize] = [values['rvs-profile'], values['image-size']];
  return {
    ...(method !== undefined && { method: oneOf('method', method, METHODS) }),
    ...(tap !== undefined && { tap: oneOf('tap', tap, TAPS) }),
    ...(rvs !== undefined && { rvs: oneOf<Rvs>('rvs', rvs, RVS_METHODS) }),
    ...(profile !== undefined && { rvsProfile: oneOf('rvs-profile', profile, RVS_PROFILES) }),
    ...(imageSize !== undefined && { imageSize: whole('image-size', imageSize, 8, 2048) }),
    ...(values.tiles !== undefined && { scales: scales(values.tiles) }),
    ...(sigma !== undefined && { sigma: number('sigma', sigma, 0, 256) }),
    ...(head !== undefined && { head: path('head', head) }),
    ...(textFeatures !== undefined && { textFeatures: path('text-features', textFeatures) }),
    ...(values.calibration !== undefined && { calibration: path('calibration', values.calibration) }),
    ...(device !== undefined && { device: oneOf('device', device, DEVICES) }),
    ...(precision !== undefined && { precision: oneOf('precision', precision, PRECISIONS) }),
    ...(threads !== undefined && { threads: whole('threads', threads, 1, 1024) }),
  };
}

export function parse<T extends ParseArgsOptionsConfig>(args: readonly string[], options: T) {
  const parsed = parsedOf(args, options);
  // What a script makes of a variable that is not set; as a path it would be the folder one happens to be in.
  if (parsed.positionals.includes('')) throw usage('One of the names is empty.');
  return parsed;
}

function parsedOf<T extends ParseArgsOptionsConfig>(args: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    const [text = ''] = (error instanceof Error ? error.message : String(error)).split(/\. |\n/);
    const option = /'(?:-\w, )?(--[\w-]+).*ambiguous/.exec(text)?.[1];
    const reason =
      option === undefined
        ? `${text.replace(/\.$/, '')}.`
        : `${option} needs a value; one that begins with a dash is written ${option}=<value>.`;
    throw new LoupeError('usage', { reason }, { cause: error });
  }
}

export function oneOf<T extends string>(name: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((one) => one === value);
  if (found === undefined) throw usage(`--${name} must be one of ${allowed.join(', ')}; it is "${value}".`);
  return found;
}

export function number(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= min && value <= max) return value;
  throw usage(`--${name} must be a number from ${min} to ${max}; it is "${text}".`);
}

export function whole(name: string, text: string, min: number, max: number): number {
  const value = number(name, text, min, max);
  if (!Number.isInteger(value)) throw usage(`--${name} must be a whole number; it is "${text}".`);
  return value;
}

/** "2,4" → [2, 4]: whole numbers with commas between them. */
const scales = (text: string): number[] => text.split(',').map((one) => whole('tiles', one, 1, 8));

export function path(name: string, text: string): string {
  if (text === '') throw usage(`--${name} is empty.`);
  return text;
}
