// The staged dual path of CLIP-AD: the vision tower of CLIP with v-v attention beside it, as graph nodes.
// Runs anywhere (writes ONNX bytes, pure TypeScript). Specification § B.2.
import type { ClipArchitecture } from '../clip/architecture.ts';
import { resizePositionEmbedding } from '../clip/position-embedding.ts';
import {
  attention,
  l2Normalise,
  layerNorm,
  transformerBlock,
  type Arithmetic,
  type BlockSettings,
  type Rows,
} from '../clip/transformer.ts';
import type { VisionWeights } from '../clip/weights.ts';
import { LoupeError } from '../errors.ts';
import { GraphBuilder, type Value } from '../onnx/graph.ts';

/** Stages of the dual path, each a quarter of the vision tower's blocks. */
export const STAGES = 4;

/** Per colour channel, for values 0..1: (value - mean) / std. */
export interface Preprocessing {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

export interface VisionOptions {
  readonly architecture: ClipArchitecture;
  readonly preprocessing: Preprocessing;
  readonly weights: VisionWeights;
  /** Side of the square input in pixels, a multiple of the patch size. Default: the model's own. */
  readonly imageSize?: number;
  /** Of the linear layers of the blocks; the patch embedding and all after the final norm are float32. Default: fp32. */
  readonly arithmetic?: Arithmetic;
}

/**
 * Which state of the original path stands for a stage. `official`: what the authors' code really uses, the state
 * after the attention of the next stage's first block (in-place aliasing, Specification § 0.2, trap T1). `clean`: the
 * state at the end of the stage. They are the same for the last stage.
 */
export type Tap = 'official' | 'clean';

/** What a stage hands on, both [B, 1 + N, W], row 0 = CLS; of the last stage `original` may be the CLS row alone. */
export interface Stage {
  /** Hˢ, the tapped original path. */
  readonly original: Value;
  /** Sˢ, the sum of the v-v attention outputs of the stage's blocks. */
  readonly dual: Value;
}

/** Side of the input in pixels and of the patch grid, and the number N of patches. */
export function inputSize({ architecture: { vision }, imageSize = vision.imageSize }: VisionOptions) {
  if (!(imageSize > 0) || imageSize % vision.patch !== 0) {
    const reason = `The image size ${imageSize} is not a multiple of the patch size ${vision.patch}.`;
    throw new LoupeError('usage', { reason });
  }
  const grid = imageSize / vision.patch;
  return { imageSize, grid, patches: grid * grid };
}

/** Declares the input `image_u8` [B, S, S, 3] and appends h⁰ = LN_pre([class; patches] + position): [B, 1 + N, W]. */
export function embedImage(g: GraphBuilder, options: VisionOptions): Value {
  const { weights, preprocessing } = options;
  const { width, patch } = options.architecture.vision;
  const { imageSize, grid, patches } = inputSize(options);
  const image = g.input('image_u8', 'uint8', ['B', imageSize, imageSize, 3]);
  const channelsFirst = g.transpose(g.cast(image, 'float32'), [0, 3, 1, 2]);
  const { weight, bias } = foldNormalisation(weights.patch, width, preprocessing);
  const kernel = g.constant(weight, [width, 3, patch, patch]);
  const convolved = g.patchConv(channelsFirst, kernel, g.constant(bias, [width]), patch);
  const tokens = g.transpose(g.reshape(convolved, [0, width, -1]), [0, 2, 1]);

  // A zero row in front of the patches plus (class + position₀) is the CLS token of any batch size.
  const position = resizePositionEmbedding(weights.position, width, grid).slice();
  weights.classEmbedding.forEach((value, i) => {
    position[i] = (position[i] ?? NaN) + value;
  });
  const rows = g.pad(tokens, [0, 1, 0, 0, 0, 0]);
  return layerNorm(g, g.add(rows, g.constant(position, [1 + patches, width])), weights.normPre);
}

/** Moves /255, -mean and /std into the patch convolution: exact, because it has no padding. § H.2. */
function foldNormalisation(patch: Float32Array, width: number, { mean, std }: Preprocessing) {
  const weight = new Float32Array(patch.length);
  const bias = new Float32Array(width);
  const pixels = patch.length / (width * 3); // of one channel of one kernel
  for (let w = 0; w < width; w++) {
    let offset = 0;
    for (let i = w * 3 * pixels; i < (w + 1) * 3 * pixels; i++) {
      const channel = Math.floor(i / pixels) % 3;
      const scaled = (patch[i] ?? NaN) / (std[channel] ?? NaN);
      weight[i] = scaled / 255;
      offset -= scaled * (mean[channel] ?? NaN);
    }
    bias[w] = offset;
  }
  return { weight, bias };
}

/** How a block of this tower is built. */
export const blockSettings = ({ architecture, arithmetic = 'fp32' }: VisionOptions): BlockSettings => ({
  width: architecture.vision.width,
  heads: architecture.vision.heads,
  activation: architecture.activation,
  arithmetic,
});

/** Appends plain CLIP: h⁰ → h^L, [B, 1 + N, W]. */
export function originalPath(g: GraphBuilder, h0: Value, options: VisionOptions): Value {
  const settings = blockSettings(options);
  let h = h0;
  for (const block of options.weights.blocks) h = transformerBlock(g, h, block, settings).output;
  return h;
}

/**
 * Appends the original path and, beside it, the new path: v-v attention with the same weights and the same V, without
 * MLP and without input residual, summed inside a stage and restarted at each stage. `lastRows` says what is needed of
 * the original path at its end; the taps before it come from whole blocks.
 */
export function stagedDualPath(
  g: GraphBuilder,
  h0: Value,
  options: VisionOptions,
  tap: Tap,
  lastRows: Rows = 'all',
): Stage[] {
  const settings = blockSettings(options);
  const { blocks } = options.weights;
  if (blocks.length === 0 || blocks.length % STAGES !== 0) {
    const reason = `the ${blocks.length} blocks of the vision tower cannot be cut into ${STAGES} equal stages`;
    throw new LoupeError('weights.mismatch', { reason });
  }
  const perStage = blocks.length / STAGES;
  const stages: Stage[] = [];
  let h = h0;
  let sum: Value | undefined;
  let l = 0;
  for (const block of blocks) {
    // With one block per stage the official tap of stage 3 is made in the last block; its CLS row is all that is used.
    const rows = l === blocks.length - 1 ? lastRows : 'all';
    const { afterAttention, output, values } = transformerBlock(g, h, block, settings, rows);
    const vv = attention(g, values, values, values, block.out, settings);
    if (sum !== undefined && l % perStage > 0) sum = g.add(sum, vv);
    else {
      // The stage before is complete: h is its last state, and this block has just made its official tap.
      if (sum !== undefined) stages.push({ original: tap === 'official' ? afterAttention : h, dual: sum });
      sum = vv;
    }
    h = output;
    l++;
  }
  if (sum !== undefined) stages.push({ original: h, dual: sum });
  return stages;
}

const clsRow = (g: GraphBuilder, x: Value): Value => g.slice(x, 1, 0, 1);
const patchRows = (g: GraphBuilder, x: Value, patches: number): Value => g.slice(x, 1, 1, 1 + patches);

/** Rows of the last axis into the space shared with the text: normalise(LN_post(x) · W_proj), [..., W] → [..., D]. */
export function projectToText(g: GraphBuilder, x: Value, { architecture, weights }: VisionOptions): Value {
  const projection = g.constant(weights.projection, [architecture.vision.width, architecture.embedDim]);
  return l2Normalise(g, g.matMul(layerNorm(g, x, weights.normPost), projection));
}

/** F: per stage the CLS row of the original path over the patch rows of the new path, [B, 4, 1 + N, D]. */
export function stageFeatures(g: GraphBuilder, stages: readonly Stage[], options: VisionOptions): Value {
  const { patches } = inputSize(options);
  const rows = stages.flatMap(({ original, dual }) => [clsRow(g, original), patchRows(g, dual, patches)]);
  const stacked = g.reshape(g.concat(rows, 1), [0, STAGES, 1 + patches, options.architecture.vision.width]);
  return projectToText(g, stacked, options);
}

/** X: per stage the raw patch tokens of the original path, the inputs of the SDP+ head, [B, 4, N, W]. */
export function stagePatchTokens(g: GraphBuilder, stages: readonly Stage[], options: VisionOptions): Value {
  const { patches } = inputSize(options);
  const rows = stages.map(({ original }) => patchRows(g, original, patches));
  return g.reshape(g.concat(rows, 1), [0, STAGES, patches, options.architecture.vision.width]);
}

/**
 * Builds the model that training and parity checks use.
 *
 * | | name | type | shape |
 * |---|---|---|---|
 * | in | `image_u8` | uint8 | [B, S, S, 3] |
 * | out | `F` | float32 | [B, 4, 1 + N, D], rows of length 1, row 0 = CLS |
 * | out | `X` | float32 | [B, 4, N, W], raw patch tokens |
 *
 * @throws `usage` for an impossible image size, `weights.mismatch` when the depth is not a multiple of 4
 */
export function buildFeatureGraph(options: VisionOptions & { readonly tap: Tap }): Uint8Array {
  const { architecture, tap } = options;
  const { patches } = inputSize(options);
  const g = new GraphBuilder('clip_ad_features');
  const stages = stagedDualPath(g, embedImage(g, options), options, tap);
  const features = stageFeatures(g, stages, options);
  const tokens = stagePatchTokens(g, stages, options);
  g.output('F', features, 'float32', ['B', STAGES, 1 + patches, architecture.embedDim]);
  g.output('X', tokens, 'float32', ['B', STAGES, patches, architecture.vision.width]);
  return g.toBytes();
}
