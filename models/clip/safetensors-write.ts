// Writes .safetensors: whole files of float32 (SDP+ heads), and the header for files whose data follows piece by piece.
// Runs anywhere (pure TypeScript on bytes).
import { LoupeError } from '../errors.ts';
import { tensorBytes } from './dtype.ts';

export interface NamedTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** `dtype` in the words of safetensors. */
export interface TensorType {
  readonly dtype: string;
  readonly shape: readonly number[];
}

/**
 * Everything in front of the data, which must follow in the given order without gaps; the same input gives the same bytes.
 * Throws `internal` for a name that the format reserves and for an unknown type.
 */
export function safetensorsHeader(
  tensors: ReadonlyMap<string, TensorType>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  let at = 0;
  const entries = [...tensors].map(([name, { dtype, shape }]): [string, unknown] => {
    const begin = at;
    at += tensorBytes(dtype, shape);
    if (name === '__metadata__' || Number.isNaN(at)) throw unwritable(name);
    return [name, { dtype, shape, data_offsets: [begin, at] }];
  });
  const json = JSON.stringify(Object.fromEntries([['__metadata__', metadata], ...entries]));
  const header = new TextEncoder().encode(json);
  const padded = Math.ceil(header.length / 8) * 8; // the format aligns the data by spaces behind the JSON
  const out = new Uint8Array(8 + padded).fill(0x20);
  new DataView(out.buffer).setBigUint64(0, BigInt(padded), true);
  out.set(header, 8);
  return out;
}

/**
 * The bytes of a .safetensors file with the tensors in the given order, all F32; the same input gives the same bytes.
 * Throws `internal` when data and shape disagree.
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, NamedTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const types = new Map(
    [...tensors].map(([name, { shape, data }]): [string, TensorType] => {
      if (tensorBytes('F32', shape) !== data.byteLength) throw unwritable(name);
      return [name, { dtype: 'F32', shape }];
    }),
  );
  const header = safetensorsHeader(types, metadata);
  const total = [...tensors.values()].reduce((sum, { data }) => sum + data.byteLength, header.length);
  const out = new Uint8Array(total);
  out.set(header);
  let offset = header.length;
  for (const { data } of tensors.values()) {
    out.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += data.byteLength;
  }
  return out;
}

const unwritable = (name: string): LoupeError =>
  new LoupeError('internal', { reason: `tensor "${name}" cannot be written: bad name, type or shape` });
