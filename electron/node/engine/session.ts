// One photograph after the other through an opened model: decode, resize, network, score, files.
// Runs in the inference service (Node).
import { score as calibrated, verdict } from '../../../models/clip-ad/calibration.ts';
import { resizeImage } from '../../../models/image/resize.ts';
import type { InspectRequest, InspectResult } from '../../common/services.ts';
import { decodeImage, type DecodedImage } from '../image/decode.ts';
import { Gate } from './gate.ts';
import type { Network } from './network.ts';
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

interface Prepared {
  readonly image: DecodedImage;
  /** RGB bytes at the size of the model. */
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
    const [raw, infer] = await network.run(() =>
      clock.blocking(() => this.#network.value.run(pixels, this.#text)),
    );
    const { heat, score0, score1 } = raw;
    const score = calibrated(score0, score1, calibration);
    const [, post] = await clock.beside(() =>
      saveFiles(save, {
        image,
        heat,
        mapSize: this.#network.value.mapSize,
        range: calibration.heat,
        score,
        verdict: verdict(score, calibration.thresholds),
      }),
    );
    const { width, height } = image;
    const ms = { decode, resize, infer, post };
    return { width, height, score, score0, score1, ms, ...(wantMap && { map: heat }) };
  }

  async #prepare(path: string): Promise<Prepared> {
    const { clock } = this.#lanes;
    const [image, decode] = await clock.beside(() => decodeImage(path));
    const [pixels, resize] = await clock.blocking(() => toModelSize(image, this.#network.value.imageSize));
    return { image, pixels, decode, resize };
  }
}

/** Resized as Pillow does it, grey before it becomes RGB: the same bytes for a third of the work (Specification § B.1). */
function toModelSize(image: DecodedImage, side: number): Uint8Array {
  const { data, channels } = resizeImage(image, side, side, 'bicubic');
  if (channels === 3) return data;
  const rgb = new Uint8Array(data.length * 3);
  for (let i = 0, out = 0; i < data.length; i++) {
    rgb[out++] = rgb[out++] = rgb[out++] = data[i] ?? 0;
  }
  return rgb;
}
