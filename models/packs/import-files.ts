// Finds what belongs to a checkpoint: the weights themselves in a folder, and the configs beside them.
// Runs in Node.
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { BUILT_IN_NAMES, builtInConfig } from '../clip/config/built-in.ts';
import { readConfig } from '../clip/config/read.ts';
import {
  colourScale,
  parseJson,
  type ColourScale,
  type ModelConfig,
  type Refuse,
} from '../clip/config/settings.ts';
import { LoupeError } from '../errors.ts';

/** In a folder of Hugging Face there may be several forms of the same weights; the first of these is taken. */
const WEIGHT_FILES = [
  'open_clip_model.safetensors',
  'model.safetensors',
  'open_clip_pytorch_model.bin',
  'pytorch_model.bin',
];
const WEIGHT_ENDINGS = ['.safetensors', '.pt', '.pth', '.bin'];
const CONFIG_FILES = { open_clip: ['open_clip_config.json', 'config.json'], hugging_face: ['config.json'] };
const PREPROCESSOR_FILE = 'preprocessor_config.json';
/** No config and no tokenizer is larger. */
const TEXT_LIMIT = 1 << 26;

export interface FoundConfig {
  /** The name of the file, or of a config that is known by name. */
  readonly name: string;
  readonly settings: ModelConfig;
}

/** The path of the weights that a user means by a file or a folder. Throws `data.folder_missing`, `weights.invalid`. */
export async function findWeights(source: string): Promise<string> {
  const path = resolve(source);
  const status = await stat(path).catch((error: unknown) => {
    throw new LoupeError('data.folder_missing', { path: source }, { cause: error });
  });
  if (!status.isDirectory()) return path;
  const files = (await readdir(path)).sort();
  const known = WEIGHT_FILES.find((name) => files.includes(name));
  if (known !== undefined) return join(path, known);
  const refuse = (reason: string): never => {
    throw new LoupeError('weights.invalid', { file: source, reason });
  };
  const [only, ...more] = files.filter((name) => WEIGHT_ENDINGS.includes(extname(name).toLowerCase()));
  if (files.some((name) => name.endsWith('.index.json')))
    return refuse('its weights are cut into several files, which Loupe does not join');
  if (only === undefined) return refuse('there is no .safetensors, .pt, .pth or .bin file in this folder');
  if (more.length > 0)
    return refuse(`there are several checkpoints in this folder; name one: ${[only, ...more].join(', ')}`);
  return join(path, only);
}

/**
 * The config that the user names (a file, or one of {@link BUILT_IN_NAMES}), else the one beside the weights, else null.
 *
 * @throws `usage` when the named one does not exist, `weights.invalid` when it cannot be used
 */
export async function findConfig(
  weights: string,
  naming: keyof typeof CONFIG_FILES,
  named: string | undefined,
): Promise<FoundConfig | null> {
  const refuseAs =
    (name: string): Refuse =>
    (reason) => {
      throw new LoupeError('weights.invalid', { file: weights, reason: `the config ${name} ${reason}` });
    };
  if (named === undefined) {
    for (const name of CONFIG_FILES[naming]) {
      const refuse = refuseAs(name);
      const json = await readText(join(dirname(weights), name));
      const settings = json === null ? null : readConfig(parseJson(json, refuse), refuse);
      if (settings) return { name, settings };
    }
    return null;
  }
  const refuse = refuseAs(named);
  const json = await readText(named);
  const config = json === null ? builtInConfig(named) : parseJson(json, refuse);
  if (!config) {
    const reason = `--config ${named} is neither a file nor one of ${BUILT_IN_NAMES.join(', ')}.`;
    throw new LoupeError('usage', { reason });
  }
  return {
    name: basename(named),
    settings:
      readConfig(config, refuse) ?? refuse('is neither one of open_clip nor one of Hugging Face CLIP'),
  };
}

/** Mean and standard deviation from the file in which Hugging Face keeps them; undefined where there is none. */
export async function findColourScale(weights: string): Promise<ColourScale | undefined> {
  const json = await readText(join(dirname(weights), PREPROCESSOR_FILE));
  if (json === null) return undefined;
  const refuse: Refuse = (reason) => {
    throw new LoupeError('weights.invalid', {
      file: weights,
      reason: `the ${PREPROCESSOR_FILE} beside it ${reason}`,
    });
  };
  const settings = parseJson(json, refuse);
  return colourScale(settings.image_mean, settings.image_std, refuse);
}

/** The text of a file, unpacked when it is gzipped; null when there is none. Throws `data.invalid`. */
export async function readText(path: string): Promise<string | null> {
  try {
    const { size } = await stat(path);
    if (size > TEXT_LIMIT) throw new Error('it is too large');
    const bytes = await readFile(path);
    const gzipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
    return (gzipped ? gunzipSync(bytes, { maxOutputLength: TEXT_LIMIT }) : bytes).toString();
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return null;
    const reason = error instanceof Error ? error.message : String(error);
    throw new LoupeError('data.invalid', { path, reason }, { cause: error });
  }
}
