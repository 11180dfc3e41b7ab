// What two photographs are compared by: the class token of the whole photograph, as one signed byte for each dimension.
// Runs in the inference service and in the main process (Node).

/** The largest value becomes ±127. A length does not matter, for only directions are compared. */
export function compactFeature(token: Float32Array): Uint8Array {
  const largest = token.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const bytes = Int8Array.from(token, (value) => (largest === 0 ? 0 : Math.round((value / largest) * 127)));
  return new Uint8Array(bytes.buffer);
}

/** Cosine of the angle between two of them: 1 = alike. 0 where one of them is nothing but zeros. */
export function similarity(a: Int8Array, b: Int8Array): number {
  let [product, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]!, b[i]!];
    product += x * y;
    aa += x * x;
    bb += y * y;
  }
  return aa === 0 || bb === 0 ? 0 : product / Math.sqrt(aa * bb);
}
