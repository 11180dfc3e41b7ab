// Reads and writes NumPy .npy arrays (version 1.0 and 2.0, little-endian, C order): golden data, maps, text features.
// Runs anywhere (pure TypeScript on bytes).
import { LoupeError } from './errors.ts';

const DTYPES = {
  '<f4': Float32Array,
  '<f8': Float64Array,
  '<i4': Int32Array,
  '<i8': BigInt64Array,
  '|u1': Uint8Array,
  '|b1': Uint8Array,
} as const;

type Dtype = keyof typeof DTYPES;
export interface NpyArray {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly data: InstanceType<(typeof DTYPES)[Dtype]>;
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const fail = (name: string, reason: string): never => {
  throw new LoupeError('data.invalid', { path: name, reason: `not a usable .npy: ${reason}` });
};

/** Parses a whole .npy file. `name` is only for the error text. Throws `data.invalid`. */
export function parseNpy(bytes: Uint8Array, name = 'array'): NpyArray {
  if (bytes.length < 10 || MAGIC.some((b, i) => bytes[i] !== b)) return fail(name, 'wrong magic bytes');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wide = bytes[6] !== 1;
  if (wide && bytes.length < 12) return fail(name, 'header cut off');
  const start = wide ? 12 : 10;
  const end = start + (wide ? view.getUint32(8, true) : view.getUint16(8, true));
  if (end > bytes.length) return fail(name, 'header cut off');
  const header = new TextDecoder('latin1').decode(bytes.subarray(start, end));
  const descr = /'descr':\s*'([^']+)'/.exec(header)?.[1] ?? '';
  if (!Object.hasOwn(DTYPES, descr)) return fail(name, `dtype "${descr}" is not supported`);
  if (!/'fortran_order':\s*False/.test(header)) return fail(name, 'Fortran order is not supported');
  const shape = (/'shape':\s*\(([^)]*)\)/.exec(header)?.[1] ?? '')
    .split(',')
    .map((s) => s.trim())
    .filter((s) => s !== '')
    .map(Number);
  if (shape.some((n) => !Number.isSafeInteger(n) || n < 0)) return fail(name, 'bad shape');
  const dtype = descr as Dtype;
  const Type = DTYPES[dtype];
  const count = shape.reduce((a, b) => a * b, 1);
  if (bytes.length - end !== count * Type.BYTES_PER_ELEMENT)
    return fail(name, 'size does not match the shape');
  return { dtype, shape, data: new Type(bytes.slice(end).buffer) };
}

/** Writes float32 data of the given shape as .npy 1.0 bytes. */
export function writeNpy(data: Float32Array, shape: readonly number[]): Uint8Array {
  const dims = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${dims}), }`;
  const total = Math.ceil((10 + text.length + 1) / 64) * 64; // NumPy aligns the data to 64 bytes
  const out = new Uint8Array(total + data.byteLength);
  out.set(MAGIC);
  out.set([1, 0], 6);
  new DataView(out.buffer).setUint16(8, total - 10, true);
  out.set(new TextEncoder().encode(text.padEnd(total - 11) + '\n'), 10);
  out.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), total);
  return out;
}
