// Upsampling and Gaussian smoothing as matrices, so that both are plain matrix products in the graph.
// Runs anywhere (pure TypeScript). Specification § G.1.

/** Row-major, float64 so that products of matrices lose nothing before they become float32. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

const zeros = (rows: number, columns: number): Matrix => ({
  rows,
  columns,
  data: new Float64Array(rows * columns),
});

const at = ({ columns, data }: Matrix, row: number, column: number): number =>
  data[row * columns + column] ?? NaN;

function addAt(matrix: Matrix, row: number, column: number, value: number): void {
  matrix.data[row * matrix.columns + column] = at(matrix, row, column) + value;
}

/**
 * Where the samples lie in bilinear upsampling: pixels have their centre at half-integers (the SDP map), or the
 * first and last samples lie on the borders (the SDP+ map). Specification § 0.2, trap T2.
 */
export type Alignment = 'half_pixel' | 'align_corners';

/** U [to, from]: U·a·Uᵀ is the map `a` [from, from] bilinearly resized to [to, to]. Rows sum to 1. */
export function upsampleMatrix(from: number, to: number, alignment: Alignment): Matrix {
  const u = zeros(to, from);
  for (let o = 0; o < to; o++) {
    const position =
      alignment === 'align_corners'
        ? (o * (from - 1)) / Math.max(to - 1, 1)
        : Math.max(((o + 0.5) * from) / to - 0.5, 0);
    const before = Math.min(Math.floor(position), from - 1);
    const after = Math.min(before + 1, from - 1);
    const weight = position - before;
    addAt(u, o, before, 1 - weight);
    addAt(u, o, after, weight);
  }
  return u;
}

/**
 * G [size, size]: G·b·Gᵀ is the image `b` after a Gaussian filter, equal to scipy's `gaussian_filter` (cut off at
 * 4σ, half-sample symmetric borders … b a | a b c …). Rows sum to 1. `sigma` is in pixels; 0 leaves the image as it is.
 */
export function gaussianMatrix(size: number, sigma: number): Matrix {
  const g = zeros(size, size);
  const radius = Math.trunc(4 * sigma + 0.5);
  const kernel = Array.from({ length: 2 * radius + 1 }, (_, i) =>
    radius === 0 ? 1 : Math.exp(-((i - radius) ** 2) / (2 * sigma ** 2)),
  );
  const sum = kernel.reduce((a, b) => a + b, 0);
  for (let o = 0; o < size; o++) {
    kernel.forEach((tap, i) => {
      addAt(g, o, reflect(o + i - radius, size), tap / sum);
    });
  }
  return g;
}

/** Folds an index beyond the border back inside, the border pixel counted twice; several times if need be. */
function reflect(index: number, size: number): number {
  const period = 2 * size;
  const inPeriod = ((index % period) + period) % period;
  return inPeriod < size ? inPeriod : period - 1 - inPeriod;
}

/** The product a·b. */
export function multiply(a: Matrix, b: Matrix): Matrix {
  const product = zeros(a.rows, b.columns);
  for (let i = 0; i < a.rows; i++) {
    for (let k = 0; k < a.columns; k++) {
      const factor = at(a, i, k);
      if (factor === 0) continue; // the matrices here are mostly zeros
      for (let j = 0; j < b.columns; j++) addAt(product, i, j, factor * at(b, k, j));
    }
  }
  return product;
}

/** aᵀ */
export function transpose(a: Matrix): Matrix {
  const t = zeros(a.columns, a.rows);
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < a.columns; j++) addAt(t, j, i, at(a, i, j));
  }
  return t;
}
