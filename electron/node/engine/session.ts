// One photograph after the other through an opened model: decode, resize, network, score, files.
// Runs in the inference service (Node).
import { score as calibrated, verdict } from '../../../models/clip-ad/calibration.ts';
import { cropOf, mergeScales, TileCanvas, tilesAt } from '../../../models/clip-ad/tiles.ts';
import { resizeImage } from '../../../models/image/resize.ts';
import type { InspectRequest, InspectResult } from '../../common/services.ts';
import { decodeImage, type DecodedImage } from '../image/decode.ts';
import { Gate } from './gate.ts';
import type { Network, RawResult } from './network.ts';
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
}
export const newLanes = (): Lanes => ({
  decoding: new Gate(2),
  network: new Gate(1),
  clock: new StageClock(),
});

type Pixels = Pick<DecodedImage, 'data' | 'width' | 'height' | 'channels'>;

interface Prepared {
  readonly image: DecodedImage;
  /** RGB bytes at the size of the model: the whole photograph first, then its tiles as they come. */
  readonly pixels: Uint8Array;
  readonly decode: number;
  readonly resize: number;
}

export class InspectSession {
  readonly #network: Lease<Network>;
  readonly #text: TextFeatures;
  readonly #settings: Settings;
  readonly #lanes: Lanes;
  readonly #underWay = new Set<Promise<unknown>>();

  constructor(network: Lease<Network>, text: TextFeatures, settings: Settings, lanes: Lanes) {
    this.#network = network;
    this.#text = text;
    this.#settings = settings;
    this.#lanes = lanes;
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

  async #inspect({ path, save = {}, wantMap = false }: InspectRequest): Promise<InspectResult> {
    const { decoding, network, clock } = this.#lanes;
    const { calibration } = this.#settings;
    const { image, pixels, decode, resize } = await decoding.run(() => this.#prepare(path));
    const [raw, infer] = await network.run(() => clock.blocking(() => this.#run(image, pixels)));
    const { heat, score0, score1 } = raw;
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
    return { width, height, score, score0, score1, ms, ...(wantMap && { map: heat }) };
  }

  /** Tiles are cut only now: all at once they would be many times the photograph. */
  async #run(image: DecodedImage, pixels: Uint8Array): Promise<RawResult> {
    const { scales } = this.#settings;
    const whole = await this.#network.value.run(pixels, this.#text);
    if (scales.length === 1) return whole;
    const { mapSize } = this.#network.value;
    const maps = [];
    for (const scale of scales) {
      maps.push(scale === 1 ? { map: whole.heat, side: mapSize } : await this.#tiles(image, scale));
    }
    const heat = mergeScales(maps);
    return {
      heat,
      score0: whole.score0,
      score1: heat.reduce((most, value) => Math.max(most, value), -Infinity),
    };
  }

  async #tiles(image: DecodedImage, scale: number): Promise<{ map: Float32Array; side: number }> {
    const { imageSize, mapSize } = this.#network.value;
    const canvas = new TileCanvas(mapSize, scale);
    for (const tile of tilesAt(scale)) {
      const part = crop(image, cropOf(tile, scale, image.width, image.height));
      canvas.add(tile, (await this.#network.value.run(toModelSize(part, imageSize), this.#text)).heat);
    }
    return { map: canvas.finish(), side: canvas.side };
  }

  async #prepare(path: string): Promise<Prepared> {
    const { clock } = this.#lanes;
    const [image, decode] = await clock.beside(() => decodeImage(path));
    const [pixels, resize] = await clock.blocking(() => toModelSize(image, this.#network.value.imageSize));
    return { image, pixels, decode, resize };
  }
}

function crop(
  { data, width, channels }: Pixels,
  part: { left: number; top: number; width: number; height: number },
): Pixels {
  const row = part.width * channels;
  const cut = new Uint8Array(row * part.height);
  for (let y = 0; y < part.height; y++) {
    const from = ((part.top + y) * width + part.left) * channels;
    cut.set(data.subarray(from, from + row), y * row);
  }
  return { data: cut, width: part.width, height: part.height, channels };
}

/** Resized as Pillow does it, grey before it becomes RGB: the same bytes for a third of the work (Specification § B.1). */
export function toModelSize(image: Pixels, side: number): Uint8Array {
  const { data, channels } = resizeImage(image, side, side, 'bicubic');
  if (channels === 3) return data;
  const rgb = new Uint8Array(data.length * 3);
  for (let i = 0, out = 0; i < data.length; i++) {
    rgb[out++] = rgb[out++] = rgb[out++] = data[i] ?? 0;
  }
  return rgb;
}
