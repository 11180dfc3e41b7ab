// Reads the weights of a CLIP tower under one set of names, whichever program wrote the file.
// Runs anywhere (pure TypeScript on bytes). Specification § H.4.
import { LoupeError } from '../errors.ts';
import type { ClipArchitecture, TransformerShape } from './architecture.ts';
import type { TensorSource } from './tensor-source.ts';
import { WEIGHT_NAMES, type WeightNames } from './weight-names.ts';

/** y = x · weight + bias, with `weight` [in, out]: transposed from the file, ready for a MatMul. */
export interface Linear {
  readonly weight: Float32Array;
  readonly bias: Float32Array;
}

/** A layer normalisation, both [W]. */
export interface Norm {
  readonly scale: Float32Array;
  readonly bias: Float32Array;
}

/** One transformer block of width W. */
export interface BlockWeights {
  readonly norm1: Norm;
  /** W → 3W: queries, keys, values. */
  readonly qkv: Linear;
  readonly out: Linear;
  readonly norm2: Norm;
  readonly mlpIn: Linear;
  readonly mlpOut: Linear;
}

/** The blocks of a tower from the first to the last: an array, or blocks that are read one at a time, each time anew. */
interface Blocks extends Iterable<BlockWeights> {
  readonly length: number;
}

export interface VisionWeights {
  /** [W, 3, P, P], no bias. */
  readonly patch: Float32Array;
  /** [W] */
  readonly classEmbedding: Float32Array;
  /** [1 + N, W], row 0 = CLS. */
  readonly position: Float32Array;
  readonly normPre: Norm;
  readonly blocks: Blocks;
  readonly normPost: Norm;
  /** [W, D], used as x · projection. */
  readonly projection: Float32Array;
}

export interface TextWeights {
  /** [vocabulary, W] */
  readonly token: Float32Array;
  /** [context length, W] */
  readonly position: Float32Array;
  readonly blocks: readonly BlockWeights[];
  readonly normFinal: Norm;
  /** [W, D], used as x · projection. */
  readonly projection: Float32Array;
}

export interface WeightLayout {
  readonly naming: keyof typeof WEIGHT_NAMES;
  /** What stands before every name: `module.` in files saved by a data-parallel training. */
  readonly prefix: '' | 'module.';
}

/**
 * Finds out which program's names a file uses. The file may hold one of the two towers or both.
 *
 * @param file name for the error text
 * @throws `weights.invalid` when it is none of them
 */
export function detectLayout(source: TensorSource, file = 'weights'): WeightLayout {
  for (const naming of ['open_clip', 'hugging_face'] as const) {
    const { vision, text } = WEIGHT_NAMES[naming];
    for (const prefix of ['', 'module.'] as const) {
      if (source.has(prefix + vision.patch) || source.has(prefix + text.token)) return { naming, prefix };
    }
  }
  const reason =
    'the file holds neither the tensor names of OpenAI and open_clip nor those of Hugging Face CLIP';
  throw new LoupeError('weights.invalid', { file, reason });
}

/** Reads one tensor of a known shape; `refuse` makes the error when it is missing or has another shape. */
export function readTensor(
  source: TensorSource,
  name: string,
  shape: readonly number[],
  refuse: (reason: string) => LoupeError,
): Float32Array {
  const expected = `[${shape.join(', ')}]`;
  if (!source.has(name)) throw refuse(`the tensor ${name} ${expected} is missing`);
  const found = `[${source.shape(name).join(', ')}]`;
  if (found !== expected) throw refuse(`the tensor ${name} is ${found}, the model asks for ${expected}`);
  return source.float32(name);
}

/** The vision tower with its blocks one at a time: a ViT-L/14 is 1.2 GB, one block of it 50 MB. */
export interface VisionReader {
  readonly frame: Omit<VisionWeights, 'blocks'>;
  readonly layers: number;
  readonly block: (index: number) => BlockWeights;
}

/**
 * Opens the vision tower; everything but the blocks is read and checked now, each block when it is asked for.
 *
 * @throws `weights.invalid` when the names are unknown, `weights.mismatch` when a tensor is missing or its shape
 *   does not fit the architecture
 */
export function openVisionWeights(source: TensorSource, architecture: ClipArchitecture): VisionReader {
  const { width, patch, imageSize, layers } = architecture.vision;
  const reader = openReader(source);
  const names = reader.names.vision;
  const frame = {
    patch: reader.tensor(names.patch, [width, 3, patch, patch]),
    classEmbedding: reader.tensor(names.classEmbedding, [width]),
    position: reader.tensor(names.position, [1 + Math.floor(imageSize / patch) ** 2, width]),
    normPre: reader.norm(names.normPre, width),
    normPost: reader.norm(names.normPost, width),
    projection: reader.projection(names.projection, width, architecture.embedDim),
  };
  return { frame, layers, block: reader.blocks(names.blocks, architecture.vision) };
}

/**
 * The vision tower for somebody who walks through its blocks once and does not keep them, such as a graph of 8-bit weights.
 * Throws as {@link openVisionWeights}; walking throws `weights.mismatch` too.
 */
export function streamVisionWeights(source: TensorSource, architecture: ClipArchitecture): VisionWeights {
  const { frame, layers, block } = openVisionWeights(source, architecture);
  const walk = function* (): Generator<BlockWeights, undefined> {
    for (let i = 0; i < layers; i++) yield block(i);
  };
  return { ...frame, blocks: { length: layers, [Symbol.iterator]: walk } };
}

/** Reads and checks the whole vision tower. Throws as {@link openVisionWeights}. */
export function readVisionWeights(
  source: TensorSource,
  architecture: ClipArchitecture,
): VisionWeights & { readonly blocks: readonly BlockWeights[] } {
  const { frame, layers, block } = openVisionWeights(source, architecture);
  return { ...frame, blocks: Array.from({ length: layers }, (_, i) => block(i)) };
}

/** Reads and checks the text tower. Throws as `readVisionWeights`, also when the architecture has no text tower. */
export function readTextWeights(source: TensorSource, architecture: ClipArchitecture): TextWeights {
  const { text } = architecture;
  if (!text) throw mismatch('the model is described without a text tower');
  const reader = openReader(source);
  const names = reader.names.text;
  const block = reader.blocks(names.blocks, text);
  return {
    token: reader.tensor(names.token, [text.vocabSize, text.width]),
    position: reader.tensor(names.position, [text.contextLength, text.width]),
    blocks: Array.from({ length: text.layers }, (_, i) => block(i)),
    normFinal: reader.norm(names.normFinal, text.width),
    projection: reader.projection(names.projection, text.width, architecture.embedDim),
  };
}

function openReader(source: TensorSource) {
  const { naming, prefix } = detectLayout(source);
  const names: WeightNames = WEIGHT_NAMES[naming];

  const tensor = (name: string, shape: readonly number[]): Float32Array =>
    readTensor(source, prefix + name, shape, mismatch);

  const norm = (name: string, width: number): Norm => ({
    scale: tensor(`${name}.weight`, [width]),
    bias: tensor(`${name}.bias`, [width]),
  });

  const linear = (weight: readonly string[], bias: readonly string[], from: number, to: number): Linear => {
    const part = to / weight.length;
    const rows = concatenate(weight.map((name) => tensor(name, [part, from])));
    return { weight: transpose(rows, to, from), bias: concatenate(bias.map((name) => tensor(name, [part]))) };
  };

  const layer = (name: string, from: number, to: number): Linear =>
    linear([`${name}.weight`], [`${name}.bias`], from, to);

  const block = (path: string, { width, mlpWidth }: TransformerShape): BlockWeights => {
    const at = (name: string): string => `${path}.${name}`;
    const { block } = names;
    return {
      norm1: norm(at(block.norm1), width),
      qkv: linear(block.qkvWeight.map(at), block.qkvBias.map(at), width, 3 * width),
      out: layer(at(block.out), width, width),
      norm2: norm(at(block.norm2), width),
      mlpIn: layer(at(block.mlpIn), width, mlpWidth),
      mlpOut: layer(at(block.mlpOut), mlpWidth, width),
    };
  };

  const blocks = (path: string, shape: TransformerShape): ((index: number) => BlockWeights) => {
    const next = `${prefix}${path}.${shape.layers}.`; // a deeper model must not pass as its own first blocks
    if (source.names().some((name) => name.startsWith(next))) {
      throw mismatch(`the file has ${next}*, the description says ${shape.layers} blocks`);
    }
    return (i) => block(`${path}.${i}`, shape);
  };

  const projection = (name: string, width: number, embedDim: number): Float32Array =>
    names.projectionTransposed
      ? transpose(tensor(name, [embedDim, width]), embedDim, width)
      : tensor(name, [width, embedDim]);

  return { names, tensor, norm, blocks, projection };
}

const mismatch = (reason: string): LoupeError => new LoupeError('weights.mismatch', { reason });

/** Rows and columns that are turned at a time: two such tiles fit into the nearest cache. */
const TILE = 32;

/** [rows, columns] → [columns, rows] */
function transpose(data: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(data.length);
  for (let top = 0; top < rows; top += TILE) {
    const bottom = Math.min(top + TILE, rows);
    for (let left = 0; left < columns; left += TILE) {
      const right = Math.min(left + TILE, columns);
      for (let c = left; c < right; c++) {
        for (let r = top; r < bottom; r++) out[c * rows + r] = data[r * columns + c] ?? NaN;
      }
    }
  }
  return out;
}

function concatenate(parts: readonly Float32Array[]): Float32Array {
  const [first] = parts;
  if (first && parts.length === 1) return first;
  const out = new Float32Array(parts.reduce((total, part) => total + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}
