// Brings the CUDA provider of ONNX Runtime into its folder, from a folder that somebody carried here: Loupe downloads nothing.
// Runs on the command line (Node): `loupe device install cuda <folder>`.
import { createHash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { copyFile, open, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { LoupeError } from '../../../models/errors.ts';

/** Without these two there is no CUDA provider. */
export const CUDA_LIBRARIES = [
  'libonnxruntime_providers_shared.so',
  'libonnxruntime_providers_cuda.so',
] as const;

/** NVIDIA's own libraries, where they are not installed on the system: the provider looks beside itself too. */
const COMPANION = /^lib(?:cudart|cublas|cublasLt|cufft|curand|nvrtc|nvJitLink|cudnn(?:_\w+)?)\.so\.\d+$/;

/** What the provider must export to be one. */
const ENTRY_POINT: Readonly<Record<string, string>> = {
  'libonnxruntime_providers_shared.so': 'Provider_SetHost',
  'libonnxruntime_providers_cuda.so': 'GetProvider',
};

/** Where ONNX Runtime looks for its providers: beside its own library. */
export function runtimeFolder(): string {
  const entry = createRequire(import.meta.url).resolve('onnxruntime-node');
  const unpacked = dirname(entry).replace(/app\.asar(?=[/\\])/, 'app.asar.unpacked');
  return join(unpacked, '../bin/napi-v6', process.platform, process.arch);
}

export interface InstalledLibrary {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface CudaPlaces {
  readonly target: string;
  readonly platform: string;
}

/**
 * Copies the two libraries of the provider, and NVIDIA's where they lie beside them, and compares each copy with its source.
 * Everything is checked before anything is written. Throws `device.unavailable` on other systems than Linux on x64,
 * `device.install_failed` for what is missing, no library of this kind, or cannot be written.
 */
export async function installCuda(
  folder: string,
  names: readonly string[],
  places: CudaPlaces = { target: runtimeFolder(), platform: `${process.platform} ${process.arch}` },
): Promise<InstalledLibrary[]> {
  if (places.platform !== 'linux x64') {
    const reason = `The CUDA provider exists for Linux on x64; this is ${places.platform}.`;
    throw new LoupeError('device.unavailable', { device: 'cuda', reason });
  }
  const missing = CUDA_LIBRARIES.find((file) => !names.includes(file));
  if (missing !== undefined) throw failed(join(folder, missing), 'it is missing');
  const wanted = [...CUDA_LIBRARIES, ...names.filter((name) => COMPANION.test(name)).sort()];
  for (const file of wanted) await requireLibrary(join(folder, file), ENTRY_POINT[file]);

  const installed: InstalledLibrary[] = [];
  for (const file of wanted) installed.push(await copyVerified(join(folder, file), places.target, file));
  return installed;
}

const failed = (path: string, reason: string, cause?: unknown): LoupeError =>
  new LoupeError('device.install_failed', { path, reason }, { cause });

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const MACHINE_X64 = 62;
const SHARED_OBJECT = 3;

/** An ELF shared library for this kind of processor that exports `symbol`. */
async function requireLibrary(path: string, symbol?: string): Promise<void> {
  try {
    if (!(await stat(path)).isFile()) throw failed(path, 'it is not a file');
    const handle = await open(path);
    try {
      const head = new DataView(new ArrayBuffer(20));
      const { bytesRead } = await handle.read(head, 0, 20, 0);
      const isElf = bytesRead === 20 && head.getUint32(0) === 0x7f454c46 && head.getUint8(4) === 2;
      if (!isElf) throw failed(path, 'it is no 64-bit library of Linux');
      if (head.getUint16(16, true) !== SHARED_OBJECT || head.getUint16(18, true) !== MACHINE_X64)
        throw failed(path, 'it is not a library for x64 processors');
    } finally {
      await handle.close();
    }
    if (symbol !== undefined && !(await holds(path, symbol)))
      throw failed(path, `it does not export ${symbol}, as a provider of ONNX Runtime does`);
  } catch (error) {
    throw error instanceof LoupeError ? error : failed(path, reasonOf(error), error);
  }
}

/** Whether a file holds a name as a whole word between zero bytes, as tables of symbols do. */
async function holds(path: string, name: string): Promise<boolean> {
  const word = Buffer.from(`\0${name}\0`);
  let rest = Buffer.alloc(0);
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 22 })) {
    const bytes = Buffer.concat([rest, chunk as Buffer]);
    if (bytes.includes(word)) return true;
    rest = bytes.subarray(-word.length);
  }
  return false;
}

/** Under another name first: a library that is cut off would take down every later start. */
async function copyVerified(from: string, target: string, file: string): Promise<InstalledLibrary> {
  const path = join(target, file);
  const unfinished = `${path}.new`;
  try {
    await rm(unfinished, { force: true });
    await copyFile(from, unfinished, constants.COPYFILE_EXCL);
    const [source, copy] = [await sha256Of(from), await sha256Of(unfinished)];
    if (source !== copy) throw failed(path, 'the copy differs from its source');
    const { size: bytes } = await stat(unfinished);
    await rename(unfinished, path);
    return { file, bytes, sha256: copy };
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => undefined);
    throw error instanceof LoupeError ? error : failed(path, reasonOf(error), error);
  }
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 22 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
