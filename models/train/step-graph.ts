// One training step of one SDP+ layer as a graph: patch tokens and masks in, loss and its analytic gradient out.
// Runs anywhere (writes ONNX bytes, pure TypeScript). Specification § C.2, C.3 and G.4.
import { TEMPERATURE } from '../clip-ad/graph-parts.ts';
import { transpose, upsampleMatrix, type Matrix } from '../clip-ad/matrices.ts';
import { LoupeError } from '../errors.ts';
import { GraphBuilder, type Value } from '../onnx/graph.ts';

export interface StepOptions {
  /** g: the layer sees g² patches. */
  readonly grid: number;
  /** W and D: the layer maps patch tokens of W numbers into the text space of D. */
  readonly width: number;
  readonly embedDim: number;
  /** M: side of the masks, and of the map on which the loss is taken. */
  readonly mapSize: number;
  /** Without them the graph only measures the loss, for a third of the work. */
  readonly gradients: boolean;
}

/** § C.3: what the clamped one-hot target of the official focal loss comes to. */
const EPSILON = 1e-5;
const KEEP = 1 - 2 * EPSILON;
/** Shorter vectors have no direction; the guard only keeps the division finite. */
const SHORTEST = 1e-12;

/** The forward pass; the shapes are those that the backward pass works on. */
interface Forward {
  /** [B·g², W] */
  readonly tokens: Value;
  /** z / ‖z‖, ‖z‖ and ⟨z / ‖z‖, u⟩: [B, g², D], [B, g², 1], [B, g², 1] */
  readonly direction: Value;
  readonly length: Value;
  readonly cosine: Value;
  /** u as rows: [B, 1, D] */
  readonly text: Value;
  /** Probability of "abnormal", [B, M, M], and one minus it, computed without cancellation. */
  readonly abnormal: Value;
  readonly normal: Value;
}

/** Losses, and what their gradients are made of; all [B, M, M] but the last two, [B, 1, 1]. */
interface Loss {
  /** y as 0 and 1. */
  readonly target: Value;
  /** 1 - pt, pt and ln pt of the focal loss. */
  readonly missing: Value;
  readonly right: Value;
  readonly log: Value;
  /** S = ΣP + Σy + 1 and n = 2ΣPy + 1 of dice, per image. */
  readonly sum: Value;
  readonly overlap: Value;
}

/**
 * Builds the step for any batch size B. Both losses are those of the whole batch, as the official code averages them.
 *
 * | | name | type | shape | |
 * |---|---|---|---|---|
 * | in | `tokens` | float32 | [B, g², W] | X of one stage |
 * | in | `target` | uint8 | [B, M, M] | 1 = defect |
 * | in | `text` | float32 | [B, D] | u = t_a - t_n of each image's category |
 * | in | `weight` | float32 | [D, W] | |
 * | in | `bias` | float32 | [D] | |
 * | out | `focal`, `dice` | float32 | [1] | |
 * | out | `weight_gradient` | float32 | [D, W] | of focal + dice; only with `gradients` |
 * | out | `bias_gradient` | float32 | [D] | likewise |
 *
 * @throws `usage` when a size is not a positive whole number
 */
export function buildStepGraph(options: StepOptions): Uint8Array {
  const { grid, width, embedDim, mapSize, gradients } = options;
  if (![grid, width, embedDim, mapSize].every((size) => Number.isInteger(size) && size > 0)) {
    throw new LoupeError('usage', { reason: 'The sizes of a training step are positive whole numbers.' });
  }
  const g = new GraphBuilder('clip_ad_training_step');
  const upsample = upsampleMatrix(grid, mapSize, 'align_corners');
  const target = g.input('target', 'uint8', ['B', mapSize, mapSize]);
  const batch = g.cast(g.size(target, 0), 'float32'); // [1]
  const forward = forwardPass(g, options, upsample);
  const { focal, dice, loss } = losses(g, forward, target, batch, mapSize);
  g.output('focal', focal, 'float32', [1]);
  g.output('dice', dice, 'float32', [1]);
  if (gradients) {
    const { weight, bias } = backwardPass(g, options, upsample, forward, loss, batch);
    g.output('weight_gradient', weight, 'float32', [embedDim, width]);
    g.output('bias_gradient', bias, 'float32', [embedDim]);
  }
  return g.toBytes();
}

const matrixConstant = (g: GraphBuilder, { rows, columns, data }: Matrix): Value =>
  g.constant(Float32Array.from(data), [rows, columns]);

/** P = sigmoid(Ua·d·Uaᵀ) with d = 100·⟨z / ‖z‖, u⟩ and z = X·Wᵀ + b. § C.2. */
function forwardPass(g: GraphBuilder, options: StepOptions, upsample: Matrix): Forward {
  const { grid, width, embedDim, mapSize } = options;
  const input = g.input('tokens', 'float32', ['B', grid * grid, width]);
  const text = g.reshape(g.input('text', 'float32', ['B', embedDim]), [-1, 1, embedDim]);
  const weight = g.input('weight', 'float32', [embedDim, width]);
  const bias = g.input('bias', 'float32', [embedDim]);

  const tokens = g.reshape(input, [-1, width]);
  const z = g.reshape(g.node('Gemm', [tokens, weight, bias], { transB: 1 }), [-1, grid * grid, embedDim]);
  const length = g.node('Max', [g.reduceL2(z), g.scalar(SHORTEST)]);
  const direction = g.div(z, length);
  const cosine = g.matMul(direction, g.transpose(text, [0, 2, 1]));

  // Rows first, all images in one product; then columns, image by image.
  const rows = g.reshape(g.mul(cosine, TEMPERATURE), [-1, grid]);
  const wide = g.matMul(rows, matrixConstant(g, transpose(upsample)));
  const logits = g.matMul(matrixConstant(g, upsample), g.reshape(wide, [-1, grid, mapSize]));
  const abnormal = g.sigmoid(logits);
  const normal = g.sigmoid(g.node('Neg', [logits])); // 1 - P would lose all digits where P is near 1
  return { tokens, direction, length, cosine, text, abnormal, normal };
}

/** Sums in two steps: one long chain of float32 additions would lose digits. [B, M, M] → [B, 1, 1]. */
const sumOfImage = (g: GraphBuilder, x: Value): Value =>
  g.reshape(g.reduceSum(g.reduceSum(x, [2]), [1]), [-1, 1, 1]);

/** § C.3: -(1 - pt)²·ln pt over all pixels, and 1 - n/S over the images. */
function losses(g: GraphBuilder, forward: Forward, mask: Value, batch: Value, mapSize: number) {
  const { abnormal, normal } = forward;
  const isDefect = g.cast(mask, 'bool');
  const target = g.cast(mask, 'float32');
  const right = g.add(g.mul(g.node('Where', [isDefect, abnormal, normal]), KEEP), 2 * EPSILON);
  const missing = g.mul(g.node('Where', [isDefect, normal, abnormal]), KEEP);
  const log = g.node('Log', [right]); // pt is never below 2ε
  const perPixel = g.mul(g.mul(missing, missing), log);
  const pixels = g.mul(batch, mapSize * mapSize);
  const focal = g.div(g.node('Neg', [total(g, sumOfImage(g, perPixel))]), pixels);

  const sum = g.add(g.add(sumOfImage(g, abnormal), sumOfImage(g, target)), 1);
  const overlap = g.add(g.mul(sumOfImage(g, g.mul(abnormal, target)), 2), 1);
  const dice = g.sub(1, g.div(total(g, g.div(overlap, sum)), batch));
  const loss: Loss = { target, missing, right, log, sum, overlap };
  return { focal, dice, loss };
}

/** [B, 1, 1] → [1] */
const total = (g: GraphBuilder, perImage: Value): Value => g.reduceSum(g.reshape(perImage, [-1, 1]), [0]);

/** From ∂loss/∂P back to the layer. § G.4. */
function backwardPass(
  g: GraphBuilder,
  { grid, width, embedDim, mapSize }: StepOptions,
  upsample: Matrix,
  { tokens, direction, length, cosine, text, abnormal, normal }: Forward,
  { target, missing, right, log, sum, overlap }: Loss,
  batch: Value,
): { weight: Value; bias: Value } {
  // focal: sgn(y)·(1 - 2ε)·(1 - pt)·(2 ln pt - (1 - pt) / pt) / K
  const factor = g.div(KEEP, g.mul(batch, mapSize * mapSize));
  const sign = g.mul(g.sub(g.mul(target, 2), 1), factor);
  const focal = g.mul(sign, g.mul(missing, g.sub(g.mul(log, 2), g.div(missing, right))));
  // dice: -(2y·S - n) / (B·S²), as y·slope + offset with one slope and one offset per image
  const slope = g.div(-2, g.mul(sum, batch));
  const offset = g.div(overlap, g.mul(g.mul(sum, sum), batch));
  const dice = g.add(g.mul(target, slope), offset);
  // sigmoid, then the transpose of the upsampling
  const map = g.mul(g.add(focal, dice), g.mul(abnormal, normal));
  const narrow = g.matMul(g.reshape(map, [-1, mapSize]), matrixConstant(g, upsample));
  const low = g.matMul(matrixConstant(g, transpose(upsample)), g.reshape(narrow, [-1, mapSize, grid]));
  // normalisation: (100·gd / ν)·(u - f·⟨f, u⟩)
  const scale = g.div(g.mul(g.reshape(low, [-1, grid * grid, 1]), TEMPERATURE), length);
  const tangent = g.sub(text, g.mul(direction, cosine));
  const z = g.reshape(g.mul(tangent, scale), [-1, embedDim]);
  const weight = g.node('Gemm', [z, tokens], { transA: 1 });
  const bias = g.reduceSum(
    g.reshape(g.reduceSum(g.reshape(z, [-1, grid * grid, embedDim]), [1]), [-1, embedDim]),
    [0],
  );
  return { weight: g.reshape(weight, [embedDim, width]), bias };
}
