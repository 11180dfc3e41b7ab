// Sorts many float32 numbers: fifty million pixels of a category take a second instead of seven.
// Runs anywhere (pure TypeScript). LSD radix sort on the bits of the numbers, three passes of 11, 11 and 10 bits.

/** Below this the passes cost more than they save. */
const FEW = 1 << 14;
const SIGN = 0x80000000;

/** Sorts finite numbers ascending, in place (-0 before 0, as the sort of typed arrays does); takes as much memory again. */
export function sortFloats(values: Float32Array): Float32Array {
  if (values.length < FEW) return values.sort();
  const keys = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const other = new Uint32Array(values.length);
  const [low, middle, high] = [new Uint32Array(1 << 11), new Uint32Array(1 << 11), new Uint32Array(1 << 10)];
  // As unsigned integers the numbers are in order once negative ones are inverted and the others get the highest bit.
  for (let i = 0; i < keys.length; i++) {
    const bits = keys[i]! | 0; // signed: its sign, shifted over all bits, is the mask of the inversion
    const key = bits ^ ((bits >> 31) | SIGN);
    keys[i] = key;
    low[key & 2047]!++;
    middle[(key >>> 11) & 2047]!++;
    high[key >>> 22]!++;
  }
  for (const count of [low, middle, high]) {
    let before = 0;
    for (let digit = 0; digit < count.length; digit++) {
      const here = count[digit]!;
      count[digit] = before;
      before += here;
    }
  }
  distribute(keys, other, low, 0);
  distribute(other, keys, middle, 11);
  distribute(keys, other, high, 22);
  for (let i = 0; i < keys.length; i++) {
    const key = other[i]! | 0;
    keys[i] = key ^ ((~key >> 31) | SIGN);
  }
  return values;
}

/** One pass: every key goes to the next free place of its digit, `places` says where. */
function distribute(from: Uint32Array, to: Uint32Array, places: Uint32Array, shift: number): void {
  const mask = places.length - 1;
  // By index: `of` takes two to three times as long here.
  for (let i = 0, end = from.length; i < end; i++) {
    const key = from[i]!;
    const digit = (key >>> shift) & mask;
    const place = places[digit]!;
    places[digit] = place + 1;
    to[place] = key;
  }
}
