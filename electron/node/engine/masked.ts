// The inspection area on a heat map: what is ignored becomes cold, and the hottest place is looked for among the rest.
// Runs in the inference service (Node).
import { MovedPixels } from '../../common/align/moved-area.ts';
import type { Placement } from '../../common/align/placement.ts';
import { ignoredPixels, type InspectionArea } from '../../common/area.ts';
import type { RawResult } from './network.ts';

/** Where the part of a photograph is, and the photograph's size. */
export interface Moved {
  readonly placement: Placement;
  readonly photograph: { readonly width: number; readonly height: number };
}

/** Keeps the area of a session at the size of its maps: where it stays, it is the same for every photograph. */
export class HeatMask {
  readonly #area: InspectionArea;
  readonly #cold: number;
  readonly #moving: MovedPixels | null;
  #ignored: Uint8Array = new Uint8Array();

  /** `cold`: what ignored pixels become, the lower end of the scale. */
  constructor(area: InspectionArea, cold: number) {
    this.#area = area;
    this.#cold = cold;
    this.#moving = area.align === undefined ? null : new MovedPixels(area);
  }

  /**
   * A smoothed map, and score1 as its maximum inside the area; score0 knows of no area and stays. Null when the part
   * has moved so far that nothing inspected is left in the photograph.
   */
  apply<R extends RawResult>(raw: R, moved?: Moved): R | null {
    const side = Math.round(Math.sqrt(raw.heat.length));
    const ignored = this.#ignoredAt(side, moved);
    let score1 = -Infinity;
    const heat = raw.heat.map((value, i) => {
      if (ignored[i] === 1) return this.#cold;
      if (value > score1) score1 = value;
      return value;
    });
    return score1 === -Infinity ? null : { ...raw, heat, score1 };
  }

  #ignoredAt(side: number, moved: Moved | undefined): Uint8Array {
    if (this.#moving && moved) return this.#moving.at(moved.placement, moved.photograph, side);
    if (this.#ignored.length !== side * side) this.#ignored = ignoredPixels(this.#area, side);
    return this.#ignored;
  }
}
