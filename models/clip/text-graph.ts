// The text tower of CLIP as an ONNX model: token ids in, unit embeddings out.
// Runs anywhere (writes ONNX bytes, pure TypeScript). Specification § A.2 and § H.8.
import { LoupeError } from '../errors.ts';
import { GraphBuilder, type Value } from '../onnx/graph.ts';
import type { ClipArchitecture } from './architecture.ts';
import { l2Normalise, layerNorm, transformerBlock } from './transformer.ts';
import type { TextWeights } from './weights.ts';

export interface TextGraphOptions {
  readonly architecture: ClipArchitecture;
  readonly weights: TextWeights;
}

/**
 * Builds the text tower for B prompts of at most T tokens, given as a tree of N tokens (token-tree.ts); T may be anything up
 * to the context length.
 *
 * | | name | type | shape |
 * |---|---|---|---|
 * | in | `ids` | int64 | [N], token ids |
 * | in | `depths` | int64 | [N], position of each token in its prompts |
 * | in | `paths` | int64 | [B, T], the tokens of each prompt, its last one repeated at the end |
 * | in | `places` | int64 | [N], a place of each token in `paths` |
 * | out | `embedding` | float32 | [B, D], rows of length 1 |
 *
 * Because the mask is causal, a token has the same state in all prompts that begin alike, and a T just long enough for the
 * longest prompt gives the same embeddings as the full context. Of CLIP-AD's 418 prompts two tokens in three are shared:
 * everything is computed once for each of them, and only attention goes along the prompts.
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
  const ids = g.input('ids', 'int64', ['N']);
  const depths = g.input('depths', 'int64', ['N']);
  const paths = g.input('paths', 'int64', ['B', 'T']);
  const places = g.input('places', 'int64', ['N']);

  const tokens = g.size(paths, 1);
  const fullMask = g.constant(causalMask(contextLength), [contextLength, contextLength]);
  const mask = g.slice(g.slice(fullMask, 0, 0, tokens), 1, 0, tokens);
  const sequences = {
    spread: (rows: Value) => g.gather(rows, paths),
    collect: (x: Value) => g.gather(g.reshape(x, [-1, width]), places),
  };

  const position = g.gather(g.constant(weights.position, [contextLength, width]), depths);
  let h = g.add(g.gather(g.constant(weights.token, [vocabSize, width]), ids), position);
  for (const block of weights.blocks) {
    h = transformerBlock(g, h, block, { width, heads, activation, mask, sequences }).output;
  }
  // Layer normalisation works on single rows, so taking the end token first gives the same row for less work.
  const endToken = g.gather(h, g.reshape(g.slice(paths, 1, -1, tokens), [-1]));
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
