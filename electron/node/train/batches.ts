// Puts the batches of a training together: features from the cache, targets, and the words of each image's category.
// Runs in Node.
import { LoupeError } from '../../../models/errors.ts';
import type { Visit } from '../../../models/train/plan.ts';
import { STAGES } from '../../../models/clip-ad/vision-graph.ts';
import type { CheckedImage } from './check-data.ts';
import type { FeatureCache } from './feature-cache.ts';
import type { StageBatch, StepSizes } from './step-runner.ts';

/** The same images, as each stage sees them. */
export type Batch = readonly StageBatch[];

export class BatchSource {
  readonly #images: readonly CheckedImage[];
  readonly #cache: FeatureCache;
  /** t_a - t_n of each category, [D]. */
  readonly #differences: readonly Float32Array[];
  readonly #sizes: StepSizes;

  /** @param texts of each category [2, D], rows t_n, t_a */
  constructor(
    images: readonly CheckedImage[],
    cache: FeatureCache,
    texts: readonly Float32Array[],
    sizes: StepSizes,
  ) {
    this.#images = images;
    this.#cache = cache;
    this.#sizes = sizes;
    const { embedDim } = sizes;
    this.#differences = texts.map((text) =>
      Float32Array.from({ length: embedDim }, (_, d) => text[embedDim + d]! - text[d]!),
    );
  }

  /** Throws `train.cache` when features have vanished from the cache or were damaged in it. */
  async load(visits: readonly Visit[]): Promise<Batch> {
    const { grid, width, mapSize, embedDim } = this.#sizes;
    const perStage = grid * grid * width;
    const size = visits.length;
    const target = new Uint8Array(size * mapSize ** 2);
    const text = new Float32Array(size * embedDim);
    const tokens = Array.from({ length: STAGES }, () => new Float32Array(size * perStage));
    for (const [b, { image, mirrored }] of visits.entries()) {
      const { photograph, category, target: bits } = this.#images[image]!;
      bits?.unpack(target, b * mapSize ** 2, mirrored);
      text.set(this.#differences[category]!, b * embedDim);
      const features = await this.#cache.get({ sha256: photograph.sha256, mirrored });
      if (!features) {
        const reason = `The features of ${photograph.path} were removed or changed during the training.`;
        throw new LoupeError('train.cache', { path: 'the cache', reason });
      }
      tokens.forEach((rows, s) =>
        rows.set(features.subarray(s * perStage, (s + 1) * perStage), b * perStage),
      );
    }
    return tokens.map((rows) => ({ size, tokens: rows, target, text }));
  }
}
