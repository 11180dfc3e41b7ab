// The frozen part of SDP+ training: photographs in, the raw patch tokens of the four stages out.
// Runs anywhere (writes ONNX bytes, pure TypeScript). Specification § B.2 and C.1.
import {
  embedImage,
  inputSize,
  stagePatchTokens,
  STAGES,
  type Stage,
  type Tap,
  type VisionOptions,
} from '../clip-ad/vision-graph.ts';
import { transformerBlock } from '../clip/transformer.ts';
import { LoupeError } from '../errors.ts';
import { GraphBuilder, type Value } from '../onnx/graph.ts';

/**
 * Builds the plain vision tower with the taps of the four stages. The dual path is left out: the layers of SDP+ never see it
 * (§ C.1), and it is a third of the work.
 *
 * | | name | type | shape |
 * |---|---|---|---|
 * | in | `image_u8` | uint8 | [B, S, S, 3] |
 * | out | `X` | float32 | [B, 4, N, W], the same as that of {@link buildFeatureGraph} |
 *
 * @throws `usage` for an impossible image size, `weights.mismatch` when the depth is not a multiple of 4
 */
export function tokenGraph(options: VisionOptions & { readonly tap: Tap }): GraphBuilder {
  const { architecture, weights, tap } = options;
  const { width, heads } = architecture.vision;
  const { blocks } = weights;
  if (blocks.length === 0 || blocks.length % STAGES !== 0) {
    const reason = `the ${blocks.length} blocks of the vision tower cannot be cut into ${STAGES} equal stages`;
    throw new LoupeError('weights.mismatch', { reason });
  }
  const { patches } = inputSize(options);
  const perStage = blocks.length / STAGES;
  const g = new GraphBuilder('clip_ad_tokens');
  const taps: Value[] = [];
  let h = embedImage(g, options);
  for (const [l, block] of [...blocks].entries()) {
    const { afterAttention, output } = transformerBlock(g, h, block, {
      width,
      heads,
      activation: architecture.activation,
    });
    // The stage before is complete: h is its last state, and this block has just made its official tap (trap T1).
    if (l > 0 && l % perStage === 0) taps.push(tap === 'official' ? afterAttention : h);
    h = output;
  }
  taps.push(h);
  const stages = taps.map((original): Stage => ({ original, dual: original }));
  const tokens = stagePatchTokens(g, stages, options);
  g.output('X', tokens, 'float32', ['B', STAGES, patches, width]);
  return g;
}
