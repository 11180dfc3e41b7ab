// The pre-norm transformer block of CLIP as graph nodes, shared by the vision and the text tower.
// Runs anywhere (writes ONNX nodes, pure TypeScript). Specification § B.2 and § H.3.
import type { GraphBuilder, Value } from '../onnx/graph.ts';
import type { Activation } from './architecture.ts';
import { fusedAttention, int8Linear, FULL_RANGE, REDUCED_RANGE } from './int8.ts';
import type { BlockWeights, Linear, Norm } from './weights.ts';

/**
 * How the linear layers of a tower are computed; everything else is always float32. `int8` is for the processor,
 * `int8-reduced` for processors whose 8-bit sums could overflow.
 */
export type Arithmetic = 'fp32' | 'int8' | 'int8-reduced';

/** What a block needs to know besides its weights. */
export interface BlockSettings {
  /** W */
  readonly width: number;
  readonly heads: number;
  readonly activation: Activation;
  /** Default: fp32. */
  readonly arithmetic?: Arithmetic;
  /** Added to the attention scores; broadcasts to [B, heads, T, T]. The text tower's causal mask. */
  readonly mask?: Value;
  /**
   * Where sequences share tokens: h is [N, W] then, `spread` makes [B, T, ...] of such rows for attention, and `collect`
   * makes rows of [B, T, W] again. The text tower's prompts.
   */
  readonly sequences?: { spread(rows: Value): Value; collect(x: Value): Value };
}

/** The tensors of a block that the method looks at; h is the block's input. */
export interface Block {
  /** m = h + attention(LN1(h)), before the MLP: [B, T, W]. */
  readonly afterAttention: Value;
  /** m + MLP(LN2(m)): [B, T, W]. */
  readonly output: Value;
  /** V [B, T, W], heads side by side: what v-v attention works on. */
  readonly values: Value;
}

/** Which tokens of a block somebody will look at: all T, or only the first one, CLS. */
export type Rows = 'all' | 'cls';

/**
 * Appends one block to the graph. `h` is [B, T, W]. With `rows` = cls `afterAttention` and `output` are [B, 1, W]: of a last
 * block nobody needs more, and it saves most of its work.
 */
export function transformerBlock(
  g: GraphBuilder,
  h: Value,
  weights: BlockWeights,
  settings: BlockSettings,
  rows: Rows = 'all',
): Block {
  const { arithmetic, sequences } = settings;
  const wanted = (x: Value): Value => (rows === 'cls' ? g.slice(x, 1, 0, 1) : x);
  const projected = linear(g, layerNorm(g, h, weights.norm1), weights.qkv, arithmetic);
  const qkv = sequences ? sequences.spread(projected) : projected;
  const [q, k, v] = g.split(qkv, 3, -1) as [Value, Value, Value];
  const afterAttention = g.add(wanted(h), attention(g, wanted(q), k, v, weights.out, settings));
  const hidden = linear(g, layerNorm(g, afterAttention, weights.norm2), weights.mlpIn, arithmetic);
  const mlp = linear(g, activate(g, hidden, settings.activation), weights.mlpOut, arithmetic);
  return { afterAttention, output: g.add(afterAttention, mlp), values: v };
}

/**
 * OutProj( concat_heads softmax(q kᵀ / √d_h + mask) v ) of q, k, v [B, T, W]: [B, T, W]. With q = k = v it is the v-v
 * attention of the dual path.
 */
export function attention(
  g: GraphBuilder,
  q: Value,
  k: Value,
  v: Value,
  out: Linear,
  settings: BlockSettings,
): Value {
  const { heads, arithmetic = 'fp32', mask, sequences } = settings;
  // The fused kernel exists on the processor wherever int8 does; other providers run the plain operators better.
  const fused = arithmetic !== 'fp32' && mask === undefined;
  const mixed = fused ? fusedAttention(g, q, k, v, heads) : plainAttention(g, q, k, v, settings);
  return linear(g, sequences ? sequences.collect(mixed) : mixed, out, arithmetic);
}

function plainAttention(
  g: GraphBuilder,
  q: Value,
  k: Value,
  v: Value,
  { width, heads, mask }: BlockSettings,
): Value {
  const split = (x: Value): Value => splitHeads(g, x, width, heads);
  const values = split(v);
  const keys = k === v ? values : split(k);
  const queries = q === v ? values : split(q);
  const scaled = g.mul(queries, 1 / Math.sqrt(width / heads));
  const scores = g.matMul(scaled, g.transpose(keys, [0, 1, 3, 2]));
  const weights = g.softmax(mask === undefined ? scores : g.add(scores, mask));
  return mergeHeads(g, g.matMul(weights, values), width);
}

/** Layer normalisation of the last axis. */
export const layerNorm = (g: GraphBuilder, x: Value, { scale, bias }: Norm): Value =>
  g.layerNorm(x, g.constant(scale, [scale.length]), g.constant(bias, [bias.length]));

/** Rows scaled to length 1. */
export const l2Normalise = (g: GraphBuilder, x: Value): Value => g.div(x, g.reduceL2(x));

function linear(g: GraphBuilder, x: Value, layer: Linear, arithmetic: Arithmetic = 'fp32'): Value {
  if (arithmetic !== 'fp32')
    return int8Linear(g, x, layer, arithmetic === 'int8' ? FULL_RANGE : REDUCED_RANGE);
  const { weight, bias } = layer;
  const product = g.matMul(x, g.constant(weight, [weight.length / bias.length, bias.length]));
  return g.add(product, g.constant(bias, [bias.length]));
}

/** [B, T, W] → [B, heads, T, W / heads] */
const splitHeads = (g: GraphBuilder, x: Value, width: number, heads: number): Value =>
  g.transpose(g.reshape(x, [0, -1, heads, width / heads]), [0, 2, 1, 3]);

/** [B, heads, T, W / heads] → [B, T, W] */
const mergeHeads = (g: GraphBuilder, x: Value, width: number): Value =>
  g.reshape(g.transpose(x, [0, 2, 1, 3]), [0, -1, width]);

/** Written in the form that ONNX Runtime recognises and runs as one kernel. */
function activate(g: GraphBuilder, x: Value, activation: Activation): Value {
  if (activation === 'quick_gelu') return g.mul(x, g.sigmoid(g.mul(x, 1.702)));
  return g.mul(g.mul(x, g.add(g.erf(g.div(x, Math.SQRT2)), 1)), 0.5);
}
