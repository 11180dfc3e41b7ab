// Opens a checkpoint on a disk: .safetensors, torch or TorchScript, by what its first bytes say.
// Runs in Node.
import { readCheckpoint, type Checkpoint } from '../clip/checkpoint.ts';
import { openFile } from './file-access.ts';

export interface OpenCheckpoint extends Checkpoint {
  close(): void;
}

/**
 * Opens a file of weights. Only its table of contents is read; the tensors are read from the file when they are asked for,
 * until it is closed. Throws `data.folder_missing` or `weights.invalid`.
 */
export function openCheckpoint(path: string): OpenCheckpoint {
  const file = openFile(path);
  try {
    return { ...readCheckpoint(file, path), close: () => file.close() };
  } catch (error) {
    file.close();
    throw error;
  }
}
