// The words of a product → the two vectors that every patch is compared with: t_n (flawless) and t_a (damaged).
// Runs in the inference service (Node). Specification § A.
import { gunzipSync } from 'node:zlib';
import { readFile } from 'node:fs/promises';
import { Tensor } from 'onnxruntime-node';
import { cleanProduct, PROMPTS } from '../../../models/clip-ad/prompts.ts';
import { DEFAULT_PROFILE, representativeVector, VISA_PROFILE } from '../../../models/clip-ad/rvs.ts';
import { ClipTokenizer } from '../../../models/clip/bpe.ts';
import { textGraph } from '../../../models/clip/text-graph.ts';
import { byBeginning, tokenTree, type TokenTree } from '../../../models/clip/token-tree.ts';
import { readTextWeights } from '../../../models/clip/weights.ts';
import { LoupeError } from '../../../models/errors.ts';
import { parseNpy } from '../../../models/npy.ts';
import { packWeights, type OpenedPack } from '../../../models/packs/open.ts';
import type { Comparison, Rvs, RvsProfile } from '../../common/inference-service.ts';
import { openOnnx, type OnnxOptions, type OnnxSession } from './onnx.ts';
import type { TextCache } from './text-cache.ts';

/** Prompts per run of the text tower: many enough to have beginnings in common, few enough to report progress. */
const BATCH = 64;
const MERGES_LIMIT = 1 << 26;

/** Both vectors behind each other: [2, D], rows t_n, t_a. */
export type TextFeatures = Float32Array;

/**
 * Reads features from a float32 .npy [2, D], rows normal and abnormal, and uses them as they are. Throws
 * `text.features_invalid`.
 */
export async function readTextFeatures(file: string, dim: number): Promise<TextFeatures> {
  const fail = (reason: string): never => {
    throw new LoupeError('text.features_invalid', { file, reason, dim });
  };
  const bytes = await readFile(file).catch((error: unknown) =>
    fail(error instanceof Error ? error.message : 'unreadable'),
  );
  const { data, shape } = parseNpyOr(
    new Uint8Array(bytes),
    file,
    fail,
  ); /* a Buffer's slice() would be a view */
  if (!(data instanceof Float32Array)) return fail('it does not hold float32');
  if (shape.length !== 2 || shape[0] !== 2 || shape[1] !== dim)
    return fail(`its shape is [${shape.join(', ')}]`);
  if (!data.every(Number.isFinite)) return fail('it holds values that are not finite');
  return data;
}

function parseNpyOr(bytes: Uint8Array, file: string, fail: (reason: string) => never) {
  try {
    return parseNpy(bytes, file);
  } catch (error) {
    return fail(error instanceof LoupeError ? String(error.params.reason) : 'it cannot be read');
  }
}

export interface WordsOptions extends OnnxOptions {
  readonly product: string;
  readonly rvs: Rvs;
  readonly rvsProfile: RvsProfile;
  /** Whose prompts; CLIP-AD's when absent. */
  readonly comparison?: Comparison;
  readonly cache: TextCache;
  readonly progress: (done: number, total: number) => void;
}

/**
 * Encodes the prompt ensemble of a product, or finds it in the cache. Throws `text.empty`, `text.no_tokenizer`,
 * `usage` when the words do not fit into the model's context, and what the text tower throws.
 */
export async function encodeWords(pack: OpenedPack, options: WordsOptions): Promise<TextFeatures> {
  const product = cleanProduct(options.product);
  const { rvs, rvsProfile, comparison } = options;
  const { normal, abnormal } = PROMPTS[comparison ?? 'clip-ad'](product);
  const prompts = [...normal, ...abnormal];
  const { architecture, tokenizer, files } = pack.manifest;
  const { embedDim } = architecture;
  const merges = files.find(({ path }) => path === tokenizer?.file)?.sha256;
  const profile = rvsProfile === 'visa' ? VISA_PROFILE : DEFAULT_PROFILE;
  const how = rvs === 'dbscan' ? [rvs, profile] : [rvs];
  const key = JSON.stringify([pack.modelSha256, architecture, merges, how, normal.length, prompts]);
  const known = await options.cache.get(key, 2 * embedDim);
  if (known) return known;

  const embeddings = await embed(pack, prompts, options);
  const border = normal.length * embedDim;
  const features = new Float32Array(2 * embedDim);
  features.set(representativeVector(embeddings.subarray(0, border), embedDim, rvs, profile));
  features.set(representativeVector(embeddings.subarray(border), embedDim, rvs, profile), embedDim);
  await options.cache.put(key, features);
  return features;
}

/**
 * The tokenizer of a pack and the ONNX model of its text tower. Throws `text.no_tokenizer`, `data.invalid` for a bad list
 * of merges, `weights.invalid`, `weights.mismatch`.
 */
export function buildTextModel(pack: OpenedPack) {
  const { architecture, tokenizer } = pack.manifest;
  if (!tokenizer || !architecture.text) throw new LoupeError('text.no_tokenizer');
  const weights = readTextWeights(packWeights(pack), architecture);
  return {
    tokenizer: ClipTokenizer.fromMerges(readMerges(pack, tokenizer.file), tokenizer.file),
    contextLength: architecture.text.contextLength,
    model: textGraph({ architecture, weights }).toModel(),
  };
}

/** Row-major [prompts, D], rows of length 1. */
async function embed(
  pack: OpenedPack,
  prompts: readonly string[],
  options: WordsOptions,
): Promise<Float32Array> {
  const { tokenizer, contextLength, model } = buildTextModel(pack);
  const texts = prompts.map((prompt) => tokenizer.encode(prompt));
  // A prompt that is cut off would lose its state ("… with scratch"): better no answer than a wrong one.
  if (texts.some(({ length }) => length > contextLength)) {
    throw new LoupeError('usage', {
      reason: 'The product words are too long for this model. Use fewer words.',
    });
  }
  const { embedDim } = pack.manifest.architecture;
  const order = byBeginning(texts);
  const session = await openOnnx(model, options);
  try {
    const embeddings = new Float32Array(prompts.length * embedDim);
    for (let done = 0; done < order.length; done += BATCH) {
      options.progress(done, prompts.length);
      const batch = order.slice(done, done + BATCH);
      const rows = await runBatch(session, tokenTree(batch.map((i) => texts[i] ?? [])));
      batch.forEach((i, row) =>
        embeddings.set(rows.subarray(row * embedDim, (row + 1) * embedDim), i * embedDim),
      );
    }
    options.progress(prompts.length, prompts.length);
    return embeddings;
  } finally {
    session.dispose();
  }
}

async function runBatch(
  session: OnnxSession,
  { ids, depths, paths, length, places }: TokenTree,
): Promise<Float32Array> {
  const integers = (values: Int32Array, ...shape: number[]): Tensor =>
    new Tensor('int64', BigInt64Array.from(values, BigInt), shape);
  const feeds = {
    ids: integers(ids, ids.length),
    depths: integers(depths, ids.length),
    paths: integers(paths, paths.length / length, length),
    places: integers(places, ids.length),
  };
  const { embedding } = await session.run(feeds, ['embedding']);
  const rows = embedding?.data;
  if (rows instanceof Float32Array && rows.every(Number.isFinite)) return rows;
  throw new LoupeError('session.failed', {
    reason: 'the text tower answered with values that are not finite',
  });
}

/** OpenAI's list of merges comes gzipped, Hugging Face's as plain text. */
function readMerges(pack: OpenedPack, file: string): string {
  const bytes = pack.bytes(file);
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return new TextDecoder().decode(bytes);
  try {
    return gunzipSync(bytes, { maxOutputLength: MERGES_LIMIT }).toString();
  } catch (error) {
    const reason = `${file} cannot be unpacked`;
    throw new LoupeError('pack.invalid', { pack: pack.manifest.id, reason }, { cause: error });
  }
}
