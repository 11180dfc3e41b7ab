// One photograph after the other through an opened model: decode, resize, network, score, files.
// Runs in the inference service (Node).
import { hash } from 'node:crypto';
import { score as calibrated, verdict } from '../../../models/clip-ad/calibration.ts';
import { tilesAt } from '../../../models/clip-ad/tile-grid.ts';
import { mergeScales, TileCanvas } from '../../../models/clip-ad/tiles.ts';
import { LoupeError } from '../../../models/errors.ts';
import type { InspectRequest, InspectResult } from '../../common/inference-service.ts';
import { thumbnail } from '../image/thumbnail.ts';
import { compactFeature } from './feature.ts';
import type { Runs } from './failover.ts';
import type { Follow } from './follow.ts';
import { free } from './free.ts';
import { Gate } from './gate.ts';
import { HeatMask } from './masked.ts';
import type { RawResult } from './network.ts';
import { InlinePreparer, type Prepared, type Preparer } from './prepare.ts';
import { saveFiles } from './save-files.ts';
import type { Settings } from './settings.ts';
import type { Lease } from './shared.ts';
import { StageClock } from './stage-clock.ts';
import type { TextFeatures } from './text-features.ts';
import { writeFileSafely } from './write-file.ts';

/**
 * What all sessions of the process have in common. While the network works on one photograph the next two are decoded;
 * more would only fill the memory with pixels (300 MB for a photograph of 100 megapixels).
 */
export interface Lanes {
  readonly decoding: Gate;
  readonly network: Gate;
  readonly clock: StageClock;
  readonly preparer: Preparer;
}
/** Without a preparer photographs are prepared in this thread. */
export function newLanes(preparer?: Preparer): Lanes {
  const clock = new StageClock();
  return {
    ...{ decoding: new Gate(2), network: new Gate(1), clock },
    preparer: preparer ?? new InlinePreparer(clock),
  };
}

/** A photograph may be 300 MB. Pixels in a larger buffer are left alone: the rest of it belongs to somebody else. */
function letGo({ buffer, byteLength }: Uint8Array): void {
  if (byteLength > 0 && byteLength === buffer.byteLength) free(buffer);
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

export class InspectSession {
  readonly #network: Lease<Runs>;
  readonly #text: TextFeatures;
  readonly #settings: Settings;
  readonly #lanes: Lanes;
  /** Magnifications beside the whole photograph. */
  readonly #enlarged: readonly number[];
  readonly #mask: HeatMask | null;
  readonly #follow: Follow | null;
  readonly #underWay = new Set<Promise<unknown>>();

  constructor(network: Lease<Runs>, text: TextFeatures, settings: Settings, lanes: Lanes) {
    this.#network = network;
    this.#text = text;
    this.#settings = settings;
    this.#lanes = lanes;
    const { area, calibration, scales } = settings;
    this.#enlarged = scales.filter((scale) => scale > 1);
    this.#mask = area === undefined ? null : new HeatMask(area, calibration.heat.lo);
    this.#follow = area?.align ? { key: hash('sha256', JSON.stringify(area)), area } : null;
  }

  /** Where the next photograph is inspected. */
  get device(): string {
    return this.#network.value.device;
  }

  /**
   * Inspects one photograph; several may be under way. Throws the errors of decoding, `area.part_not_found`,
   * `session.failed` when the network has no finite answer, `output.failed` when a file cannot be written.
   */
  async inspect(request: InspectRequest): Promise<InspectResult> {
    const work = this.#inspect(request);
    this.#underWay.add(work);
    try {
      return await work;
    } finally {
      this.#underWay.delete(work);
    }
  }

  /** Lets go of the network when the photographs that are under way are done. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#underWay);
    this.#network.release();
  }

  async #inspect(request: InspectRequest): Promise<InspectResult> {
    const { path, save = {}, wantMap = false, wantFeature = false } = request;
    const { decoding, network, clock, preparer } = this.#lanes;
    const { calibration } = this.#settings;
    const keepImage = save.thumbnail !== undefined || save.overlay !== undefined;
    const asked = {
      path,
      keepImage,
      side: this.#network.value.imageSize,
      scales: this.#enlarged,
      ...(this.#follow && { follow: this.#follow }),
    };
    const prepared = await decoding.run(() => preparer.prepare(asked));
    const { image, facts, place, decode, resize } = prepared;
    // Without its place nobody knows what counts, and the part must not pass for a good one.
    if (place && 'reason' in place) throw await this.#notFound(place.reason, prepared, request);
    const [raw, infer] = await network.run(() => clock.blocking(() => this.#run(prepared)));
    const { device } = this; // read at once: the next photograph may change it
    const moved = place && { placement: place, photograph: image };
    const masked = this.#mask === null ? raw : this.#mask.apply(raw, moved);
    if (masked === null)
      throw await this.#notFound('all that is inspected has left the photograph', prepared, request);
    const { heat, score0, score1 } = masked;
    const score = calibrated(score0, score1, calibration);
    const [, post] = await clock.beside(() =>
      saveFiles(save, {
        image,
        heat,
        mapSize: this.#network.value.mapSize * Math.max(...this.#settings.scales),
        range: calibration.heat,
        score,
        verdict: verdict(score, calibration.thresholds),
      }),
    );
    letGo(image.data);
    const { width, height } = image;
    const ms = { decode, resize, infer, post };
    const compact = wantFeature && raw.feature !== undefined && { feature: compactFeature(raw.feature) };
    return {
      width,
      height,
      score,
      score0,
      score1,
      ms,
      image: facts,
      device,
      ...(place && { placement: place }),
      ...compact,
      ...(wantMap && { map: heat }),
    };
  }

  /** Whoever judges the part by hand sees it in the grid: its thumbnail is kept. */
  async #notFound(
    reason: string,
    { image }: Prepared,
    { path, save = {} }: InspectRequest,
  ): Promise<LoupeError> {
    if (save.thumbnail !== undefined) await writeFileSafely(save.thumbnail, await thumbnail(image));
    letGo(image.data);
    return new LoupeError('area.part_not_found', { path, reason });
  }

  /** Maps and class probabilities are means over the scales: what several runs agree on weighs more than one run's chance. */
  async #run({ pixels, tiles }: Prepared): Promise<RawResult> {
    const whole = await this.#network.value.run(pixels, this.#text);
    if (this.#enlarged.length === 0) return whole;
    const all = [{ map: whole.heat, side: this.#network.value.mapSize, score0: whole.score0 }];
    for (const [i, scale] of this.#enlarged.entries()) all.push(await this.#tiles(tiles[i] ?? [], scale));
    const heat = mergeScales(all);
    return {
      ...whole,
      heat,
      score0: mean(all.map(({ score0 }) => score0)),
      score1: heat.reduce((most, value) => Math.max(most, value), -Infinity),
    };
  }

  /** One scale: the blended map, and the mean class probability of its tiles. */
  async #tiles(
    pixels: readonly Uint8Array[],
    scale: number,
  ): Promise<{ map: Float32Array; side: number; score0: number }> {
    const canvas = new TileCanvas(this.#network.value.mapSize, scale);
    const scores: number[] = [];
    for (const [i, tile] of tilesAt(scale).entries()) {
      const { heat, score0 } = await this.#network.value.run(pixels[i] ?? new Uint8Array(), this.#text);
      canvas.add(tile, heat);
      scores.push(score0);
    }
    return { map: canvas.finish(), side: canvas.side, score0: mean(scores) };
  }
}
