// Small vector helpers in float64, shared by the RVS methods.
// Runs anywhere (pure TypeScript).

/** The rows of a row-major [n, dim] array, widened to float64. */
export function toRows(data: Float32Array, dim: number): Float64Array[] {
  const count = Math.floor(data.length / dim);
  return Array.from({ length: count }, (_, i) => Float64Array.from(data.subarray(i * dim, (i + 1) * dim)));
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += (a[k] ?? NaN) * (b[k] ?? NaN);
  return sum;
}

export function distance(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += ((a[k] ?? NaN) - (b[k] ?? NaN)) ** 2;
  return Math.sqrt(sum);
}

/** Σ weightᵢ · rowᵢ / Σ weightᵢ; without weights the plain mean. */
export function mean(rows: readonly Float64Array[], weights?: readonly number[]): Float64Array {
  const sum = new Float64Array(rows[0]?.length ?? 0);
  let total = 0;
  rows.forEach((row, i) => {
    const weight = weights ? (weights[i] ?? NaN) : 1;
    total += weight;
    for (let k = 0; k < sum.length; k++) sum[k] = (sum[k] ?? 0) + weight * (row[k] ?? NaN);
  });
  return sum.map((x) => x / total);
}

/** v/‖v‖; not finite when v has no direction. */
export function unit(v: Float64Array): Float64Array {
  const norm = Math.sqrt(dot(v, v));
  return v.map((x) => x / norm);
}
