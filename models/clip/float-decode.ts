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

/** A plain loop: `from` with a function walks an iterator and takes 20 times as long, half a second for a small tower. */
function lookUp(codes: Uint16Array): Float32Array {
  const values = new Float32Array(codes.length);
  for (let i = 0; i < codes.length; i++) values[i] = HALF[codes[i] ?? 0] ?? NaN;
  return values;
}

/** BF16 is the upper half of a float32. */
function widen(codes: Uint16Array): Float32Array {
  const bits = new Uint32Array(codes.length);
  for (let i = 0; i < codes.length; i++) bits[i] = (codes[i] ?? 0) << 16;
  return new Float32Array(bits.buffer);
}

const DECODERS: ReadonlyMap<string, (buffer: ArrayBuffer) => Float32Array> = new Map([
  ['F16', (buffer) => lookUp(new Uint16Array(buffer))],
  ['BF16', (buffer) => widen(new Uint16Array(buffer))],
  ['F32', (buffer) => new Float32Array(buffer)],
  ['F64', (buffer) => new Float32Array(new Float64Array(buffer))],
]);

/**
 * Copies `bytes` into float32 values. `dtype` is F16, BF16, F32 or F64; any other gives null. The bytes may start
 * anywhere: the copy is aligned. F64 values are rounded to float32.
 */
export function decodeFloats(bytes: Uint8Array, dtype: string): Float32Array | null {
  return DECODERS.get(dtype)?.(new Uint8Array(bytes).buffer) ?? null;
}
