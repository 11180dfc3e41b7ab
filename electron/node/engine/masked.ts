// The inspection area on a heat map: what is ignored becomes cold, and the hottest place is looked for among the rest.
// Runs in the inference service (Node).
import { ignoredPixels, type InspectionArea } from '../../common/area.ts';
import type { RawResult } from './network.ts';

/** Keeps the area of a session at the size of its maps: it is the same for every photograph. */
export class HeatMask {
  readonly #area: InspectionArea;
  readonly #cold: number;
  #ignored: Uint8Array = new Uint8Array();

  /** `cold`: what ignored pixels become, the lower end of the scale. */
  constructor(area: InspectionArea, cold: number) {
    this.#area = area;
    this.#cold = cold;
  }

  /** A smoothed map, and score1 as its maximum inside the area; score0 is of the whole photograph and stays. */
  apply<R extends RawResult>(raw: R): R {
    const side = Math.round(Math.sqrt(raw.heat.length));
    if (this.#ignored.length !== raw.heat.length) this.#ignored = ignoredPixels(this.#area, side);
    const ignored = this.#ignored;
    let score1 = -Infinity;
    const heat = raw.heat.map((value, i) => {
      if (ignored[i] === 1) return this.#cold;
      if (value > score1) score1 = value;
      return value;
    });
    return { ...raw, heat, score1 };
  }
}
