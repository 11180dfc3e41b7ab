// The optimiser Adam, in place on arrays of weights, with the numbers of the official training.
// Runs anywhere (pure TypeScript). Specification § C.4 and G.4.

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

/** Running means of the gradient and of its square, one number each per weight. */
export interface Moments {
  readonly first: Float32Array;
  readonly second: Float32Array;
}

export const newMoments = (length: number): Moments => ({
  first: new Float32Array(length),
  second: new Float32Array(length),
});

/**
 * One update of `weights` and `moments` in place: m = β₁m + (1-β₁)g, v = β₂v + (1-β₂)g²,
 * θ = θ - lr · (m / (1-β₁ᵏ)) / (√(v / (1-β₂ᵏ)) + 1e-8). No weight decay.
 *
 * @param step k, counted from 1
 * @param rate lr
 */
export function adamStep(
  weights: Float32Array,
  gradient: Float32Array,
  { first, second }: Moments,
  step: number,
  rate: number,
): void {
  const size = rate / (1 - BETA1 ** step);
  const scale = 1 / Math.sqrt(1 - BETA2 ** step);
  for (let i = 0; i < weights.length; i++) {
    const g = gradient[i]!;
    const m = BETA1 * first[i]! + (1 - BETA1) * g;
    const v = BETA2 * second[i]! + (1 - BETA2) * g * g;
    first[i] = m;
    second[i] = v;
    weights[i] = weights[i]! - (size * m) / (Math.sqrt(v) * scale + EPSILON);
  }
}
