// Small CLIP models for tests, from the reference data or random, and a way to run a graph in ONNX Runtime.
// Runs in the tests (Node).
import * as ort from 'onnxruntime-node';
import type { ClipArchitecture, TransformerShape } from '../../models/clip/architecture.ts';
import { parseSafetensors } from '../../models/clip/safetensors.ts';
import type { TensorSource } from '../../models/clip/tensor-source.ts';
import type { Preprocessing } from '../../models/clip-ad/vision-graph.ts';
import { goldenBytes } from './golden.ts';

/** The model of golden/clip. */
export const GOLDEN_CLIP: ClipArchitecture = {
  embedDim: 48,
  activation: 'gelu',
  vision: { width: 128, layers: 8, heads: 2, mlpWidth: 32, patch: 12, imageSize: 72 },
  text: { width: 64, layers: 2, heads: 1, mlpWidth: 256, contextLength: 77, vocabSize: 512 },
};

export const PREPROCESSING: Preprocessing = {
  mean: [0.48145466, 0.4578275, 0.40821073],
  std: [0.26862954, 0.26130258, 0.27577711],
};

export const goldenWeights = (path = 'clip/open_clip_model.safetensors'): TensorSource =>
  parseSafetensors(goldenBytes(path), path);

/** Uniform random numbers in [-1, 1), the same for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * 2 - 1;
  };
}

export const randomFloats = (length: number, random: () => number, scale = 1): Float32Array =>
  Float32Array.from({ length }, () => scale * random());

/** A source of tensors that are held in memory. */
export function memorySource(
  tensors: ReadonlyMap<string, { shape: readonly number[]; data: Float32Array }>,
): TensorSource {
  const find = (name: string) => {
    const tensor = tensors.get(name);
    if (!tensor) throw new Error(`no tensor ${name}`);
    return tensor;
  };
  return {
    metadata: {},
    names: () => [...tensors.keys()],
    has: (name) => tensors.has(name),
    shape: (name) => find(name).shape,
    dtype: () => 'F32',
    float32: (name) => find(name).data.slice(),
  };
}

/** Random weights in open_clip's names; the vision tower, and the text tower when the architecture has one. */
export function randomClip(architecture: ClipArchitecture, seed = 1): TensorSource {
  const random = randomNumbers(seed);
  const tensors = new Map<string, { shape: readonly number[]; data: Float32Array }>();
  const put = (name: string, shape: readonly number[], scale: number, offset = 0): void => {
    const length = shape.reduce((a, b) => a * b, 1);
    tensors.set(name, { shape, data: randomFloats(length, random, scale).map((x) => x + offset) });
  };
  const norm = (name: string, width: number): void => {
    put(`${name}.weight`, [width], 0.2, 1);
    put(`${name}.bias`, [width], 0.1);
  };
  const linear = (weight: string, bias: string, from: number, to: number): void => {
    put(weight, [to, from], Math.sqrt(3 / from));
    put(bias, [to], 0.1);
  };
  const blocks = (path: string, { width, layers, mlpWidth }: TransformerShape): void => {
    for (let i = 0; i < layers; i++) {
      const at = `${path}.${i}`;
      norm(`${at}.ln_1`, width);
      linear(`${at}.attn.in_proj_weight`, `${at}.attn.in_proj_bias`, width, 3 * width);
      linear(`${at}.attn.out_proj.weight`, `${at}.attn.out_proj.bias`, width, width);
      norm(`${at}.ln_2`, width);
      linear(`${at}.mlp.c_fc.weight`, `${at}.mlp.c_fc.bias`, width, mlpWidth);
      linear(`${at}.mlp.c_proj.weight`, `${at}.mlp.c_proj.bias`, mlpWidth, width);
    }
  };
  const { vision, text, embedDim } = architecture;
  put('visual.conv1.weight', [vision.width, 3, vision.patch, vision.patch], 1 / vision.patch);
  put('visual.class_embedding', [vision.width], 0.5);
  put('visual.positional_embedding', [1 + (vision.imageSize / vision.patch) ** 2, vision.width], 0.5);
  norm('visual.ln_pre', vision.width);
  blocks('visual.transformer.resblocks', vision);
  norm('visual.ln_post', vision.width);
  put('visual.proj', [vision.width, embedDim], 1 / Math.sqrt(vision.width));
  if (text) {
    put('token_embedding.weight', [text.vocabSize, text.width], 0.5);
    put('positional_embedding', [text.contextLength, text.width], 0.5);
    blocks('transformer.resblocks', text);
    norm('ln_final', text.width);
    put('text_projection', [text.width, embedDim], 1 / Math.sqrt(text.width));
  }
  return memorySource(tensors);
}

/** B random photographs of S x S pixels as the graphs take them. */
export function randomImages(batch: number, size: number, seed = 1): ort.Tensor {
  const random = randomNumbers(seed);
  const data = Uint8Array.from({ length: batch * size * size * 3 }, () => 127.5 * (1 + random()));
  return new ort.Tensor('uint8', data, [batch, size, size, 3]);
}

export interface Output {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

/** Runs a model once on the processor; all its outputs must be float32. */
export async function runModel(
  model: Uint8Array,
  feeds: Readonly<Record<string, ort.Tensor>>,
): Promise<Readonly<Record<string, Output>>> {
  const options = { executionProviders: ['cpu'], intraOpNumThreads: 1, logSeverityLevel: 3 } as const;
  const session = await ort.InferenceSession.create(model, options);
  const results = await session.run(feeds);
  const outputs = Object.entries(results).map(([name, { data, dims }]): [string, Output] => {
    if (!(data instanceof Float32Array)) throw new Error(`${name} is not float32`);
    return [name, { data, dims }];
  });
  await session.release();
  return Object.fromEntries(outputs);
}
