// Areas that follow their part: known shifts and turns are found again, and what is not the part is said to be none.
// Runs in the tests (Node).
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Aligner, PartReference, pictureOf, toReference } from '../../electron/common/align/aligner.ts';
import { alignerOf, movedCells, movedIgnores, MovedPixels } from '../../electron/common/align/moved-area.ts';
import { smallGrey, smallSize, type GreyPicture } from '../../electron/common/align/picture.ts';
import { Placement, whereItWas } from '../../electron/common/align/placement.ts';
import { areaOf, ignoredCells, ignoredPixels, InspectionArea } from '../../electron/common/area.ts';
import { decodePhotograph } from '../../electron/node/image/decode.ts';
import {
  bracket,
  movedBy,
  noiseOnly,
  numbers,
  type Move,
  type Photograph,
} from '../support/moved-photographs.ts';

const SAMPLES = resolve(import.meta.dirname, '../../resources/samples');
const small = (photograph: Photograph): GreyPicture =>
  smallGrey(photograph.data, photograph.channels, photograph, smallSize(photograph.width, photograph.height));
const whole = ({ width, height }: GreyPicture): Uint8Array => new Uint8Array(width * height).fill(1);
function alignerFor(photograph: Photograph, turns: PartReference['turns']): Aligner {
  const picture = small(photograph);
  return new Aligner(toReference(picture, turns), whole(picture));
}
function found(aligner: Aligner, photograph: Photograph): Placement {
  const place = aligner.place(small(photograph), photograph);
  if ('reason' in place) throw new Error(place.reason);
  return Placement.parse(place);
}
const sample = async (name: string): Promise<Photograph> => {
  const folder = `${SAMPLES}/${name}/test/good`;
  return (await decodePhotograph(`${folder}/${readdirSync(folder).sort()[0]}`)).image;
};

/** Per cent of the longest side, and degrees. */
function errors(
  place: Placement,
  move: Move,
  { width, height }: Photograph,
): { shift: number; turn: number } {
  const away = Math.hypot(place.x * width - move.x, place.y * height - move.y);
  return {
    shift: (100 * away) / Math.max(width, height),
    turn: Math.abs(((place.turn - move.turn + 540) % 360) - 180),
  };
}
/** Moves by chance: up to 15 % of the sides, and up to so many degrees. */
function moves(count: number, turns: number, { width, height }: Photograph): Move[] {
  const random = numbers(7);
  const either = (most: number): number => (2 * random() - 1) * most;
  return Array.from({ length: count }, () => ({
    turn: either(turns),
    x: either(0.15 * width),
    y: either(0.15 * height),
  }));
}

describe('a part that has moved', () => {
  it.each([[30], [180]] as const)(
    'within %i° is found to half a per cent and half a degree, in noise and less light',
    (turns) => {
      const photograph = bracket();
      const aligner = alignerFor(photograph, turns);
      expect(aligner.unfit).toBeNull();
      for (const [i, move] of moves(8, turns, photograph).entries()) {
        const seen = movedBy(photograph, move, { noise: 20, light: 0.8, seed: i + 1 });
        const { shift, turn } = errors(found(aligner, seen), move, photograph);
        expect(shift, JSON.stringify(move)).toBeLessThan(0.5);
        expect(turn, JSON.stringify(move)).toBeLessThan(0.5);
      }
    },
  );

  it('is found on a bundled photograph of leather, whose grain is its only mark', async () => {
    const photograph = await sample('leather');
    const aligner = alignerFor(photograph, 180);
    const [first, second, third] = moves(3, 180, photograph);
    for (const move of [first!, second!, third!].map((m) => ({ ...m, x: m.x / 3, y: m.y / 3 }))) {
      const { shift, turn } = errors(
        found(aligner, movedBy(photograph, move, { noise: 6 })),
        move,
        photograph,
      );
      expect(shift).toBeLessThan(0.5);
      expect(turn).toBeLessThan(0.5);
    }
  });

  it('and is round is found where it is, and taken as not turned; any angle is refused', async () => {
    const ring = await sample('machined_ring');
    const move = { turn: 0, x: 45, y: -38 };
    const aligner = alignerFor(ring, 30);
    const { shift, turn } = errors(found(aligner, movedBy(ring, move, { noise: 6 })), move, ring);
    expect(shift).toBeLessThan(0.5);
    expect(turn).toBeLessThan(1);
    expect(alignerFor(ring, 180).unfit?.reason).toContain('another place is as good');
  });

  it('is found beside a clamp that stands still, where the area ignores the clamp', () => {
    const clamped = (photograph: Photograph): Photograph => {
      const data = photograph.data.map((value, i) => {
        const [x, y] = [i % photograph.width, Math.floor(i / photograph.width)];
        return x > 205 && (y >> 4) % 2 === 0 ? 20 : value;
      });
      return { ...photograph, data };
    };
    const cells = Uint8Array.from({ length: 64 * 48 }, (_, i) => (i % 64 >= 48 ? 1 : 0));
    const align = toReference(small(clamped(bracket())), 30);
    const aligner = alignerOf({ ...areaOf(64, 48, cells)!, align })!;
    const move = { turn: 6, x: -30, y: 12 };
    const { shift, turn } = errors(found(aligner, clamped(movedBy(bracket(), move))), move, bracket());
    expect(shift).toBeLessThan(0.5);
    expect(turn).toBeLessThan(0.5);
  });

  it('is found at the same place every time', () => {
    const aligner = alignerFor(bracket(), 30);
    const seen = movedBy(bracket(), { turn: 11, x: 20, y: 9 }, { noise: 20 });
    expect(found(alignerFor(bracket(), 30), seen)).toEqual(found(aligner, seen));
  });

  it('in a photograph of another size is found by shares', () => {
    const aligner = alignerFor(bracket(), 30);
    const place = found(aligner, movedBy(bracket(512, 384), { turn: 5, x: 51.2, y: 0 }));
    expect(place.x).toBeCloseTo(0.1, 2);
    expect(place.turn).toBeCloseTo(5, 0);
  });
});

describe('a photograph without the part', () => {
  const aligner = alignerFor(bracket(), 180);
  const reason = (photograph: Photograph): string => {
    const place = aligner.place(small(photograph), photograph);
    return 'reason' in place ? place.reason : `found: ${JSON.stringify(place)}`;
  };

  it('is told: empty, noise, another thing', async () => {
    const { width, height } = bracket();
    const flat: Photograph = { width, height, channels: 1, data: new Uint8Array(width * height).fill(200) };
    expect(reason(flat)).toMatch(/alike|nothing to compare/);
    for (const seed of [1, 2, 3, 4]) {
      const noise = noiseOnly(aligner.size, seed);
      expect(aligner.place(noise, bracket())).toMatchObject({
        reason: expect.stringContaining('alike') as string,
      });
    }
    const ring = await sample('machined_ring');
    const leather = alignerFor(await sample('leather'), 30);
    expect(leather.place(small(ring), ring)).toMatchObject({
      reason: expect.stringContaining('alike') as string,
    });
  });

  it('is told: mostly outside, two of them, another shape', () => {
    expect(reason(movedBy(bracket(), { turn: 0, x: 130, y: 0 }))).not.toContain('found:');
    const double = bracket();
    const beside = movedBy(bracket(), { turn: 0, x: -60, y: 40 });
    const both = { ...double, data: double.data.map((value, i) => Math.min(value, beside.data[i]!)) };
    expect(reason(both)).toContain('another place is as good');
    expect(reason(bracket(192, 256))).toContain('another shape');
  });

  it('a straight edge, which is the same all along, is no mark', () => {
    const { width, height } = bracket();
    const data = Uint8Array.from({ length: width * height }, (_, i) => (i % width < width / 3 ? 60 : 200));
    const edge = alignerFor({ width, height, channels: 1, data }, 30);
    expect(edge.unfit?.reason).toContain('another place is as good');
  });

  it('a reference without edges where it is inspected is unfit', () => {
    const picture = small(bracket());
    const corner = Uint8Array.from(picture.data, (_, i) => (i % picture.width < 12 ? 1 : 0));
    expect(new Aligner(toReference(picture, 30), corner).unfit?.reason).toContain('no clear edges');
  });
});

describe('the reference of a recipe', () => {
  const reference = toReference(small(bracket()), 30);
  const area = { columns: 2, rows: 1, runs: [1, 1] };

  it('is the picture again, small enough, and part of the area', () => {
    expect(pictureOf(reference)).toEqual(small(bracket()));
    expect(reference.grey.length).toBeLessThan(22_000);
    expect(InspectionArea.parse({ ...area, align: reference })).toEqual({ ...area, align: reference });
    expect(InspectionArea.parse(area)).not.toHaveProperty('align');
  });

  it.each([
    ['another angle', { turns: 45 }],
    ['sides that are too small', { width: 64, height: 48 }],
    ['sides that are too large', { width: 256 }],
    ['half a pixel', { height: 96.5 }],
    ['fewer bytes than pixels', { grey: 'AAAA' }],
    ['more bytes than pixels', { grey: `${reference.grey}AAAA` }],
    ['bytes that are no base64', { grey: `${reference.grey.slice(0, -4)}*{}!` }],
    ['padding that hides a byte', { grey: `${reference.grey.slice(0, -1)}=` }],
    ['megabytes', { grey: 'A'.repeat(4_000_000) }],
    ['no picture', { grey: undefined }],
  ])('is refused with %s', (_, wrong) => {
    expect(InspectionArea.safeParse({ ...area, align: { ...reference, ...wrong } }).success).toBe(false);
  });
});

describe('the area that goes along', () => {
  /** The upper left quarter is ignored. */
  const columns = 64;
  const cells = Uint8Array.from({ length: 64 * 48 }, (_, i) => (i % 64 < 32 && i < 24 * 64 ? 1 : 0));
  const area = areaOf(columns, 48, cells)!;
  const size = { width: 640, height: 480 };
  const still: Placement = { turn: 0, x: 0, y: 0, likeness: 1 };

  it('without a move ignores what the area ignores, pixel by pixel', () => {
    for (const side of [16, 30, 240]) {
      expect(new MovedPixels(area).at(still, size, side)).toEqual(ignoredPixels(area, side));
    }
    expect(movedCells(area, still, size, columns, 48)).toEqual(ignoredCells(area));
  });

  it('is where the part is: right, down and clockwise', () => {
    const ignores = movedIgnores(cells, area, { ...still, x: 0.25, y: 0.1 }, size);
    expect([ignores(0.7, 0.55), ignores(0.8, 0.5), ignores(0.7, 0.65)]).toEqual([true, false, false]);
    // A quarter turn takes the upper left to the upper right.
    const turned = movedIgnores(cells, area, { ...still, turn: 90 }, size);
    expect([turned(0.7, 0.2), turned(0.3, 0.2), turned(0.7, 0.8)]).toEqual([true, false, false]);
    // What came in from outside is as the edge that it came over.
    expect(ignores(0.05, 0.3)).toBe(true);
    expect(ignores(1, 0.3)).toBe(false);
    const [u, v] = whereItWas({ turn: 90, x: 0.1, y: 0 }, size)(0.6, 0.5);
    expect([u, v]).toEqual([0.5, 0.5]);
  });

  it('ignores of a map at most what every touched cell ignores', () => {
    const placement = { ...still, turn: 17, x: 0.05, y: -0.08 };
    const pixels = new MovedPixels(area).at(placement, size, 60);
    const ignores = movedIgnores(cells, area, placement, size);
    let [agreeing, lost] = [0, 0];
    for (let y = 0; y < 60; y++) {
      for (let x = 0; x < 60; x++) {
        const middle = ignores((x + 0.5) / 60, (y + 0.5) / 60);
        if (pixels[y * 60 + x] === 1 && !middle) lost++;
        if ((pixels[y * 60 + x] === 1) === middle) agreeing++;
      }
    }
    expect(lost).toBe(0);
    expect(agreeing / 3600).toBeGreaterThan(0.95);
  });

  it('has an aligner only when it follows', () => {
    expect(alignerOf(area)).toBeNull();
    expect(alignerOf({ ...area, align: toReference(small(bracket()), 30) })?.unfit).toBeNull();
  });
});
