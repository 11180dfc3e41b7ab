// What a model's config file may state, and the checks that the readers of such files share.
// Runs anywhere (pure TypeScript).
import type { Activation, TextArchitecture, VisionArchitecture } from '../architecture.ts';

type Triple = readonly [number, number, number];
/** Per colour channel, for values 0..1. */
export interface ColourScale {
  readonly mean: Triple;
  readonly std: Triple;
}

type Stated<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** Everything is optional: what a config leaves out is read from the weights. */
export interface ModelConfig {
  readonly embedDim?: number | undefined;
  readonly vision: Stated<VisionArchitecture>;
  readonly text: Stated<TextArchitecture>;
  /** Only when the config says so itself. */
  readonly activation?: Activation | undefined;
  /** What the program that the config belongs to takes when the config is silent. */
  readonly defaultActivation: Activation;
  readonly preprocessing?: ColourScale | undefined;
}

/** Throws an error that says: the config … */
export type Refuse = (reason: string) => never;
export type Settings = Readonly<Record<string, unknown>>;

export const isSettings = (value: unknown): value is Settings =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function parseJson(json: string, refuse: Refuse): Settings {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return refuse('is not valid JSON');
  }
  return isSettings(value) ? value : refuse('is not a JSON object');
}

/** A positive number; undefined when it is left out. */
export function numberOf(settings: Settings, key: string, refuse: Refuse): number | undefined {
  const value = settings[key] ?? undefined;
  if (value === undefined || (typeof value === 'number' && value > 0)) return value;
  return refuse(`gives ${key} as ${JSON.stringify(value).slice(0, 60)}`);
}

/** Undefined when both are left out. */
export function colourScale(mean: unknown, std: unknown, refuse: Refuse): ColourScale | undefined {
  if (mean === undefined && std === undefined) return undefined;
  if (isTriple(mean) && isTriple(std) && std.every((value) => value > 0)) return { mean, std };
  return refuse('gives a mean and a standard deviation that are not three numbers each');
}

const isTriple = (value: unknown): value is Triple =>
  Array.isArray(value) && value.length === 3 && value.every((item) => Number.isFinite(item));

/**
 * Refuses what is switched on and not understood: a model that is computed without it would give wrong numbers, not an
 * error.
 *
 * @param known keys that are read elsewhere or change nothing
 * @param plain other keys, with the one value that is plain CLIP
 */
export function refuseUnknown(
  settings: Settings,
  known: readonly string[],
  plain: Settings,
  refuse: Refuse,
): void {
  const strange = Object.entries(settings).find(
    ([key, value]) => Boolean(value) && !known.includes(key) && plain[key] !== value,
  );
  if (strange)
    refuse(`sets ${strange[0]} to ${JSON.stringify(strange[1]).slice(0, 60)}, which is not plain CLIP`);
}
