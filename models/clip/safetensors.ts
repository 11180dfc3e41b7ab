// Reads .safetensors: an 8-byte header length, a JSON header with type, shape and place of every tensor, raw data.
// Runs anywhere (pure TypeScript on bytes); made for files from strangers, so every claim of the header is checked.
import { LoupeError } from '../errors.ts';
import { bytesPerValue, tensorBytes } from './dtype.ts';
import { decodeFloats } from './float-decode.ts';
import { inMemory, type RandomAccess } from './random-access.ts';
import type { StoredTensors } from './tensor-source.ts';

const HEADER_LIMIT = 100_000_000;
/** The deepest a valid header goes: the file, a tensor, its shape. */
const DEPTH_LIMIT = 3;

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}
type Fail = (reason: string) => never;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const areSizes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);

/** Brackets nested deeper than any header needs would cost memory without bound in JSON.parse. */
function nestsTooDeep(json: Uint8Array): boolean {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < json.length; i++) {
    const byte = json[i];
    if (quoted) {
      if (byte === 0x5c) i++;
      else if (byte === 0x22) quoted = false;
    } else if (byte === 0x22) quoted = true;
    else if (byte === 0x7b || byte === 0x5b) {
      if (++depth > DEPTH_LIMIT) return true;
    } else if (byte === 0x7d || byte === 0x5d) depth--;
  }
  return false;
}

function parseHeader(file: RandomAccess, fail: Fail): { header: Record<string, unknown>; dataStart: number } {
  if (file.size < 8) return fail('it is shorter than 8 bytes');
  const start = file.read(0, 8);
  const length = new DataView(start.buffer, start.byteOffset, 8).getBigUint64(0, true);
  if (length > HEADER_LIMIT) return fail('the header is longer than 100 MB; this is no .safetensors file');
  const dataStart = 8 + Number(length);
  if (dataStart > file.size) return fail('the header is cut off');
  const json = file.read(8, Number(length));
  if (json[0] !== 0x7b) return fail('the header does not start with "{"; this is no .safetensors file');
  if (nestsTooDeep(json)) return fail('the header is nested too deep');
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json));
  } catch {
    return fail('the header is not valid JSON');
  }
  return isRecord(header) ? { header, dataStart } : fail('the header is not an object');
}

function parseMetadata(value: unknown, fail: Fail): Record<string, string> {
  if (value === undefined) return {};
  if (!isRecord(value)) return fail('__metadata__ is not an object');
  const pairs = Object.entries(value).map(([key, text]): [string, string] =>
    typeof text === 'string' ? [key, text] : fail(`__metadata__ "${key}" is not text`),
  );
  return Object.fromEntries(pairs); // defines own properties, so a key "__proto__" stays a key
}

function parseEntry(name: string, value: unknown, fail: Fail): Entry {
  if (!isRecord(value)) return fail(`"${name}" is not described by an object`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string' || bytesPerValue(dtype) === undefined)
    return fail(`"${name}" has an unknown type`);
  if (!areSizes(shape)) return fail(`"${name}" has a bad shape`);
  if (!areSizes(offsets) || offsets.length !== 2) return fail(`"${name}" has bad offsets`);
  const [begin = 0, end = 0] = offsets;
  if (end - begin !== tensorBytes(dtype, shape)) return fail(`"${name}" does not fill its place in the file`);
  return { dtype, shape, begin, end };
}

/** Tensors must cover the data without gap and without overlap; nothing may hide in or behind them. */
function checkCoverage(entries: ReadonlyMap<string, Entry>, dataLength: number, fail: Fail): void {
  let at = 0;
  for (const [name, entry] of [...entries].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end)) {
    if (entry.begin !== at) fail(`there is a gap or an overlap before "${name}"`);
    at = entry.end;
  }
  if (at !== dataLength) fail(`the tensors need ${at} bytes of data, the file holds ${dataLength}`);
}

/**
 * Opens a .safetensors file; `name` is only for the error text. Only the header is read now, each tensor when it is asked
 * for. F16, BF16, F32 and F64 tensors decode to float32, others are only listed. Tensors may start at any byte (old
 * Hugging Face files are not aligned). Throws `weights.invalid`.
 */
export function readSafetensors(file: RandomAccess, name: string): StoredTensors {
  const fail: Fail = (reason) => {
    throw new LoupeError('weights.invalid', { file: name, reason: reason.slice(0, 300) }); // names can be huge
  };
  const { header, dataStart } = parseHeader(file, fail);
  const entries = new Map<string, Entry>();
  for (const [tensor, value] of Object.entries(header)) {
    if (tensor !== '__metadata__') entries.set(tensor, parseEntry(tensor, value, fail));
  }
  checkCoverage(entries, file.size - dataStart, fail);
  const find = (tensor: string): Entry => {
    const entry = entries.get(tensor);
    if (!entry) throw new LoupeError('weights.mismatch', { reason: `${name} has no tensor "${tensor}"` });
    return entry;
  };
  const read = ({ begin, end }: Entry): Uint8Array => file.read(dataStart + begin, end - begin);
  return {
    metadata: parseMetadata(header.__metadata__, fail),
    names: () => [...entries.keys()],
    has: (tensor) => entries.has(tensor),
    shape: (tensor) => find(tensor).shape,
    dtype: (tensor) => find(tensor).dtype,
    bytes: (tensor) => read(find(tensor)),
    float32: (tensor) => {
      const entry = find(tensor);
      return (
        decodeFloats(read(entry), entry.dtype) ??
        fail(`"${tensor}" is ${entry.dtype}, not a floating-point tensor`)
      );
    },
  };
}

/** Opens the bytes of a whole .safetensors file, as {@link readSafetensors}. */
export const parseSafetensors = (bytes: Uint8Array, name: string): StoredTensors =>
  readSafetensors(inMemory(bytes), name);
