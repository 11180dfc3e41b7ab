// The text tower of CLIP as an ONNX model: token ids in, unit embeddings out.
// Runs anywhere (writes ONNX bytes, pure TypeScript). Specification § A.2 and § H.8.
import { LoupeError } from '../errors.ts';
import { GraphBuilder } from '../onnx/graph.ts';
import type { ClipArchitecture } from './architecture.ts';
import { l2Normalise, layerNorm, transformerBlock } from './transformer.ts';
import type { TextWeights } from './weights.ts';

export interface TextGraphOptions {
  readonly architecture: ClipArchitecture;
  readonly weights: TextWeights;
}

/**
 * Builds the text tower for B prompts of T tokens; T may be anything up to the context length.
 *
 * | | name | type | shape |
 * |---|---|---|---|
 * | in | `ids` | int64 | [B, T], token ids, zeros after the end token |
 * | in | `end` | int64 | [B], index of each prompt's end token |
 * | out | `embedding` | float32 | [B, D], rows of length 1 |
 *
 * Because the mask is causal, a T just long enough for the longest prompt gives the same embeddings as the full
 * context.
 *
 * @throws `weights.mismatch` when the architecture has no text tower
 */
export const buildTextGraph = (options: TextGraphOptions): Uint8Array => textGraph(options).toBytes();

/** The same model as a graph, for who wants its weights beside it. Throws as {@link buildTextGraph}. */
export function textGraph({ architecture, weights }: TextGraphOptions): GraphBuilder {
  const { text, embedDim, activation } = architecture;
  if (!text)
    throw new LoupeError('weights.mismatch', { reason: 'the model is described without a text tower' });
  const { width, heads, contextLength, vocabSize } = text;
  const g = new GraphBuilder('clip_text');
  const ids = g.input('ids', 'int64', ['B', 'T']);
  const end = g.input('end', 'int64', ['B']);

  const tokens = g.size(ids, 1);
  const position = g.slice(g.constant(weights.position, [contextLength, width]), 0, 0, tokens);
  const fullMask = g.constant(causalMask(contextLength), [contextLength, contextLength]);
  const mask = g.slice(g.slice(fullMask, 0, 0, tokens), 1, 0, tokens);

  let h = g.add(g.gather(g.constant(weights.token, [vocabSize, width]), ids), position);
  for (const block of weights.blocks) {
    h = transformerBlock(g, h, block, { width, heads, activation, mask }).output;
  }
  // Layer normalisation works on single rows, so taking the end token first gives the same row for less work.
  const endToken = g.gatherRow(h, g.reshape(end, [-1, 1]));
  const projection = g.constant(weights.projection, [width, embedDim]);
  const embedding = g.matMul(layerNorm(g, endToken, weights.normFinal), projection);
  g.output('embedding', l2Normalise(g, embedding), 'float32', ['B', embedDim]);
  return g;
}

/** [T, T], added to attention scores: 0 where a token may look (itself and before), -∞ after it. */
function causalMask(size: number): Float32Array {
  return Float32Array.from({ length: size * size }, (_, i) =>
    i % size > Math.floor(i / size) ? -Infinity : 0,
  );
}
