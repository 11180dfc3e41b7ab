// Reads .safetensors: an 8-byte header length, a JSON header with type, shape and place of every tensor, raw data.
// Runs anywhere (pure TypeScript on bytes); made for files from strangers, so every claim of the header is checked.
import { LoupeError } from '../errors.ts';
import { decodeFloats } from './float-decode.ts';
import type { TensorSource } from './tensor-source.ts';

const HEADER_LIMIT = 100_000_000;
/** The deepest a valid header goes: the file, a tensor, its shape. */
const DEPTH_LIMIT = 3;
const BYTES_PER_VALUE: ReadonlyMap<string, number> = new Map([
  ...['BOOL', 'U8', 'I8', 'F8_E4M3', 'F8_E5M2'].map((dtype): [string, number] => [dtype, 1]),
  ...['U16', 'I16', 'F16', 'BF16'].map((dtype): [string, number] => [dtype, 2]),
  ...['U32', 'I32', 'F32'].map((dtype): [string, number] => [dtype, 4]),
  ...['U64', 'I64', 'F64'].map((dtype): [string, number] => [dtype, 8]),
]);

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

function parseHeader(bytes: Uint8Array, fail: Fail): { header: Record<string, unknown>; dataStart: number } {
  if (bytes.length < 8) return fail('it is shorter than 8 bytes');
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (length > HEADER_LIMIT) return fail('the header is longer than 100 MB; this is no .safetensors file');
  const dataStart = 8 + Number(length);
  if (dataStart > bytes.length) return fail('the header is cut off');
  const json = bytes.subarray(8, dataStart);
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
  const size = typeof dtype === 'string' ? BYTES_PER_VALUE.get(dtype) : undefined;
  if (typeof dtype !== 'string' || size === undefined) return fail(`"${name}" has an unknown type`);
  if (!areSizes(shape)) return fail(`"${name}" has a bad shape`);
  if (!areSizes(offsets) || offsets.length !== 2) return fail(`"${name}" has bad offsets`);
  const [begin = 0, end = 0] = offsets;
  const bytes = shape.reduce((product, n) => (Number.isSafeInteger(product * n) ? product * n : NaN), size);
  if (end - begin !== bytes) return fail(`"${name}" does not fill its place in the file`);
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
 * Opens the bytes of a whole .safetensors file; `name` is only for the error text. F16, BF16, F32 and F64 tensors
 * decode to float32, others are only listed. Tensors may start at any byte (old Hugging Face files are not aligned).
 * Throws `weights.invalid`.
 */
export function parseSafetensors(bytes: Uint8Array, name: string): TensorSource {
  const fail: Fail = (reason) => {
    throw new LoupeError('weights.invalid', { file: name, reason: reason.slice(0, 300) }); // names can be huge
  };
  const { header, dataStart } = parseHeader(bytes, fail);
  const entries = new Map<string, Entry>();
  for (const [tensor, value] of Object.entries(header)) {
    if (tensor !== '__metadata__') entries.set(tensor, parseEntry(tensor, value, fail));
  }
  checkCoverage(entries, bytes.length - dataStart, fail);
  const find = (tensor: string): Entry => {
    const entry = entries.get(tensor);
    if (!entry) throw new LoupeError('weights.mismatch', { reason: `${name} has no tensor "${tensor}"` });
    return entry;
  };
  return {
    metadata: parseMetadata(header.__metadata__, fail),
    names: () => [...entries.keys()],
    has: (tensor) => entries.has(tensor),
    shape: (tensor) => find(tensor).shape,
    dtype: (tensor) => find(tensor).dtype,
    float32: (tensor) => {
      const { dtype, begin, end } = find(tensor);
      const data = bytes.subarray(dataStart + begin, dataStart + end);
      return decodeFloats(data, dtype) ?? fail(`"${tensor}" is ${dtype}, not a floating-point tensor`);
    },
  };
}
