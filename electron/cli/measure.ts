// The metrics of one category and their mean over categories, as the papers report them.
// Runs anywhere. Specification § D.
import { auproExact } from '../../models/metrics/aupro.ts';
import { officialScores } from '../../models/metrics/official-score.ts';
import { proCflow200 } from '../../models/metrics/pro.ts';
import { ranking } from '../../models/metrics/ranking.ts';
import type { ScoreKind } from './options.ts';

/** In 0..1; null where a metric is not defined: one class or all masks are missing. */
export interface Metrics {
  readonly image_auroc: number | null;
  readonly image_ap: number | null;
  readonly image_f1max: number | null;
  readonly pixel_auroc: number | null;
  readonly pixel_ap: number | null;
  readonly pixel_f1max: number | null;
  /** The routine that the papers share; stretches its range (§ D.4). */
  readonly pro_cflow200: number | null;
  /** Area under the exact curve up to a false-positive rate of 0.3. */
  readonly aupro: number | null;
}
export type MetricName = keyof Metrics;

/** In the order of tables and reports, with the heading of each. */
export const METRICS: readonly (readonly [MetricName, string])[] = [
  ['image_auroc', 'I-AUROC'],
  ['image_ap', 'I-AP'],
  ['image_f1max', 'I-F1'],
  ['pixel_auroc', 'P-AUROC'],
  ['pixel_ap', 'P-AP'],
  ['pixel_f1max', 'P-F1'],
  ['pro_cflow200', 'PRO'],
  ['aupro', 'AUPRO'],
];

/**
 * Collects the results of one category: one array for all maps and one for all masks, so that memory is bounded by the
 * data set (46 MB of maps for 200 photographs at 240 pixels) and no object per pixel is ever made.
 */
export class Measurement {
  readonly #size: number;
  readonly #maps: Float32Array;
  readonly #masks: Uint8Array;
  readonly #labels: Uint8Array;
  readonly #score0: Float64Array;
  readonly #score1: Float64Array;
  readonly #online: Float64Array;
  #count = 0;
  #masksMissing = 0;

  /** @param capacity photographs at most @param size side of the maps in pixels */
  constructor(capacity: number, size: number) {
    this.#size = size;
    this.#maps = new Float32Array(capacity * size * size);
    this.#masks = new Uint8Array(capacity * size * size);
    this.#labels = new Uint8Array(capacity);
    this.#score0 = new Float64Array(capacity);
    this.#score1 = new Float64Array(capacity);
    this.#online = new Float64Array(capacity);
  }

  get normal(): number {
    return this.#count - this.defective;
  }

  get defective(): number {
    return this.#labels.reduce((sum, label) => sum + label, 0);
  }

  /** Defective photographs without a mask. One is enough to make all pixel metrics undefined. */
  get masksMissing(): number {
    return this.#masksMissing;
  }

  /** `mask` is null for a defective photograph whose mask does not exist; flawless ones need none. */
  add(
    result: {
      readonly score: number;
      readonly score0: number;
      readonly score1: number;
      readonly map: Float32Array;
    },
    defective: boolean,
    mask: Uint8Array | null,
  ): void {
    const i = this.#count++;
    const at = i * this.#size * this.#size;
    this.#maps.set(result.map, at);
    if (mask) this.#masks.set(mask, at);
    else if (defective) this.#masksMissing++;
    this.#labels[i] = defective ? 1 : 0;
    this.#score0[i] = result.score0;
    this.#score1[i] = result.score1;
    this.#online[i] = result.score;
  }

  metrics(kind: ScoreKind): Metrics {
    const [n, size] = [this.#count, this.#size];
    const official = (): Float64Array =>
      officialScores(this.#score0.subarray(0, n), this.#score1.subarray(0, n));
    const image = ranking(
      kind === 'official' ? official() : this.#online.subarray(0, n),
      this.#labels.subarray(0, n),
    );
    const maps = this.#maps.subarray(0, n * size * size);
    const masks = this.#masks.subarray(0, n * size * size);
    const set = { maps, masks, width: size, height: size };
    const complete = this.#masksMissing === 0;
    const pixel = complete ? ranking(maps, masks) : { auroc: null, ap: null, f1max: null };
    return {
      image_auroc: image.auroc,
      image_ap: image.ap,
      image_f1max: image.f1max,
      pixel_auroc: pixel.auroc,
      pixel_ap: pixel.ap,
      pixel_f1max: pixel.f1max,
      pro_cflow200: complete ? proCflow200(set) : null,
      aupro: complete ? auproExact(set) : null,
    };
  }
}

/** Of each metric the mean over the categories where it is defined. */
export function meanMetrics(all: readonly Metrics[]): Metrics {
  const mean = (name: MetricName): number | null => {
    const defined = all.flatMap((metrics) => metrics[name] ?? []);
    return defined.length > 0 ? defined.reduce((a, b) => a + b, 0) / defined.length : null;
  };
  return Object.fromEntries(METRICS.map(([name]) => [name, mean(name)])) as Record<MetricName, number | null>;
}
