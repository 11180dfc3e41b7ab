// Linear layers and attention as ONNX Runtime's processor provider runs them fastest with 8-bit weights.
// Runs anywhere (writes ONNX nodes, pure TypeScript). Specification § H.6.
import type { GraphBuilder, Value } from '../onnx/graph.ts';
import type { Linear } from './weights.ts';

/**
 * The largest weight in whole steps, symmetric around 0, so that no zero point is needed. x64 processors without VNNI add
 * pairs of products in 16 bits: 2 · 255 · 127 would be cut off there, 2 · 255 · 63 fits.
 */
export const FULL_RANGE = 127;
export const REDUCED_RANGE = 63;

/** A layer x · W + b with W ≈ weight · scale, one scale for each output channel. */
export interface Int8Linear {
  /** [in, out], row-major */
  readonly weight: Int8Array;
  /** [out] */
  readonly scale: Float32Array;
  /** [out] */
  readonly bias: Float32Array;
  readonly largest: number;
}

/** The same layer is used twice (attention and v-v attention) and must be stored once. */
const quantised = new WeakMap<Linear, Int8Linear>();

/** Rounds each output channel of a layer to -largest..largest steps of its own largest weight. */
export function quantise(layer: Linear, largest = FULL_RANGE): Int8Linear {
  const known = quantised.get(layer);
  if (known?.largest === largest) return known;
  const { weight, bias } = layer;
  const outputs = bias.length;
  const scale = new Float32Array(outputs);
  for (let row = 0; row < weight.length; row += outputs) {
    for (let c = 0; c < outputs; c++) {
      scale[c] = Math.max(scale[c] ?? NaN, Math.abs(weight[row + c] ?? NaN) / largest);
    }
  }
  const rounded = new Int8Array(weight.length);
  for (let row = 0; row < weight.length; row += outputs) {
    for (let c = 0; c < outputs; c++) {
      const step = scale[c] ?? NaN;
      rounded[row + c] = step > 0 ? Math.round((weight[row + c] ?? NaN) / step) : 0; // a channel of zeros has no step
    }
  }
  const made = { weight: rounded, scale, bias, largest };
  quantised.set(layer, made);
  return made;
}

/**
 * x · W + b in 8-bit integers: x [..., in] is rounded to one scale and zero point per run. Unsigned activations and
 * signed weights without a zero point are the one combination that is fast on processors with VNNI (docs/performance.md).
 */
export function int8Linear(g: GraphBuilder, x: Value, layer: Linear, largest = FULL_RANGE): Value {
  const { weight, scale, bias } = quantise(layer, largest);
  const outputs = bias.length;
  const matrix = g.int8(weight, [weight.length / outputs, outputs]);
  const bound = [g.constant(scale, [outputs]), '', g.constant(bias, [outputs])] as const;
  return g.contrib('DynamicQuantizeMatMul', [x, matrix, ...bound]);
}

/** Attention of q, k, v [B, T, W] in float32 and in one kernel: [B, T, W], heads side by side. */
export const fusedAttention = (g: GraphBuilder, q: Value, k: Value, v: Value, heads: number): Value =>
  g.contrib('MultiHeadAttention', [q, k, v], { num_heads: heads });
