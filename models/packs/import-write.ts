// Writes the files of a new pack piece by piece and hashes what it writes: no file is ever in memory as a whole.
// Runs in Node.
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { bytesPerValue, tensorBytes } from '../clip/dtype.ts';
import { safetensorsHeader, type TensorType } from '../clip/safetensors-write.ts';
import type { StoredTensors } from '../clip/tensor-source.ts';
import type { PackManifest } from './manifest.ts';

export type PackFile = PackManifest['files'][number];

/** Tensors of a source that become a .safetensors file, in the order of the file. */
export interface TensorCopy {
  readonly source: StoredTensors;
  /** Names in the new file, and those in the source. */
  readonly names: ReadonlyMap<string, string>;
}

/**
 * Plans a copy: large types first, so that every tensor is aligned to its type, as other programs like it.
 *
 * @param prefix stands before the names in the source and is left out
 */
export function planCopy(source: StoredTensors, names: readonly string[], prefix: string): TensorCopy {
  const size = (name: string): number => bytesPerValue(source.dtype(prefix + name)) ?? 0;
  const order = [...names].sort((a, b) => size(b) - size(a));
  return { source, names: new Map(order.map((name) => [name, prefix + name])) };
}

const headerOf = ({ source, names }: TensorCopy): Uint8Array =>
  safetensorsHeader(
    new Map(
      [...names].map(([name, from]): [string, TensorType] => [
        name,
        { dtype: source.dtype(from), shape: source.shape(from) },
      ]),
    ),
    { format: 'pt' }, // the mark by which Hugging Face knows that the tensors are torch's
  );

/** Bytes of the file that a copy becomes. */
export const copySize = (copy: TensorCopy): number =>
  [...copy.names.values()].reduce(
    (sum, from) => sum + tensorBytes(copy.source.dtype(from), copy.source.shape(from)),
    headerOf(copy).length,
  );

/** The file that a copy becomes, one tensor at a time, with the stored values and types. */
export function* copyChunks(copy: TensorCopy): Generator<Uint8Array> {
  yield headerOf(copy);
  for (const from of copy.names.values()) yield copy.source.bytes(from);
}

/** Writes a new file into `folder`, down to the disk. `onWritten` is told the number of bytes so far, and may throw. */
export async function writePackFile(
  folder: string,
  path: string,
  chunks: Iterable<Uint8Array>,
  onWritten: (bytes: number) => void = () => undefined,
): Promise<PackFile> {
  const hash = createHash('sha256');
  let bytes = 0;
  const handle = await open(join(folder, path), 'wx');
  try {
    for (const chunk of chunks) {
      hash.update(chunk);
      await handle.appendFile(chunk);
      bytes += chunk.length;
      onWritten(bytes);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { path, bytes, sha256: hash.digest('hex') };
}
