// Opens a file of weights by what its first bytes say, whatever its name is.
// Runs anywhere (pure TypeScript); models/packs/checkpoint.ts opens files on a disk.
import { LoupeError } from '../errors.ts';
import { inMemory, type RandomAccess } from './random-access.ts';
import { readSafetensors } from './safetensors.ts';
import type { StoredTensors } from './tensor-source.ts';
import { readTorch } from './torch/read.ts';

export type CheckpointFormat = 'safetensors' | 'torch' | 'torchscript';

export interface Checkpoint extends StoredTensors {
  readonly format: CheckpointFormat;
}

/** Beginnings of files that people mistake for weights, and what to tell them. */
const MISTAKEN: readonly (readonly [RegExp, string])[] = [
  [/^$/, 'it is empty'],
  [
    /^\x80[\x02-\x05]/,
    'this is the format of torch before 1.6: load it with a trusted torch and save it again with torch.save',
  ],
  [/^version https:\/\/git-lfs/, 'this is only a Git LFS pointer: fetch the file itself with "git lfs pull"'],
  [/^\s*<(!doctype|html|\?xml)/i, 'this is a web page, not the file itself: download it again'],
];

/**
 * Opens .safetensors, torch checkpoints and TorchScript archives; `name` is only for the error text. Tensors are read when
 * they are asked for. Throws `weights.invalid`.
 */
export function readCheckpoint(file: RandomAccess, name: string): Checkpoint {
  const start = String.fromCharCode(...file.read(0, Math.min(file.size, 64)));
  const mistaken = MISTAKEN.find(([beginning]) => beginning.test(start));
  if (mistaken) throw new LoupeError('weights.invalid', { file: name, reason: mistaken[1] });
  if (!start.startsWith('PK')) return { ...readSafetensors(file, name), format: 'safetensors' };
  const torch = readTorch(file, name);
  return { ...torch, format: torch.script ? 'torchscript' : 'torch' };
}

/** Opens the bytes of a whole file, as {@link readCheckpoint}. */
export const parseCheckpoint = (bytes: Uint8Array, name: string): Checkpoint =>
  readCheckpoint(inMemory(bytes), name);
