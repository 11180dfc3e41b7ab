// The pixels of one category as the pixel metrics need them: scores of normal and of defect pixels, without their places.
// Runs anywhere (pure TypeScript). Specification § D.1, D.4.
import { LoupeError } from '../errors.ts';
import { connectedComponents } from './components.ts';
import { sortFloats } from './radix-sort.ts';

/** Maps are float32, image scores float64. */
export type Scores = Float32Array | Float64Array;

export interface PixelSet {
  /** Scores of all normal pixels, ascending. */
  readonly normal: Float32Array;
  /** Scores of all defect pixels, region after region. */
  readonly defect: Float32Array;
  /** Pixels of the region that each defect pixel belongs to. */
  readonly area: Uint32Array;
  /** Connected regions (8-connectivity) in all masks. */
  readonly regions: number;
}

const internal = (reason: string): LoupeError => new LoupeError('internal', { reason });

/** Metrics would silently order NaN somewhere: refuses it. Throws `internal`. */
export function requireFinite(scores: Scores): void {
  for (let at = 0; at < scores.length; at++) {
    const value = scores[at]!;
    if (value - value !== 0) throw internal(`score ${at} is ${value}`); // NaN − NaN and ∞ − ∞ are NaN
  }
}

/**
 * Takes one map after the other and keeps only what the metrics need: 4 bytes for a normal and 8 for a defect pixel. 200
 * maps of 518 x 518 take 0.2 GB (and as much again while they are sorted); only the defect pixels, which are few, grow.
 */
export class PixelCollector {
  readonly #normal: Float32Array;
  #defect = new Float32Array(1 << 12);
  #area = new Uint32Array(1 << 12);
  #normals = 0;
  #defects = 0;
  #regions = 0;

  /** @param pixels of all maps together, at most */
  constructor(pixels: number) {
    this.#normal = new Float32Array(pixels);
  }

  /**
   * @param map [height, width] scores
   * @param mask [height, width], not 0 = defect; null for a flawless image
   * @throws `internal` when the arrays do not belong together, hold NaN, or are more than was announced
   */
  add(map: Float32Array, mask: Uint8Array | null, width: number, height: number): void {
    const pixels = width * height;
    if (map.length !== pixels || (mask && mask.length !== pixels))
      throw internal(`${map.length} scores, ${mask?.length ?? 'no'} mask pixels, ${width} x ${height}`);
    requireFinite(map);
    if (this.#normals + this.#defects + pixels > this.#normal.length)
      throw internal('more pixels than announced');
    if (!mask) {
      this.#normal.set(map, this.#normals);
      this.#normals += pixels;
      return;
    }
    const { labels, areas } = connectedComponents(mask, width, height);
    this.#regions += areas.length;
    const normal = this.#normal;
    let normals = this.#normals;
    for (let i = 0; i < labels.length; i++) {
      const label = labels[i]!;
      if (label === 0) normal[normals++] = map[i]!;
      else this.#addDefect(map[i]!, areas[label - 1] ?? NaN);
    }
    this.#normals = normals;
  }

  /** Sorts in place: nothing can be added afterwards. */
  finish(): PixelSet {
    return {
      normal: sortFloats(this.#normal.subarray(0, this.#normals)),
      defect: this.#defect.subarray(0, this.#defects),
      area: this.#area.subarray(0, this.#defects),
      regions: this.#regions,
    };
  }

  #addDefect(score: number, area: number): void {
    if (this.#defects === this.#defect.length) {
      const [defect, area] = [this.#defect, this.#area];
      this.#defect = new Float32Array(2 * defect.length);
      this.#area = new Uint32Array(2 * area.length);
      this.#defect.set(defect);
      this.#area.set(area);
    }
    this.#defect[this.#defects] = score;
    this.#area[this.#defects++] = area;
  }
}
