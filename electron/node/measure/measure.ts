// The metrics of one category and their mean over categories, as the papers report them.
// Runs anywhere. Specification § D.
import { auproExact } from '../../../models/metrics/aupro.ts';
import { proCurve, rankingCurves, type Curve, type RankingCurves } from '../../../models/metrics/curves.ts';
import { officialScores } from '../../../models/metrics/official-score.ts';
import { PixelCollector, type PixelSet } from '../../../models/metrics/pixel-set.ts';
import { proCflow200 } from '../../../models/metrics/pro.ts';
import { sortFloats } from '../../../models/metrics/radix-sort.ts';
import { ranking, rankingOfSorted } from '../../../models/metrics/ranking.ts';
import { sortedClass } from '../../../models/metrics/sorted.ts';

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

/** Null where the metric below it is not defined. */
export interface Curves {
  readonly image: RankingCurves | null;
  readonly pixel: RankingCurves | null;
  readonly pro: Curve | null;
}

export interface Measured {
  readonly metrics: Metrics;
  readonly curves: Curves;
  /** Of each photograph in the order in which they were added. */
  readonly scores: readonly number[];
}

/** What judges an image; `class_probability`: score0 alone, by which plain CLIP and WinCLIP judge it. */
export type ImageScore = 'official' | 'online' | 'class_probability';

interface Result {
  readonly score: number;
  readonly score0: number;
  readonly score1: number;
  readonly map: Float32Array;
}

/**
 * Collects the results of one category. No map is kept: their pixels go into one array of normal and a small one of
 * defect pixels (200 maps of 518 x 518: 0.2 GB, 0.4 GB while they are sorted).
 */
export class Measurement {
  readonly #size: number;
  readonly #pixels: PixelCollector;
  readonly #results: Omit<Result, 'map'>[] = [];
  readonly #labels: number[] = [];
  #masksMissing = 0;

  /** @param capacity photographs at most @param size side of the maps in pixels */
  constructor(capacity: number, size: number) {
    this.#size = size;
    this.#pixels = new PixelCollector(capacity * size * size);
  }

  get normal(): number {
    return this.#labels.length - this.defective;
  }
  get defective(): number {
    return this.#labels.reduce((sum, label) => sum + label, 0);
  }

  /** Defective photographs without a mask. One is enough to make all pixel metrics undefined. */
  get masksMissing(): number {
    return this.#masksMissing;
  }

  /** `mask` is null for a defective photograph whose mask does not exist; flawless ones need none. */
  add({ map, ...scores }: Result, defective: boolean, mask: Uint8Array | null): void {
    if (defective && !mask) this.#masksMissing++;
    else this.#pixels.add(map, mask, this.#size, this.#size);
    this.#labels.push(defective ? 1 : 0);
    this.#results.push(scores);
  }

  /** Ends the collection. */
  finish(kind: ImageScore): Measured {
    const scores = this.#imageScores(kind);
    const labels = Uint8Array.from(this.#labels);
    const image = ranking(scores, labels);
    const pixel = this.#masksMissing > 0 ? NO_PIXELS : pixelMetrics(this.#pixels.finish());
    return {
      metrics: {
        image_auroc: image.auroc,
        image_ap: image.ap,
        image_f1max: image.f1max,
        ...pixel.metrics,
      },
      curves: {
        image: rankingCurves(sortedClass(scores, labels, true), sortedClass(scores, labels, false)),
        pixel: pixel.ranking,
        pro: pixel.pro,
      },
      scores: [...scores],
    };
  }

  #imageScores(kind: ImageScore): Float64Array {
    const of = (name: keyof Omit<Result, 'map'>): Float64Array =>
      Float64Array.from(this.#results, (result) => result[name]);
    if (kind === 'online') return of('score');
    return kind === 'official' ? officialScores(of('score0'), of('score1')) : of('score0');
  }
}

const NO_PIXELS = {
  metrics: { pixel_auroc: null, pixel_ap: null, pixel_f1max: null, pro_cflow200: null, aupro: null },
  ranking: null,
  pro: null,
};

function pixelMetrics(pixels: PixelSet) {
  const defect = sortFloats(pixels.defect.slice());
  const { auroc, ap, f1max } = rankingOfSorted(defect, pixels.normal);
  return {
    metrics: {
      pixel_auroc: auroc,
      pixel_ap: ap,
      pixel_f1max: f1max,
      pro_cflow200: proCflow200(pixels),
      aupro: auproExact(pixels),
    },
    ranking: rankingCurves(defect, pixels.normal),
    pro: proCurve(pixels, defect),
  };
}

/** Of each metric the mean over the categories where it is defined. */
export function meanMetrics(all: readonly Metrics[]): Metrics {
  const mean = (name: MetricName): number | null => {
    const defined = all.flatMap((metrics) => metrics[name] ?? []);
    return defined.length > 0 ? defined.reduce((a, b) => a + b, 0) / defined.length : null;
  };
  return Object.fromEntries(METRICS.map(([name]) => [name, mean(name)])) as Record<MetricName, number | null>;
}
