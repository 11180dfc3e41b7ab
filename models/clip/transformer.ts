// The pre-norm transformer block of CLIP as graph nodes, shared by the vision and the text tower.
// Runs anywhere (writes ONNX nodes, pure TypeScript). Specification § B.2 and § H.3.
import type { GraphBuilder, Value } from '../onnx/graph.ts';
import type { Activation } from './architecture.ts';
import type { BlockWeights, Linear, Norm } from './weights.ts';

/** What a block needs to know besides its weights. */
export interface BlockSettings {
  /** W */
  readonly width: number;
  readonly heads: number;
  readonly activation: Activation;
  /** Added to the attention scores; broadcasts to [B, heads, T, T]. The text tower's causal mask. */
  readonly mask?: Value;
}

/** The tensors of a block that the method looks at; h is the block's input. */
export interface Block {
  /** m = h + attention(LN1(h)), before the MLP: [B, T, W]. */
  readonly afterAttention: Value;
  /** m + MLP(LN2(m)): [B, T, W]. */
  readonly output: Value;
  /** V, split into heads [B, heads, T, W / heads]: what v-v attention works on. */
  readonly values: Value;
}

/** Appends one block to the graph. `h` is [B, T, W]. */
export function transformerBlock(
  g: GraphBuilder,
  h: Value,
  weights: BlockWeights,
  settings: BlockSettings,
): Block {
  const qkv = linear(g, layerNorm(g, h, weights.norm1), weights.qkv);
  const [q, k, v] = g.split(qkv, 3, -1).map((x) => splitHeads(g, x, settings)) as [Value, Value, Value];
  const afterAttention = g.add(h, attention(g, q, k, v, weights.out, settings));
  const hidden = linear(g, layerNorm(g, afterAttention, weights.norm2), weights.mlpIn);
  const mlp = linear(g, activate(g, hidden, settings.activation), weights.mlpOut);
  return { afterAttention, output: g.add(afterAttention, mlp), values: v };
}

/**
 * OutProj( concat_heads softmax(q kᵀ / √d_h + mask) v ): [B, T, W]. With q = k = v it is the v-v attention of the
 * dual path.
 */
export function attention(
  g: GraphBuilder,
  q: Value,
  k: Value,
  v: Value,
  out: Linear,
  { width, heads, mask }: BlockSettings,
): Value {
  const scaled = g.mul(q, 1 / Math.sqrt(width / heads));
  const scores = g.matMul(scaled, g.transpose(k, [0, 1, 3, 2]));
  const weights = g.softmax(mask === undefined ? scores : g.add(scores, mask));
  return linear(g, mergeHeads(g, g.matMul(weights, v), width), out);
}

/** Layer normalisation of the last axis. */
export const layerNorm = (g: GraphBuilder, x: Value, { scale, bias }: Norm): Value =>
  g.layerNorm(x, g.constant(scale, [scale.length]), g.constant(bias, [bias.length]));

/** Rows scaled to length 1. */
export const l2Normalise = (g: GraphBuilder, x: Value): Value => g.div(x, g.reduceL2(x));

function linear(g: GraphBuilder, x: Value, { weight, bias }: Linear): Value {
  const product = g.matMul(x, g.constant(weight, [weight.length / bias.length, bias.length]));
  return g.add(product, g.constant(bias, [bias.length]));
}

/** [B, T, W] → [B, heads, T, W / heads] */
const splitHeads = (g: GraphBuilder, x: Value, { width, heads }: BlockSettings): Value =>
  g.transpose(g.reshape(x, [0, -1, heads, width / heads]), [0, 2, 1, 3]);

/** [B, heads, T, W / heads] → [B, T, W] */
const mergeHeads = (g: GraphBuilder, x: Value, width: number): Value =>
  g.reshape(g.transpose(x, [0, 2, 1, 3]), [0, -1, width]);

/** Written in the form that ONNX Runtime recognises and runs as one kernel. */
function activate(g: GraphBuilder, x: Value, activation: Activation): Value {
  if (activation === 'quick_gelu') return g.mul(x, g.sigmoid(g.mul(x, 1.702)));
  return g.mul(g.mul(x, g.add(g.erf(g.div(x, Math.SQRT2)), 1)), 0.5);
}
