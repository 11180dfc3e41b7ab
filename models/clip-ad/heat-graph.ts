// The inspection model: photographs and two text vectors in, anomaly maps and image scores out (BASE, SDP, SDP+).
// Runs anywhere (writes ONNX bytes, pure TypeScript). Specification § B.3, B.4, B.5 and C.2.
import { LoupeError } from '../errors.ts';
import { GraphBuilder, type Value } from '../onnx/graph.ts';
import { abnormalProbability, sandwich, TEMPERATURE, type TextPair } from './graph-parts.ts';
import type { SdpPlusHead } from './head.ts';
import { gaussianMatrix, multiply, upsampleMatrix, type Matrix } from './matrices.ts';
import {
  embedImage,
  inputSize,
  originalPath,
  projectToText,
  stagedDualPath,
  stageFeatures,
  stagePatchTokens,
  STAGES,
  type Stage,
  type Tap,
  type VisionOptions,
} from './vision-graph.ts';

/** `base`: plain CLIP features; `sdp`: staged dual path with feature surgery; `sdp+`: that plus the trained head. */
export type Method = 'base' | 'sdp' | 'sdp+';

export interface InspectOptions extends VisionOptions {
  readonly tap: Tap;
  readonly method: Method;
  /** Standard deviation of the Gaussian, in pixels of the anomaly map. */
  readonly sigma: number;
  /** Side M of the anomaly map. Default: the image size. */
  readonly mapSize?: number;
  /** Required for `sdp+`. */
  readonly head?: SdpPlusHead;
}

/** Matrices by which the maps of one size are enlarged and smoothed. */
interface Resampling {
  readonly upsample: Matrix;
  readonly upsampleAligned: Matrix;
  readonly gaussian: Matrix;
}

/** The parts of a result that differ between the methods. */
interface Maps {
  /** [B, g, g] */
  readonly low: Value;
  /** [B, M, M] */
  readonly heat: Value;
  /** Embedding of the CLS token, any shape of B · D elements. */
  readonly cls: Value;
}

/**
 * Builds the model of one inspection method.
 *
 * | | name | type | shape | |
 * |---|---|---|---|---|
 * | in | `image_u8` | uint8 | [B, S, S, 3] | |
 * | in | `text` | float32 | [D, 2] | columns t_n, t_a |
 * | out | `heat` | float32 | [B, M, M] | the smoothed anomaly map |
 * | out | `low` | float32 | [B, g, g] | the map on the patch grid |
 * | out | `score0` | float32 | [B] | probability of "abnormal" by the CLS token |
 * | out | `score1` | float32 | [B] | maximum of `heat` |
 * | out | `feature` | float32 | [B, D] | the CLS token in the space of the words, a row of length 1 |
 *
 * `low` is in the units of `heat`: BASE the probability of "abnormal" per patch, SDP the map A, SDP+ A plus the sum of
 * the four stage probabilities per patch (`heat` takes these probabilities after upsampling, so there `low` is not
 * exactly what is upsampled).
 *
 * @throws `head.invalid` when `sdp+` has no head, `usage` for an impossible image size, map size or sigma,
 *   `weights.mismatch` when the depth is not a multiple of 4
 */
export const buildInspectGraph = (options: InspectOptions): Uint8Array => inspectGraph(options).toBytes();

/** The same model as a graph, for who wants its weights beside it. Throws as {@link buildInspectGraph}. */
export function inspectGraph(options: InspectOptions): GraphBuilder {
  const { embedDim } = options.architecture;
  const { imageSize, grid } = inputSize(options);
  const { mapSize = imageSize, sigma } = options;
  checkMapOptions(mapSize, sigma);
  const g = new GraphBuilder('clip_ad_inspect');
  const h0 = embedImage(g, options);
  const both = g.input('text', 'float32', [embedDim, 2]);
  const text: TextPair = { both, difference: g.sub(g.slice(both, 1, 1, 2), g.slice(both, 1, 0, 1)) };
  const resampling: Resampling = {
    upsample: upsampleMatrix(grid, mapSize, 'half_pixel'),
    upsampleAligned: upsampleMatrix(grid, mapSize, 'align_corners'),
    gaussian: gaussianMatrix(mapSize, sigma),
  };

  const { low, heat, cls } =
    options.method === 'base'
      ? baseMaps(g, h0, text, resampling, options)
      : dualPathMaps(g, h0, text, resampling, options);
  const score0 = g.reshape(abnormalProbability(g, cls, text), [-1]);
  g.output('heat', heat, 'float32', ['B', mapSize, mapSize]);
  g.output('low', low, 'float32', ['B', grid, grid]);
  g.output('score0', score0, 'float32', ['B']);
  g.output('score1', g.reduceMax(heat, [1, 2]), 'float32', ['B']);
  g.output('feature', g.reshape(cls, [-1, embedDim]), 'float32', ['B', embedDim]);
  return g;
}

/** Wrong numbers would not fail later: they would give a map of zeros. */
function checkMapOptions(mapSize: number, sigma: number): void {
  if (Number.isInteger(mapSize) && mapSize > 0 && Number.isFinite(sigma) && sigma >= 0) return;
  const reason = `An anomaly map of ${mapSize} pixels with a Gaussian of ${sigma} pixels is not possible.`;
  throw new LoupeError('usage', { reason });
}

/** BASE: probabilities of the final patch features of the original path. § B.5. */
function baseMaps(
  g: GraphBuilder,
  h0: Value,
  text: TextPair,
  { upsample, gaussian }: Resampling,
  options: VisionOptions,
): Maps {
  const { grid, patches } = inputSize(options);
  const features = projectToText(g, originalPath(g, h0, options), options);
  const patchFeatures = g.slice(features, 1, 1, 1 + patches);
  const low = g.reshape(abnormalProbability(g, patchFeatures, text), [-1, grid, grid]);
  const heat = sandwich(g, multiply(gaussian, upsample), low);
  return { low, heat, cls: g.slice(features, 1, 0, 1) };
}

/** SDP: gaussian(upsample(A)); SDP+: gaussian(upsample(A) + M_FT). § B.4 and C.2. */
function dualPathMaps(
  g: GraphBuilder,
  h0: Value,
  text: TextPair,
  { upsample, upsampleAligned, gaussian }: Resampling,
  options: InspectOptions,
): Maps {
  // Only the head looks at the patches of the original path.
  const stages = stagedDualPath(g, h0, options, options.tap, options.method === 'sdp' ? 'cls' : 'all');
  const features = stageFeatures(g, stages, options);
  const cls = g.slice(g.slice(features, 1, STAGES - 1, STAGES), 2, 0, 1);
  const surgery = featureSurgery(g, features, text, options);
  if (options.method === 'sdp') {
    return { low: surgery, heat: sandwich(g, multiply(gaussian, upsample), surgery), cls };
  }
  const logits = headLogits(g, stages, text, options);
  const probability = g.reduceSum(g.sigmoid(logits), [1]);
  const probabilityMap = g.reduceSum(g.sigmoid(sandwich(g, upsampleAligned, logits)), [1]);
  const heat = sandwich(g, gaussian, g.add(sandwich(g, upsample, surgery), probabilityMap));
  return { low: g.add(surgery, probability), heat, cls };
}

/**
 * A_i = Σ_s p_a·⟨F_i, t_a⟩ - p_n·⟨F_i, t_n⟩ with p = softmax(⟨F_cls, t⟩), no temperature: [B, g, g]. § B.3: feature
 * surgery with two texts.
 */
function featureSurgery(g: GraphBuilder, features: Value, text: TextPair, options: VisionOptions): Value {
  const { grid, patches } = inputSize(options);
  const cosines = g.matMul(features, text.both); // [B, 4, 1 + N, 2]
  const weights = g.softmax(g.slice(cosines, 2, 0, 1));
  const signed = g.mul(weights, g.constant(Float32Array.of(-1, 1), [2]));
  const map = g.reduceSum(g.mul(signed, g.slice(cosines, 2, 1, 1 + patches)), [1, 3]);
  return g.reshape(map, [-1, grid, grid]);
}

/** d = 100·⟨z / ‖z‖, t_a - t_n⟩ with z = X·Wᵀ + b, per stage: [B, 4, g, g]. § C.2. */
function headLogits(
  g: GraphBuilder,
  stages: readonly Stage[],
  text: TextPair,
  options: InspectOptions,
): Value {
  const { head, architecture } = options;
  if (!head) throw new LoupeError('head.invalid', { file: '-', reason: 'SDP+ was asked for without a head' });
  const { embedDim, vision } = architecture;
  const { grid } = inputSize(options);
  const { weight, bias } = stackLayers(head, embedDim, vision.width);
  const tokens = stagePatchTokens(g, stages, options);
  const product = g.matMul(tokens, g.constant(weight, [STAGES, vision.width, embedDim]));
  const z = g.add(product, g.constant(bias, [STAGES, 1, embedDim]));
  const logits = g.div(g.mul(g.matMul(z, text.difference), TEMPERATURE), g.reduceL2(z));
  return g.reshape(logits, [-1, STAGES, grid, grid]);
}

/** The four layers as one batched product: weight [4, W, D], bias [4, 1, D]. */
function stackLayers(head: SdpPlusHead, embedDim: number, width: number) {
  const weight = new Float32Array(STAGES * width * embedDim);
  const bias = new Float32Array(STAGES * embedDim);
  head.weight.forEach((rows, s) => {
    rows.forEach((value, i) => {
      const [d, w] = [Math.floor(i / width), i % width];
      weight[(s * width + w) * embedDim + d] = value;
    });
  });
  head.bias.forEach((row, s) => {
    bias.set(row, s * embedDim);
  });
  return { weight, bias };
}
