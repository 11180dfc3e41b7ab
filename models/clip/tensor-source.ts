// What every reader of weights offers, whatever the file format: named tensors, decoded to float32 one at a time.
// Runs anywhere (pure TypeScript, types only).

export interface TensorSource {
  readonly metadata: Readonly<Record<string, string>>;
  names(): string[];
  has(name: string): boolean;
  /** Throws `weights.mismatch` for a name that is not there, as do the next two. */
  shape(name: string): readonly number[];
  /** The stored type in the words of safetensors: "F16", "F32", "I64" … */
  dtype(name: string): string;
  /** A fresh copy of the values in C order. Throws `weights.invalid` when the stored type is not a float. */
  float32(name: string): Float32Array;
}

/** A source that also hands out tensors as they are stored, to copy them without a loss. */
export interface StoredTensors extends TensorSource {
  /**
   * The values of a tensor of any type in C order, little-endian, without gaps. Not to be changed: it may be a view.
   * Throws `weights.mismatch` for a name that is not there.
   */
  bytes(name: string): Uint8Array;
}
