// What comes before the network: a photograph is read, decoded, and brought to the size of the model, its tiles too.
// Runs in a thread of the inference service (Node), beside the one that the network blocks.
import { cropOf, tilesAt } from '../../../models/clip-ad/tile-grid.ts';
import type { NotFound } from '../../common/align/aligner.ts';
import type { Placement } from '../../common/align/placement.ts';
import type { ImageFacts } from '../../common/inference-service.ts';
import { decodePhotograph, type DecodedImage } from '../image/decode.ts';
import { Followers, type Follow } from './follow.ts';
import { crop, toModelSize } from './model-size.ts';
import { StageClock } from './stage-clock.ts';

export interface PrepareRequest {
  readonly path: string;
  /** Side of the model's input in pixels. */
  readonly side: number;
  /** Magnifications beside the whole photograph. */
  readonly scales: readonly number[];
  /** Whether somebody will look at the pixels of the photograph itself: thumbnail, overlay. */
  readonly keepImage: boolean;
  /** The area whose part is looked for; absent: the area stays where it is. */
  readonly follow?: Follow;
}

export interface Prepared {
  /** `data` is empty when nobody asked for it. */
  readonly image: DecodedImage;
  readonly facts: ImageFacts;
  /** RGB bytes at the size of the model: the whole photograph. */
  readonly pixels: Uint8Array;
  /** The same of the tiles of each scale, in the order of `tilesAt`: 150 KB a tile, however large the photograph is. */
  readonly tiles: readonly (readonly Uint8Array[])[];
  /** Where the part is, or why that is not known; absent when nobody asked. */
  readonly place?: Placement | NotFound;
  /** Milliseconds. */
  readonly decode: number;
  /** With the search for the part. */
  readonly resize: number;
}

export interface Preparer {
  /** Throws what decoding throws. Several may be under way. */
  prepare(request: PrepareRequest): Promise<Prepared>;
}

/** In the thread that asks. */
export class InlinePreparer implements Preparer {
  readonly #clock: StageClock;
  readonly #followers = new Followers();

  constructor(clock = new StageClock()) {
    this.#clock = clock;
  }

  async prepare({ path, side, scales, keepImage, follow }: PrepareRequest): Promise<Prepared> {
    const [{ image, facts }, decode] = await this.#clock.beside(() => decodePhotograph(path));
    const [sized, resize] = await this.#clock.blocking(() => {
      const pixels = toModelSize(image, side);
      const tiles = scales.map((scale) =>
        tilesAt(scale).map((tile) =>
          toModelSize(crop(image, cropOf(tile, scale, image.width, image.height)), side),
        ),
      );
      return { pixels, tiles, ...(follow && { place: this.#followers.place(follow, image, pixels, side) }) };
    });
    const kept = keepImage ? image : { ...image, data: new Uint8Array() };
    return { image: kept, facts, ...sized, decode, resize };
  }
}
