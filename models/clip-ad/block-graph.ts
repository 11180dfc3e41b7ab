// One block of the vision tower with its v-v attention as a model of its own: the self-test of an import runs them in turn.
// Runs anywhere (writes ONNX bytes, pure TypeScript). Specification § B.2.
import type { ClipArchitecture } from '../clip/architecture.ts';
import { attention, transformerBlock } from '../clip/transformer.ts';
import type { BlockWeights } from '../clip/weights.ts';
import { GraphBuilder } from '../onnx/graph.ts';

/** In `h` [1, tokens, W]; out `afterAttention`, `output` and `dual`, all alike. */
export function buildBlockGraph(
  weights: BlockWeights,
  { vision, activation }: ClipArchitecture,
  tokens: number,
): Uint8Array {
  const { width, heads } = vision;
  const settings = { width, heads, activation };
  const g = new GraphBuilder('clip_block');
  const shape = [1, tokens, width];
  const block = transformerBlock(g, g.input('h', 'float32', shape), weights, settings);
  const { values } = block;
  g.output('afterAttention', block.afterAttention, 'float32', shape);
  g.output('output', block.output, 'float32', shape);
  g.output('dual', attention(g, values, values, values, weights.out, settings), 'float32', shape);
  return g.toBytes();
}
