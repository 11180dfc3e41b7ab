// Window scoring as in WinCLIP: every window of patches is classified on its own. A row that evaluations compare with.
// Runs anywhere (writes ONNX bytes, pure TypeScript).
import { transformerBlock } from '../clip/transformer.ts';
import { LoupeError } from '../errors.ts';
import { GraphBuilder, type Value } from '../onnx/graph.ts';
import { abnormalProbability, matrixConstant, sandwich, type TextPair } from './graph-parts.ts';
import { gaussianMatrix, multiply, upsampleMatrix, type Matrix } from './matrices.ts';
import { blockSettings, embedImage, inputSize, projectToText, type VisionOptions } from './vision-graph.ts';

/** Sides of the windows in patches: 32 and 48 pixels at patch 16. */
const WINDOWS = [2, 3];
/** Keeps the harmonic mean finite where float32 rounds a probability to nothing. */
const FLOOR = 1e-6;

export interface WindowOptions extends VisionOptions {
  /** Standard deviation of the Gaussian in pixels; 0 = none, as in WinCLIP itself. */
  readonly sigma: number;
}

/**
 * Builds the model: the inputs and outputs of `buildInspectGraph` without `low` and `feature`, for one image at a time (B = 1). The
 * tokens of each window go through the tower together with CLS, which gives the window's probability; every patch takes
 * the harmonic mean over the windows that cover it, then over the two sizes and the whole image.
 *
 * @throws `usage` when the grid is smaller than the larger window
 */
export const buildWindowGraph = (options: WindowOptions): Uint8Array => windowGraph(options).toBytes();

/** The same model as a graph, for who wants its weights beside it. Throws as {@link buildWindowGraph}. */
export function windowGraph(options: WindowOptions): GraphBuilder {
  const { embedDim, vision } = options.architecture;
  const { imageSize, grid, patches } = inputSize(options);
  if (grid < Math.max(...WINDOWS)) {
    const reason = `Window scoring needs at least 3 x 3 patches; the model has ${grid} x ${grid}.`;
    throw new LoupeError('usage', { reason });
  }
  const g = new GraphBuilder('winclip_windows');
  const tokens = embedImage(g, options);
  const both = g.input('text', 'float32', [embedDim, 2]);
  const text: TextPair = { both, difference: g.sub(g.slice(both, 1, 1, 2), g.slice(both, 1, 0, 1)) };

  const whole = classify(g, tokens, text, options); // [1, 1, 1]
  const table = g.reshape(tokens, [1 + patches, vision.width]);
  const parts = WINDOWS.map((side) => {
    const windows = windowsOf(grid, side);
    const rows = g.gather(table, g.integers(windows.flatMap((window) => [0, ...window.map((i) => i + 1)])));
    const stack = g.reshape(rows, [windows.length, 1 + side * side, vision.width]);
    const probability = g.reshape(classify(g, stack, text, options), [windows.length, 1]);
    return g.matMul(matrixConstant(g, coverage(windows, patches)), g.div(1, g.add(probability, FLOOR)));
  });
  const inverse = [g.reshape(g.div(1, g.add(whole, FLOOR)), [1, 1]), ...parts].reduce((a, b) => g.add(a, b));
  const low = g.reshape(g.div(WINDOWS.length + 1, inverse), [1, grid, grid]);
  const enlarge = multiply(
    gaussianMatrix(imageSize, options.sigma),
    upsampleMatrix(grid, imageSize, 'half_pixel'),
  );
  const heat = sandwich(g, enlarge, low);
  g.output('heat', heat, 'float32', ['B', imageSize, imageSize]);
  g.output('score0', g.reshape(whole, [-1]), 'float32', ['B']);
  g.output('score1', g.reduceMax(heat, [1, 2]), 'float32', ['B']);
  return g;
}

/** Tokens [n, T, W] through the whole tower → probability of "abnormal" by their CLS rows, [n, 1, 1]. */
function classify(g: GraphBuilder, tokens: Value, text: TextPair, options: VisionOptions): Value {
  const settings = blockSettings(options);
  let last = tokens;
  for (const block of options.weights.blocks) last = transformerBlock(g, last, block, settings).output;
  return abnormalProbability(g, projectToText(g, g.slice(last, 1, 0, 1), options), text);
}

/** Indices of the patches of every window of `side` x `side`, at every place of the grid. */
function windowsOf(grid: number, side: number): number[][] {
  const places = grid - side + 1;
  return Array.from({ length: places * places }, (_, n) => {
    const corner = Math.floor(n / places) * grid + (n % places);
    return Array.from({ length: side * side }, (_, i) => corner + Math.floor(i / side) * grid + (i % side));
  });
}

/** [patches, windows]: 1 / (number of windows over the patch) where the window covers it. */
function coverage(windows: readonly (readonly number[])[], patches: number): Matrix {
  const data = new Float64Array(patches * windows.length);
  const covering = new Float64Array(patches);
  for (const patch of windows.flat()) covering[patch] = (covering[patch] ?? 0) + 1;
  windows.forEach((window, w) => {
    for (const patch of window) data[patch * windows.length + w] = 1 / (covering[patch] ?? NaN);
  });
  return { rows: patches, columns: windows.length, data };
}
