// Reads torch checkpoints (.pt, .pth, .bin): the zip files of torch.save since torch 1.6, and TorchScript archives.
// Runs anywhere (pure TypeScript); made for files from strangers: nothing in them is run.
import { LoupeError } from '../../errors.ts';
import { decodeFloats } from '../float-decode.ts';
import type { RandomAccess } from '../random-access.ts';
import type { StoredTensors } from '../tensor-source.ts';
import { collectTensors } from './collect.ts';
import { checkTensor, readElements } from './elements.ts';
import type { Fail } from './fail.ts';
import { unpickle } from './pickle.ts';
import { ScriptModule } from './values.ts';
import { openZip, type ZipArchive } from './zip.ts';

/** The description of the tensors; the one of ViT-L/14 has 45 KB. */
const PICKLE_LIMIT = 1 << 24;

export interface TorchFile extends StoredTensors {
  /** A TorchScript archive, as OpenAI published its models. */
  readonly script: boolean;
}

/**
 * Opens a checkpoint; `name` is only for the error text. The names of the tensors are those of the state dict, or the
 * paths through the modules of a TorchScript archive. Only their description is read now, each tensor when it is asked
 * for. Throws `weights.invalid`.
 */
export function readTorch(file: RandomAccess, name: string): TorchFile {
  const fail: Fail = (reason) => {
    throw new LoupeError('weights.invalid', { file: name, reason: reason.slice(0, 300) }); // names can be huge
  };
  const zip = openZip(file, fail);
  const folder = archiveFolder(zip, fail);
  checkByteOrder(file, zip, folder, fail);
  const pickle = zip.find(`${folder}/data.pkl`);
  if (pickle.size > PICKLE_LIMIT) return fail('its description of the tensors is too long');
  const root = unpickle(file.read(pickle.offset, pickle.size), fail);
  const tensors = collectTensors(root, fail);
  const stored = new Map(
    [...tensors].map(([tensor, { storage }]) => [tensor, zip.find(`${folder}/data/${storage.key}`)]),
  );
  const find = (tensor: string) => {
    const [view, entry] = [tensors.get(tensor), stored.get(tensor)];
    if (!view || !entry)
      throw new LoupeError('weights.mismatch', { reason: `${name} has no tensor "${tensor}"` });
    return { view, entry };
  };
  for (const tensor of tensors.keys()) {
    const { view, entry } = find(tensor);
    checkTensor(tensor, view, entry, fail);
  }
  const bytes = (tensor: string): Uint8Array => {
    const { view, entry } = find(tensor);
    return readElements(file, view, entry);
  };
  return {
    script: root instanceof ScriptModule,
    metadata: {},
    names: () => [...tensors.keys()],
    has: (tensor) => tensors.has(tensor),
    shape: (tensor) => find(tensor).view.shape,
    dtype: (tensor) => find(tensor).view.storage.dtype,
    bytes,
    float32: (tensor) => {
      const { dtype } = find(tensor).view.storage;
      return (
        decodeFloats(bytes(tensor), dtype) ?? fail(`"${tensor}" is ${dtype}, not a floating-point tensor`)
      );
    },
  };
}

/** The one folder at the top of the archive, named after the file as it was once saved. */
function archiveFolder(zip: ZipArchive, fail: Fail): string {
  const [folder, ...more] = zip.names.flatMap((entry) => /^([^/]+)\/data\.pkl$/.exec(entry)?.[1] ?? []);
  if (folder === undefined || more.length > 0)
    return fail('this zip archive is no torch checkpoint: no data.pkl in it');
  return folder;
}

/** Written since torch 2.1; before, everything was little-endian. */
function checkByteOrder(file: RandomAccess, zip: ZipArchive, folder: string, fail: Fail): void {
  const name = `${folder}/byteorder`;
  if (!zip.names.includes(name)) return;
  const { offset, size } = zip.find(name);
  const order = new TextDecoder().decode(file.read(offset, Math.min(size, 16)));
  if (order !== 'little') fail(`its byte order is "${order}", only "little" is supported`);
}
