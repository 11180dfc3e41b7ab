// The options behind `loupe train-head`.
// Runs anywhere. Unknown options and impossible values are wrong usage.
import { join } from 'node:path';
import { LoupeError } from '../../models/errors.ts';
import { PAPER_PROTOCOL, type TrainingSettings } from '../../models/train/plan.ts';
import { cacheFolder } from '../node/engine/text-cache.ts';
import type { TrainingEngine } from '../node/train/request.ts';
import { COMMON, common, MODEL, number, parse, path, whole } from './options.ts';

export interface TrainOptions {
  readonly roots: readonly string[];
  readonly out: string;
  readonly model: string;
  /** Instead of the name of each category's folder. */
  readonly product?: string;
  /** Empty means all. */
  readonly categories: readonly string[];
  readonly settings: TrainingSettings;
  readonly engine: Omit<TrainingEngine, 'packFolder'>;
  readonly from?: string;
  readonly restart: boolean;
  readonly cache: { readonly folder: string; readonly limit: number };
  readonly json: boolean;
}

const usage = (reason: string): LoupeError => new LoupeError('usage', { reason });
const GIGABYTE = 1e9;

/** Throws `usage`. */
export function trainOptions(args: readonly string[]): TrainOptions {
  const { values, positionals } = parse(args, {
    ...COMMON,
    ...MODEL,
    category: { type: 'string', multiple: true },
    out: { type: 'string' },
    epochs: { type: 'string' },
    lr: { type: 'string' },
    batch: { type: 'string' },
    seed: { type: 'string' },
    'no-shuffle': { type: 'boolean' },
    flip: { type: 'boolean' },
    validation: { type: 'string' },
    patience: { type: 'string' },
    from: { type: 'string' },
    restart: { type: 'boolean' },
    cache: { type: 'string' },
    'cache-limit': { type: 'string' },
  });
  const { product, out = '', category: categories = [], from, cache, head, method } = values;
  if (positionals.length === 0) throw usage('Name a folder in the layout of MVTec or VisA.');
  if (!/\.safetensors$/i.test(out)) throw usage('Name the new head with --out; it must end in .safetensors.');
  if (product?.trim() === '') throw usage('--product is empty.');
  if (head !== undefined) throw usage('To begin with an existing head, name it with --from.');
  if (method !== undefined && method !== 'sdp+') throw usage('Only the method sdp+ has a head to train.');
  if (values.sigma !== undefined) throw usage('--sigma smooths heat maps; a training has none.');
  if (values.tiles !== undefined)
    throw usage('--tiles is for inspecting; a training sees whole photographs.');
  if (values.calibration !== undefined)
    throw usage('--calibration is for inspecting; a training has no scores.');
  const { model, engine, json } = common(values);
  if ((engine.precision ?? 'fp32') !== 'fp32')
    throw usage('--precision is for inspecting; a training sees features in fp32.');
  const { method: _method, ...trainingEngine } = engine;
  return {
    roots: positionals,
    out,
    model,
    categories,
    settings: settingsOf(values),
    engine: trainingEngine,
    restart: values.restart ?? false,
    cache: {
      folder: cache === undefined ? join(cacheFolder(), 'training') : path('cache', cache),
      limit: number('cache-limit', values['cache-limit'] ?? '20', 0.000001, 1e6) * GIGABYTE,
    },
    json,
    ...(product !== undefined && { product }),
    ...(from !== undefined && { from: path('from', from) }),
  };
}

interface SettingValues {
  readonly epochs?: string | undefined;
  readonly lr?: string | undefined;
  readonly batch?: string | undefined;
  readonly seed?: string | undefined;
  readonly 'no-shuffle'?: boolean | undefined;
  readonly flip?: boolean | undefined;
  readonly validation?: string | undefined;
  readonly patience?: string | undefined;
}

/** The paper's numbers; its order only with --no-shuffle (Specification F-5). */
function settingsOf(values: SettingValues): TrainingSettings {
  const { epochs, lr, batch, seed, flip = false, validation = '0', patience = '0' } = values;
  const settings = {
    epochs: epochs === undefined ? PAPER_PROTOCOL.epochs : whole('epochs', epochs, 1, 10_000),
    rate: lr === undefined ? PAPER_PROTOCOL.rate : number('lr', lr, 1e-9, 1),
    batch: batch === undefined ? PAPER_PROTOCOL.batch : whole('batch', batch, 1, 256),
    seed: seed === undefined ? PAPER_PROTOCOL.seed : whole('seed', seed, 0, 2 ** 32 - 1),
    shuffle: !(values['no-shuffle'] ?? false),
    flip,
    validation: number('validation', validation, 0, 0.9),
    patience: whole('patience', patience, 0, 10_000),
  };
  if (settings.patience > 0 && settings.validation === 0) {
    throw usage('--patience needs photographs to judge by: add --validation 0.2.');
  }
  return settings;
}
