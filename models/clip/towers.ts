// The two towers as a file holds them: their sizes read off the weights, and every tensor that they consist of.
// Runs anywhere (pure TypeScript). Specification § H.4.
import { LoupeError } from '../errors.ts';
import type {
  ClipArchitecture,
  TextArchitecture,
  TransformerShape,
  VisionArchitecture,
} from './architecture.ts';
import type { TensorSource } from './tensor-source.ts';
import { WEIGHT_NAMES, type WeightNames } from './weight-names.ts';
import type { WeightLayout } from './weights.ts';

/** What the weights tell; the number of heads they do not tell. */
export interface MeasuredTowers {
  readonly embedDim: number;
  readonly vision: Omit<VisionArchitecture, 'heads'>;
  readonly text?: Omit<TextArchitecture, 'heads'>;
}

/** Bounds the work for a file from strangers; the deepest CLIP has 48 blocks. */
const LAYERS_LIMIT = 128;

/**
 * Reads the sizes of the towers off the shapes of their tensors. The image is as large as the position embedding tells. A
 * file without a text tower gives none.
 *
 * @throws `weights.mismatch` when there is no vision tower of CLIP's form
 */
export function measureTowers(source: TensorSource, { naming, prefix }: WeightLayout): MeasuredTowers {
  const names: WeightNames = WEIGHT_NAMES[naming];
  const shape = (name: string, axes: number): readonly number[] => {
    const found = source.shape(prefix + name);
    if (found.length === axes && found.every((size) => size > 0)) return found;
    throw mismatch(`the tensor ${name} is [${found.join(', ')}], it should have ${axes} axes`);
  };
  const transformer = (path: string): Pick<TransformerShape, 'layers' | 'mlpWidth'> => ({
    layers: countBlocks(source, `${prefix}${path}.`),
    mlpWidth: shape(`${path}.0.${names.block.mlpIn}.weight`, 2)[0] ?? NaN,
  });
  const { vision, text } = names;
  const [width = NaN, , patch = NaN] = shape(vision.patch, 4);
  const [rows = NaN] = shape(vision.position, 2);
  const grid = Math.sqrt(rows - 1);
  if (!Number.isInteger(grid))
    throw mismatch(`the ${rows - 1} rows of ${vision.position} make no square of patches`);
  const projection = shape(vision.projection, 2);
  const towers = {
    embedDim: projection[names.projectionTransposed ? 0 : 1] ?? NaN,
    vision: { width, ...transformer(vision.blocks), patch, imageSize: grid * patch },
  };
  if (!source.has(prefix + text.token)) return towers;
  const [vocabSize = NaN, textWidth = NaN] = shape(text.token, 2);
  const [contextLength = NaN] = shape(text.position, 2);
  return { ...towers, text: { width: textWidth, ...transformer(text.blocks), contextLength, vocabSize } };
}

/** Blocks are numbered from 0 without a gap. */
function countBlocks(source: TensorSource, path: string): number {
  const inside = source.names().filter((name) => name.startsWith(path));
  const blocks = new Set(inside.map((name) => name.slice(path.length).split('.', 1)[0]));
  if (blocks.size > LAYERS_LIMIT) throw mismatch(`${path}* has ${blocks.size} blocks`);
  return blocks.size;
}

/** Name and shape of every tensor that the towers of a model consist of, in the names of one program. */
export function towerTensors(
  { embedDim, vision, text }: ClipArchitecture,
  naming: WeightLayout['naming'],
): ReadonlyMap<string, readonly number[]> {
  const names: WeightNames = WEIGHT_NAMES[naming];
  const tensors = new Map<string, readonly number[]>();
  const norm = (name: string, width: number): void => linear(name, [width], width);
  const linear = (name: string, weight: readonly number[], to: number): void =>
    void tensors.set(`${name}.weight`, weight).set(`${name}.bias`, [to]);
  const projection = (name: string, width: number): void =>
    void tensors.set(name, names.projectionTransposed ? [embedDim, width] : [width, embedDim]);
  const blocks = (path: string, { width, layers, mlpWidth }: TransformerShape): void => {
    const { block } = names;
    for (let i = 0; i < layers; i++) {
      const at = `${path}.${i}`;
      const part = (3 * width) / block.qkvWeight.length;
      norm(`${at}.${block.norm1}`, width);
      for (const name of block.qkvWeight) tensors.set(`${at}.${name}`, [part, width]);
      for (const name of block.qkvBias) tensors.set(`${at}.${name}`, [part]);
      linear(`${at}.${block.out}`, [width, width], width);
      norm(`${at}.${block.norm2}`, width);
      linear(`${at}.${block.mlpIn}`, [mlpWidth, width], mlpWidth);
      linear(`${at}.${block.mlpOut}`, [width, mlpWidth], width);
    }
  };
  const { width, patch, imageSize } = vision;
  tensors.set(names.vision.patch, [width, 3, patch, patch]);
  tensors.set(names.vision.classEmbedding, [width]);
  tensors.set(names.vision.position, [1 + Math.floor(imageSize / patch) ** 2, width]);
  norm(names.vision.normPre, width);
  blocks(names.vision.blocks, vision);
  norm(names.vision.normPost, width);
  projection(names.vision.projection, width);
  if (!text) return tensors;
  tensors.set(names.text.token, [text.vocabSize, text.width]);
  tensors.set(names.text.position, [text.contextLength, text.width]);
  blocks(names.text.blocks, text);
  norm(names.text.normFinal, text.width);
  projection(names.text.projection, text.width);
  return tensors;
}

/** Not part of a tower, but part of what other programs expect in a file of CLIP. */
const COMPANIONS = ['logit_scale', 'logit_bias'];
/** Where the towers begin in the names: whatever else floats there would change the results. */
const ROOTS = {
  open_clip: ['visual.', 'transformer.'],
  hugging_face: ['vision_model.', 'text_model.'],
} as const;
const FLOATS = ['F16', 'BF16', 'F32', 'F64'];

export interface SelectedTensors {
  /** Names without the layout's prefix. */
  readonly kept: readonly string[];
  /** Names as they are in the file: counters, position ids, and what belongs to no tower. */
  readonly leftOut: readonly string[];
}

/**
 * Picks the tensors of a model out of a file, by name and shape, without reading one.
 *
 * @throws `weights.mismatch` when one is missing, has another shape or is not a float, and when a tower has a tensor that
 *   is no part of a plain CLIP: the results would be wrong without it
 */
export function selectTensors(
  source: TensorSource,
  { naming, prefix }: WeightLayout,
  architecture: ClipArchitecture,
): SelectedTensors {
  const expected = towerTensors(architecture, naming);
  for (const [name, shape] of expected) {
    if (!source.has(prefix + name)) throw mismatch(`the tensor ${name} is missing`);
    const found = source.shape(prefix + name);
    if (found.join() !== shape.join())
      throw mismatch(`the tensor ${name} is [${found.join(', ')}], the model asks for [${shape.join(', ')}]`);
    const dtype = source.dtype(prefix + name);
    if (!FLOATS.includes(dtype))
      throw mismatch(`the tensor ${name} is ${dtype}, not a floating-point tensor`);
  }
  const isFloat = (name: string): boolean => FLOATS.includes(source.dtype(prefix + name));
  const companions = COMPANIONS.filter((name) => source.has(prefix + name) && isFloat(name));
  const kept = new Set([...expected.keys(), ...companions]);
  const leftOut = source
    .names()
    .filter((name) => !name.startsWith(prefix) || !kept.has(name.slice(prefix.length)));
  const strange = leftOut.find((name) =>
    ROOTS[naming].some((root) => name.startsWith(prefix + root) && FLOATS.includes(source.dtype(name))),
  );
  if (strange !== undefined) throw mismatch(`the tensor ${strange} is no part of a plain CLIP`);
  return { kept: [...kept], leftOut };
}

const mismatch = (reason: string): LoupeError => new LoupeError('weights.mismatch', { reason });
