// Follows a part: the reference that a recipe keeps of it, and where the part is in another photograph, or why that is not known.
// Runs anywhere (pure TypeScript).
import { z } from 'zod';
import type { Placement } from './placement.ts';
import { PartFinder } from './find-part.ts';
import { LONGEST, smallSize, type GreyPicture } from './picture.ts';

const side = z.number().int().min(8).max(LONGEST);
/** Characters of base64 for so many bytes. */
const base64Length = (bytes: number): number => 4 * Math.ceil(bytes / 3);

/**
 * The part as it stood in the photograph on which the area was drawn: grey, LONGEST pixels on the longest side, row after row as
 * bytes in base64: at most 22 kB. `turns`: how far the part may be turned from there, in degrees either way; 180 = any angle.
 */
export const PartReference = z
  .object({
    turns: z.union([z.literal(30), z.literal(180)]),
    width: side,
    height: side,
    grey: z.string().max(base64Length(LONGEST * LONGEST)),
  })
  .refine(({ width, height }) => Math.max(width, height) === LONGEST, `the longest side must be ${LONGEST}`)
  .refine(({ grey }) => /^[A-Za-z0-9+/]*={0,2}$/.test(grey), 'grey: must be base64')
  .refine(
    ({ width, height, grey }) =>
      grey.length === base64Length(width * height) && bytesOf(grey) === width * height,
    'grey: must be width × height bytes',
  );
export type PartReference = z.infer<typeof PartReference>;

const bytesOf = (base64: string): number => (base64.length / 4) * 3 - (/=*$/.exec(base64)?.[0].length ?? 0);

export const toReference = (
  { width, height, data }: GreyPicture,
  turns: PartReference['turns'],
): PartReference => ({ turns, width, height, grey: btoa(String.fromCharCode(...data)) });

export const pictureOf = ({ width, height, grey }: PartReference): GreyPicture => ({
  width,
  height,
  data: Uint8Array.from(atob(grey), (character) => character.charCodeAt(0)),
});

/** Below this a part is not found: noise, empty trays and things of another outline stay under 0.37 (docs/recipes.md). */
const LEAST_LIKENESS = 0.4;
/** From this share of the best place's score on, another place is as good, and nobody knows which of the two it is. */
const MOST_RIVAL = 0.9;
/** More than a quarter of the part's edges may not lie outside the photograph. */
const LEAST_INSIDE = 0.75;
/** Clear edge points that a reference needs: with fewer, anything looks alike. */
const LEAST_EDGES = 20;

/** Why a part was not found, for engineers. */
export interface NotFound {
  readonly reason: string;
}

/** How far around the inspected places edges still belong to the part, as a share of the longest side: its outline mostly. */
const MARGIN = 0.04;

export class Aligner {
  readonly #reference: PartReference;
  readonly #finder: PartFinder;

  /** `inspected`: for each pixel of the reference whether it is inspected: what is ignored does not tell where the part is. */
  constructor(reference: PartReference, inspected: Uint8Array) {
    const { width, height, turns } = reference;
    this.#reference = reference;
    const counts = widened(inspected, width, height, Math.round(MARGIN * LONGEST));
    this.#finder = new PartFinder(pictureOf(reference), counts, turns);
  }

  /** Why nothing can be found by this reference; null = it can. */
  get unfit(): NotFound | null {
    if (this.#finder.edges < LEAST_EDGES)
      return { reason: 'the reference has no clear edges where the area inspects' };
    const itself = this.place(pictureOf(this.#reference), this.#reference);
    return 'reason' in itself ? itself : null;
  }

  /** The size of the small pictures that are compared. */
  get size(): { readonly width: number; readonly height: number } {
    return this.#reference;
  }

  /** `picture`: the photograph at `size`; `photograph`: its own size, which must have the shape of the reference. */
  place(
    picture: GreyPicture,
    photograph: { readonly width: number; readonly height: number },
  ): Placement | NotFound {
    const { width, height } = this.#reference;
    const shape = smallSize(photograph.width, photograph.height);
    if (Math.abs(shape.width - width) > SHAPE || Math.abs(shape.height - height) > SHAPE) {
      const shown = `${photograph.width} × ${photograph.height}`;
      return {
        reason: `the photograph (${shown}) has another shape than the one on which the area was drawn`,
      };
    }
    const found = this.#finder.find(picture);
    if (found === null) return { reason: 'there is nothing to compare' };
    const { turn, x, y, likeness, rival, inside } = found;
    if (likeness < LEAST_LIKENESS) return { reason: `the best place is only ${percent(likeness)} alike` };
    if (rival > MOST_RIVAL) return { reason: `another place is as good: ${percent(rival)} of the best` };
    if (inside < LEAST_INSIDE) return { reason: `only ${percent(inside)} of the part is in the photograph` };
    const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));
    return {
      turn: rounded(turn, 2),
      x: rounded(x / width, 5),
      y: rounded(y / height, 5),
      likeness: rounded(likeness, 3),
    };
  }
}

/** Small pixels by which the sides of a photograph may differ: 2 %. */
const SHAPE = 2;

const percent = (share: number): string => `${Math.round(100 * share)} %`;

/** Everything within `reach` pixels (a square) of what is set. */
function widened(cells: Uint8Array, width: number, height: number, reach: number): Uint8Array {
  const rows = new Uint8Array(cells.length);
  const out = new Uint8Array(cells.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (cells[y * width + x] !== 1) continue;
      rows.fill(1, y * width + Math.max(0, x - reach), y * width + Math.min(width, x + reach + 1));
    }
  }
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (rows[y * width + x] !== 1) continue;
      for (let to = Math.max(0, y - reach); to <= Math.min(height - 1, y + reach); to++)
        out[to * width + x] = 1;
    }
  }
  return out;
}
