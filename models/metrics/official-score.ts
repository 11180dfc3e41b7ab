// The image score of the papers: it looks at the whole test set at once, so it serves evaluations and never a live line.
// Runs anywhere (pure TypeScript).

/** To 0..1 by the smallest and largest of the set; all 0 when they are equal (the official code divides by zero). */
function minMax(values: Float64Array): Float64Array {
  const min = values.reduce((a, b) => Math.min(a, b), Infinity);
  const max = values.reduce((a, b) => Math.max(a, b), -Infinity);
  return values.map((value) => (max > min ? (value - min) / (max - min) : 0));
}

/** minmax(score0) + minmax(score1) over the images of one category, 0..2 (Specification § D.2, trap T4). */
export function officialScores(score0: Float64Array, score1: Float64Array): Float64Array {
  const second = minMax(score1);
  return minMax(score0).map((value, i) => value + (second[i] ?? NaN));
}
