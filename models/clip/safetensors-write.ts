// Writes float32 tensors as .safetensors: the format of SDP+ heads.
// Runs anywhere (pure TypeScript on bytes).
import { LoupeError } from '../errors.ts';

export interface NamedTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * The bytes of a .safetensors file with the tensors in the given order, all F32; the same input gives the same bytes.
 * Throws `internal` when data and shape disagree.
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, NamedTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  let at = 0;
  const entries = [...tensors].map(([name, { shape, data }]): [string, unknown] => {
    if (name === '__metadata__' || shape.reduce((a, b) => a * b, 1) !== data.length) {
      throw new LoupeError('internal', { reason: `tensor "${name}" cannot be written: bad name or shape` });
    }
    const begin = at;
    at += data.byteLength;
    return [name, { dtype: 'F32', shape, data_offsets: [begin, at] }];
  });
  const json = JSON.stringify(Object.fromEntries([['__metadata__', metadata], ...entries]));
  const header = new TextEncoder().encode(json);
  const padded = Math.ceil(header.length / 8) * 8; // the format aligns the data by spaces behind the JSON
  const out = new Uint8Array(8 + padded + at);
  new DataView(out.buffer).setBigUint64(0, BigInt(padded), true);
  out.fill(0x20, 8, 8 + padded).set(header, 8);
  let offset = 8 + padded;
  for (const { data } of tensors.values()) {
    out.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += data.byteLength;
  }
  return out;
}
