// Reads the values of a torch tensor out of its storage, whatever part of it and in whatever order they lie there.
// Runs anywhere (pure TypeScript on bytes).
import { bytesPerValue, tensorBytes } from '../dtype.ts';
import type { RandomAccess } from '../random-access.ts';
import type { Fail } from './fail.ts';
import type { TorchTensor } from './values.ts';
import type { ZipEntry } from './zip.ts';

const count = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Values from the first to the last one in the storage, both included; 0 for a tensor without values. */
const span = ({ shape, strides }: TorchTensor): number =>
  count(shape) === 0 ? 0 : shape.reduce((last, size, axis) => last + (size - 1) * (strides[axis] ?? NaN), 1);

/**
 * Refuses a tensor that leaves its storage, or that repeats values: from a few bytes it could claim any size.
 *
 * @param stored the entry of the archive that holds the storage
 */
export function checkTensor(name: string, tensor: TorchTensor, stored: ZipEntry, fail: Fail): void {
  const { storage, offset, shape } = tensor;
  if (!(stored.size >= tensorBytes(storage.dtype, [storage.length])))
    fail(`the storage of "${name}" is shorter than it should be`);
  if (!(offset + span(tensor) <= storage.length)) fail(`"${name}" leads outside its storage`);
  if (!(count(shape) <= span(tensor))) fail(`"${name}" repeats values of its storage`);
}

/** Strides as they are when the last axis is the fastest and nothing lies between; those of axes of size 1 do not count. */
function isContiguous({ shape, strides }: TorchTensor): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis] ?? NaN;
    if (size !== 1 && strides[axis] !== expected) return false;
    expected *= size;
  }
  return true;
}

/** The bytes of a tensor that {@link checkTensor} let pass, in C order. */
export function readElements(file: RandomAccess, tensor: TorchTensor, stored: ZipEntry): Uint8Array {
  const { storage, offset } = tensor;
  const size = bytesPerValue(storage.dtype) ?? NaN;
  const bytes = file.read(stored.offset + offset * size, span(tensor) * size);
  return count(tensor.shape) === 0 || isContiguous(tensor) ? bytes : inOrder(bytes, tensor, size);
}

/** Collects the values of a transposed or sliced tensor; `size` is that of one value in bytes. */
function inOrder(bytes: Uint8Array, { shape, strides }: TorchTensor, size: number): Uint8Array {
  const out = new Uint8Array(count(shape) * size);
  const index = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < out.length; to += size) {
    for (let i = 0; i < size; i++) out[to + i] = bytes[from + i] ?? 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const stride = (strides[axis] ?? NaN) * size;
      const next = (index[axis] ?? 0) + 1;
      if (next < (shape[axis] ?? NaN)) {
        index[axis] = next;
        from += stride;
        break;
      }
      index[axis] = 0;
      from -= (next - 1) * stride;
    }
  }
  return out;
}
