// One photograph after the other through an opened model: decode, resize, network, score, files.
// Runs in the inference service (Node).
import { score as calibrated, verdict } from '../../../models/clip-ad/calibration.ts';
import { tilesAt } from '../../../models/clip-ad/tile-grid.ts';
import { mergeScales, TileCanvas } from '../../../models/clip-ad/tiles.ts';
import type { InspectRequest, InspectResult } from '../../common/services.ts';
import { Gate } from './gate.ts';
import { HeatMask } from './masked.ts';
import { compactFeature } from './feature.ts';
import type { Runs } from './failover.ts';
import type { RawResult } from './network.ts';
import { InlinePreparer, type Prepared, type Preparer } from './prepare.ts';
import { saveFiles } from './save-files.ts';
import type { Settings } from './settings.ts';
import type { Lease } from './shared.ts';
import { StageClock } from './stage-clock.ts';
import type { TextFeatures } from './text-features.ts';

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

export class InspectSession {
  readonly #network: Lease<Runs>;
  readonly #text: TextFeatures;
  readonly #settings: Settings;
  readonly #lanes: Lanes;
  readonly #mask: HeatMask | null;
  readonly #underWay = new Set<Promise<unknown>>();

  constructor(network: Lease<Runs>, text: TextFeatures, settings: Settings, lanes: Lanes) {
    this.#network = network;
    this.#text = text;
    this.#settings = settings;
    this.#lanes = lanes;
    const { area, calibration } = settings;
    this.#mask = area === undefined ? null : new HeatMask(area, calibration.heat.lo);
  }

  /** Where the next photograph is inspected. */
  get device(): string {
    return this.#network.value.device;
  }

  /**
   * Inspects one photograph; several may be under way. Throws the errors of decoding, `session.failed` when the network
   * has no finite answer, `output.failed` when a file cannot be written.
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
    const { calibration, scales } = this.#settings;
    const keepImage = save.thumbnail !== undefined || save.overlay !== undefined;
    const asked = {
      path,
      keepImage,
      side: this.#network.value.imageSize,
      scales: scales.filter((n) => n > 1),
    };
    const prepared = await decoding.run(() => preparer.prepare(asked));
    const { image, facts, decode, resize } = prepared;
    const [raw, infer] = await network.run(() => clock.blocking(() => this.#run(prepared)));
    const { device } = this; // read at once: the next photograph may change it
    const { heat, score0, score1 } = this.#mask === null ? raw : this.#mask.apply(raw);
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
      ...compact,
      ...(wantMap && { map: heat }),
    };
  }

  async #run({ pixels, tiles }: Prepared): Promise<RawResult> {
    const { scales } = this.#settings;
    const whole = await this.#network.value.run(pixels, this.#text);
    if (scales.length === 1) return whole;
    const { mapSize } = this.#network.value;
    const maps = [{ map: whole.heat, side: mapSize }];
    const enlarged = scales.filter((scale) => scale > 1);
    for (const [i, scale] of enlarged.entries()) maps.push(await this.#tiles(tiles[i] ?? [], scale));
    const heat = mergeScales(maps);
    return {
      ...whole,
      heat,
      score1: heat.reduce((most, value) => Math.max(most, value), -Infinity),
    };
  }

  async #tiles(pixels: readonly Uint8Array[], scale: number): Promise<{ map: Float32Array; side: number }> {
    const canvas = new TileCanvas(this.#network.value.mapSize, scale);
    for (const [i, tile] of tilesAt(scale).entries()) {
      const { heat } = await this.#network.value.run(pixels[i] ?? new Uint8Array(), this.#text);
      canvas.add(tile, heat);
    }
    return { map: canvas.finish(), side: canvas.side };
  }
}
