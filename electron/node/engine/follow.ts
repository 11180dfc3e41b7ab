// Looks for the part in a photograph that is being prepared, for an inspection area that goes along with it.
// Runs in a thread of the inference service (Node).
import type { InspectionArea } from '../../common/area.ts';
import type { Aligner, NotFound } from '../../common/align/aligner.ts';
import { alignerOf } from '../../common/align/moved-area.ts';
import { LONGEST, smallGrey } from '../../common/align/picture.ts';
import type { Placement } from '../../common/align/placement.ts';
import { LoupeError } from '../../../models/errors.ts';
import type { Pixels } from './model-size.ts';

/** The area that a session follows; `key` is the same for equal areas. */
export interface Follow {
  readonly key: string;
  readonly area: InspectionArea;
}

/** Throws `recipe.invalid` for an area whose part could not be told from anything else: every photograph would fail. */
export function mustBeFollowable(area: InspectionArea): void {
  const unfit = alignerOf(area)?.unfit;
  if (unfit) {
    const reason = `area: the part cannot be followed by its reference: ${unfit.reason}`;
    throw new LoupeError('recipe.invalid', { reason });
  }
}

/** One aligner holds 1 MB or 6 MB of spectra; nobody works with more recipes than this at once. */
const MOST_KEPT = 3;

export class Followers {
  readonly #aligners = new Map<string, Aligner>();

  /** `sized`: the photograph as RGB bytes at the size of the model, which is quick to look at; tiny models see too little. */
  place({ key, area }: Follow, image: Pixels, sized: Uint8Array, side: number): Placement | NotFound {
    const aligner = this.#aligner(key, area);
    const small =
      side >= LONGEST
        ? smallGrey(sized, 3, { width: side, height: side }, aligner.size)
        : smallGrey(image.data, image.channels, image, aligner.size);
    return aligner.place(small, image);
  }

  #aligner(key: string, area: InspectionArea): Aligner {
    const known = this.#aligners.get(key);
    if (known) return known;
    const made = alignerOf(area);
    if (made === null) throw new LoupeError('internal', { reason: 'This area stays where it is.' });
    for (const old of [...this.#aligners.keys()].slice(0, -MOST_KEPT + 1)) this.#aligners.delete(old);
    this.#aligners.set(key, made);
    return made;
  }
}
