// A file that is read in pieces: what the readers of weights ask for, so that gigabytes never lie in memory at once.
// Runs anywhere (pure TypeScript); models/packs/file-access.ts reads from a disk.

export interface RandomAccess {
  /** Bytes of the whole file. */
  readonly size: number;
  /** The `length` bytes at `offset`, not to be changed: they may be a view. Callers stay within `size`. */
  read(offset: number, length: number): Uint8Array;
}

export const inMemory = (bytes: Uint8Array): RandomAccess => ({
  size: bytes.length,
  read: (offset, length) => bytes.subarray(offset, offset + length),
});
