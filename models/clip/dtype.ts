// How many bytes a value takes in each of the types that weights are stored in.
// Runs anywhere (pure data).

const BYTES: ReadonlyMap<string, number> = new Map([
  ...['BOOL', 'U8', 'I8', 'F8_E4M3', 'F8_E5M2'].map((dtype): [string, number] => [dtype, 1]),
  ...['U16', 'I16', 'F16', 'BF16'].map((dtype): [string, number] => [dtype, 2]),
  ...['U32', 'I32', 'F32'].map((dtype): [string, number] => [dtype, 4]),
  ...['U64', 'I64', 'F64'].map((dtype): [string, number] => [dtype, 8]),
]);

/** Bytes of one value of a type in the words of safetensors ("F16", "I64" …); undefined for an unknown type. */
export const bytesPerValue = (dtype: string): number | undefined => BYTES.get(dtype);

/** Bytes of a tensor; NaN for an unknown type and for more than a number can count. */
export const tensorBytes = (dtype: string, shape: readonly number[]): number =>
  shape.reduce(
    (product, n) => (Number.isSafeInteger(product * n) ? product * n : NaN),
    BYTES.get(dtype) ?? NaN,
  );
