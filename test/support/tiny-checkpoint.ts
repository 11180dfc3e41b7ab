// A checkpoint file of a tiny CLIP with random weights, as open_clip would save it, for the tests of the import.
// Runs in the tests (Node).
import { writeFileSync } from 'node:fs';
import type { ClipArchitecture } from '../../models/clip/architecture.ts';
import { writeSafetensors, type NamedTensor } from '../../models/clip/safetensors-write.ts';
import { randomClip } from './tiny-clip.ts';

/** Its sizes can all be read from the weights: one head of 64 in both towers. */
export const TINY_CHECKPOINT: ClipArchitecture = {
  embedDim: 16,
  activation: 'gelu',
  vision: { width: 64, layers: 4, heads: 1, mlpWidth: 96, patch: 8, imageSize: 32 },
  text: { width: 64, layers: 1, heads: 1, mlpWidth: 32, contextLength: 96, vocabSize: 512 + 1 + 2 },
};
/** The list of merges of its tokenizer. */
export const TINY_MERGES = '#version: 0.2\nt h\n';

export type Tensors = Map<string, NamedTensor>;

/** Writes a .safetensors file; `change` may spoil the weights. Returns the path. */
export function writeTinyCheckpoint(
  path: string,
  change: (tensors: Tensors) => void = () => undefined,
): string {
  const source = randomClip(TINY_CHECKPOINT);
  const tensors: Tensors = new Map(
    source.names().map((name) => [name, { shape: source.shape(name), data: source.float32(name) }]),
  );
  change(tensors);
  writeFileSync(path, writeSafetensors(tensors));
  return path;
}
