// The trained part of SDP+: one linear layer per stage that maps raw patch tokens into the text space.
// Runs anywhere (pure TypeScript on bytes). Specification § C.1.
import type { ClipArchitecture } from '../clip/architecture.ts';
import type { TensorSource } from '../clip/tensor-source.ts';
import { readTensor } from '../clip/weights.ts';
import { LoupeError } from '../errors.ts';
import { STAGES } from './vision-graph.ts';

/** z = weight · x + bias per stage; `weight[s]` is [D, W], `bias[s]` is [D], as in the authors' checkpoints. */
export interface SdpPlusHead {
  readonly weight: readonly Float32Array[];
  readonly bias: readonly Float32Array[];
}

/** What programs that save a head put in front of its names: the field of the authors' checkpoint, a parallel training. */
const PREFIXES = ['', 'linear_layers.', 'module.', 'linear_layers.module.'];

/**
 * Reads `fc.0.weight`, `fc.0.bias` … `fc.3.bias` and checks them against the model that the head is for.
 *
 * @param file name for the error text
 * @throws `head.invalid` when a layer is missing, has another shape or holds a value that is not finite
 */
export function readHead(source: TensorSource, architecture: ClipArchitecture, file = 'head'): SdpPlusHead {
  const refuse = (reason: string): LoupeError => new LoupeError('head.invalid', { file, reason });

  const prefix = PREFIXES.find((before) => source.has(`${before}fc.0.weight`)) ?? '';
  const tensor = (name: string, shape: readonly number[]): Float32Array => {
    const data = readTensor(source, prefix + name, shape, refuse);
    if (!data.every(Number.isFinite)) throw refuse(`the tensor ${name} holds values that are not finite`);
    return data;
  };

  const { embedDim, vision } = architecture;
  const stages = Array.from({ length: STAGES }, (_, s) => s);
  return {
    weight: stages.map((s) => tensor(`fc.${s}.weight`, [embedDim, vision.width])),
    bias: stages.map((s) => tensor(`fc.${s}.bias`, [embedDim])),
  };
}
