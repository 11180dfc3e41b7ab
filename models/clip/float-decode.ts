// Decodes the floating-point types that weights are stored in to float32.
// Runs anywhere (pure TypeScript on bytes; like every platform of Loupe little-endian).

/** All 65,536 values of IEEE half precision: a look-up is faster and plainer than shifting bits per value. */
const HALF = Float32Array.from({ length: 65536 }, (_, bits) => {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const mantissa = bits & 1023;
  if (exponent === 31) return mantissa ? NaN : sign * Infinity;
  return exponent ? sign * (1 + mantissa / 1024) * 2 ** (exponent - 15) : sign * mantissa * 2 ** -24;
});

const DECODERS: ReadonlyMap<string, (buffer: ArrayBuffer) => Float32Array> = new Map([
  ['F16', (buffer) => Float32Array.from(new Uint16Array(buffer), (bits) => HALF[bits] ?? NaN)],
  [
    'BF16',
    (buffer) => new Float32Array(Uint32Array.from(new Uint16Array(buffer), (bits) => bits << 16).buffer),
  ],
  ['F32', (buffer) => new Float32Array(buffer)],
  ['F64', (buffer) => Float32Array.from(new Float64Array(buffer))],
]);

/**
 * Copies `bytes` into float32 values. `dtype` is F16, BF16, F32 or F64; any other gives null. The bytes may start
 * anywhere: the copy is aligned. F64 values are rounded to float32.
 */
export function decodeFloats(bytes: Uint8Array, dtype: string): Float32Array | null {
  return DECODERS.get(dtype)?.(new Uint8Array(bytes).buffer) ?? null;
}
