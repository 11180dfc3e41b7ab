// An SDP+ head before its training, and one as the bytes of a file.
// Runs anywhere (pure TypeScript on bytes). Specification § C.1.
import type { SdpPlusHead } from '../clip-ad/head.ts';
import { STAGES } from '../clip-ad/vision-graph.ts';
import { writeSafetensors, type NamedTensor } from '../clip/safetensors-write.ts';
import { randomFor } from './random.ts';

/** W and D: a layer maps W numbers to D. */
export interface HeadSize {
  readonly width: number;
  readonly embedDim: number;
}

/** Weights and biases uniform in ±1/√W, as PyTorch begins a linear layer. */
export function initialHead({ width, embedDim }: HeadSize, seed: number): SdpPlusHead {
  const bound = 1 / Math.sqrt(width);
  const layer = (name: string, length: number): Float32Array => {
    const random = randomFor(seed, name);
    return Float32Array.from({ length }, () => bound * (2 * random() - 1));
  };
  const stages = Array.from({ length: STAGES }, (_, s) => s);
  return {
    weight: stages.map((s) => layer(`fc.${s}.weight`, embedDim * width)),
    bias: stages.map((s) => layer(`fc.${s}.bias`, embedDim)),
  };
}

/** The tensors of a head in the names of the authors' checkpoints. */
export function headTensors(head: SdpPlusHead): Map<string, NamedTensor> {
  return new Map(
    head.weight.flatMap((data, s): [string, NamedTensor][] => {
      const bias = head.bias[s]!;
      return [
        [`fc.${s}.weight`, { shape: [bias.length, data.length / bias.length], data }],
        [`fc.${s}.bias`, { shape: [bias.length], data: bias }],
      ];
    }),
  );
}

/** The .safetensors file of a head; the same head with the same metadata gives the same bytes. */
export const writeHead = (head: SdpPlusHead, metadata: Readonly<Record<string, string>>): Uint8Array =>
  writeSafetensors(headTensors(head), metadata);
