// Pieces that the inspection model and its comparison have in common.
// Runs anywhere (writes ONNX nodes, pure TypeScript).
import type { GraphBuilder, Value } from '../onnx/graph.ts';
import { transpose, type Matrix } from './matrices.ts';

/** CLIP's temperature as CLIP-AD uses it: a constant, not the learned scale. § A.4. */
export const TEMPERATURE = 100;

/** Nodes of the text input: columns t_n and t_a, and their difference u = t_a - t_n [D, 1]. */
export interface TextPair {
  /** [D, 2] */
  readonly both: Value;
  readonly difference: Value;
}

/** softmax(100 · f · [t_n, t_a])_a of unit rows f, as the sigmoid of the difference: [..., D] → [..., 1]. */
export const abnormalProbability = (g: GraphBuilder, f: Value, text: TextPair): Value =>
  g.sigmoid(g.mul(g.matMul(f, text.difference), TEMPERATURE));

/** M·x·Mᵀ for each map x of the last two axes. */
export const sandwich = (g: GraphBuilder, matrix: Matrix, x: Value): Value =>
  g.matMul(g.matMul(matrixConstant(g, matrix), x), matrixConstant(g, transpose(matrix)));

export const matrixConstant = (g: GraphBuilder, { rows, columns, data }: Matrix): Value =>
  g.constant(Float32Array.from(data), [rows, columns]);
