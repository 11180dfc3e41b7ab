// Where the part of a reference picture is in another picture, shifted and turned: coarse over all places, then to fractions of a pixel.
// Runs anywhere (pure TypeScript). Deterministic: the same two pictures always give the same place.
import { compare, pointsAt, PREFERENCE, refined, strongest, type Points, type Pose } from './edge-points.ts';
import { edgesOf, type Edges } from './edges.ts';
import { newField, SIDE, transform, type Field } from './fourier.ts';
import { smallGrey, type GreyPicture } from './picture.ts';
import { radians } from './placement.ts';

/** How far the middle of the picture may move, as a share of its sides. */
const MOST_SHIFT = 0.25;
/** Longest side of the pictures of the coarse search: with a quarter of shift it just fits into the square. */
const COARSE = 48;
/** Degrees from one coarse angle to the next: half of it moves the rim by less than a coarse pixel. */
const STEP = 4;
/** Places that are looked at closely. */
const CANDIDATES = 4;
/** Edge points of the reference that are compared at each candidate, and at the best of them; more change nothing. */
const [FEW, MANY] = [300, 1200];
/** Places nearer to each other than this (share of the longest side; degrees) are the same one. */
const SAME_SHIFT = 0.08;
const SAME_TURN = 20;
/** Within a narrow range of turns, candidates lie closer together. */
const NEAR_TURN = 10;

export interface FoundPose extends Pose {
  /** 0..1: how much the edges agree in place and direction; 1 = the same picture. */
  readonly likeness: number;
  /** How good the next best place is, elsewhere, as a share of the best one; above 1 it is the better one. */
  readonly rival: number;
  /** 0..1: how much of the reference's edges lies inside the picture. */
  readonly inside: number;
}

export class PartFinder {
  readonly width: number;
  readonly height: number;
  readonly #turns: number;
  readonly #coarse: { readonly width: number; readonly height: number };
  readonly #few: Points;
  readonly #many: Points;
  readonly #templates: { readonly turn: number; readonly spectrum: Field }[];
  readonly #energy: number;

  /**
   * `counts`: for each pixel of the reference whether its edges belong to the part. `turns`: how far it may be turned either
   * way, in degrees; 180 = any angle.
   */
  constructor(reference: GreyPicture, counts: Uint8Array, turns: number) {
    const { width, height } = reference;
    this.width = width;
    this.height = height;
    this.#turns = turns;
    const scale = COARSE / Math.max(width, height);
    this.#coarse = {
      width: Math.max(3, Math.round(width * scale)),
      height: Math.max(3, Math.round(height * scale)),
    };
    const kept = strongest(edgesOf(reference), counts, MANY);
    this.#many = pointsAt(kept, MANY);
    this.#few = pointsAt(kept, FEW);
    const coarse = edgesOf(shrunk(reference, this.#coarse));
    keepCounted(coarse, counts, width, height);
    this.#energy = coarse.x.reduce((sum, x, i) => sum + x ** 2 + coarse.y[i]! ** 2, 0);
    const count = turns === 180 ? 360 / STEP : 2 * Math.floor(turns / STEP) + 1;
    this.#templates = Array.from({ length: count }, (_, i) => {
      const turn = (i - Math.floor(count / 2)) * STEP;
      return { turn, spectrum: turned(coarse, turn) };
    });
  }

  /** Edge points that tell where the part is: with few, nothing can be found. */
  get edges(): number {
    return this.#many.weight;
  }

  /** The best place; null where there are no edges to compare. The picture must have the reference's size. */
  find(picture: GreyPicture): FoundPose | null {
    const fine = edgesOf(picture);
    const found = this.#search(edgesOf(shrunk(picture, this.#coarse)))
      .map((pose) => refined(pose, (at) => compare(at, this.#few, fine), [1, 0.5, 0.25]))
      .sort((a, b) => b.score - a.score);
    const [likely, ...others] = found;
    if (likely === undefined) return null;
    const other = others.find((pose) => this.#elsewhere(pose, likely))?.score ?? 0;
    const beside = this.#around(likely).map((pose) => compare(pose, this.#few, fine).likeness);
    const alike = Math.max(0, ...beside) / likely.likeness;
    const rival = likely.score <= 0 ? 0 : Math.max(other / likely.score, alike);
    const best = refined(likely, (at) => compare(at, this.#many, fine), [0.2, 0.1, 0.05]);
    const { x, y, likeness, inside } = best;
    return { turn: ((best.turn + 540) % 360) - 180, x, y, likeness, inside, rival };
  }

  /** The likeness over all shifts at every coarse angle: one multiplication of spectra each. */
  #search(picture: Edges): Pose[] {
    if (this.#energy === 0) return [];
    const spectrum = newField();
    place(picture, spectrum);
    transform(spectrum, -1);
    const product = newField();
    const reach = Math.ceil(this.#coarse.width * MOST_SHIFT) + 1;
    const peaks: (Pose & { readonly score: number })[] = [];
    for (const { turn, spectrum: template } of this.#templates) {
      for (let i = 0; i < product.re.length; i++) {
        product.re[i] = spectrum.re[i]! * template.re[i]! + spectrum.im[i]! * template.im[i]!;
        product.im[i] = spectrum.im[i]! * template.re[i]! - spectrum.re[i]! * template.im[i]!;
      }
      transform(product, 1, reach);
      peaks.push(...this.#peaks(product.re, turn));
    }
    peaks.sort((a, b) => b.score - a.score);
    const chosen: Pose[] = [];
    for (const peak of peaks) {
      if (chosen.length === CANDIDATES) break;
      if (chosen.every((other) => this.#distinct(other, peak))) chosen.push(peak);
    }
    return chosen;
  }

  /** The local maxima of one angle within the shifts that are allowed. */
  #peaks(scores: Float64Array, turn: number): (Pose & { readonly score: number })[] {
    const { width, height } = this.#coarse;
    const [right, down] = [Math.ceil(width * MOST_SHIFT), Math.ceil(height * MOST_SHIFT)];
    const at = (x: number, y: number): number => scores[(y & (SIDE - 1)) * SIDE + (x & (SIDE - 1))]!;
    const scale = this.width / width;
    const peaks = [];
    for (let y = -down; y <= down; y++) {
      for (let x = -right; x <= right; x++) {
        const score = at(x, y);
        if (score <= 0 || score < at(x - 1, y) || score < at(x + 1, y)) continue;
        if (score < at(x, y - 1) || score < at(x, y + 1)) continue;
        peaks.push({ turn, x: x * scale, y: y * scale, score: score - PREFERENCE * Math.abs(turn) * score });
      }
    }
    return peaks.sort((a, b) => b.score - a.score).slice(0, CANDIDATES);
  }

  /** Places just far enough to be others, on all sides: a straight edge looks the same wherever one goes along it. */
  #around({ turn, x, y }: Pose): Pose[] {
    const away = SAME_SHIFT * Math.max(this.width, this.height);
    return Array.from({ length: 16 }, (_, i) => {
      const angle = radians(22.5 * i);
      return { turn, x: x + away * Math.cos(angle), y: y + away * Math.sin(angle) };
    });
  }

  /** Whether both are worth a closer look. */
  #distinct(a: Pose, b: Pose): boolean {
    return this.#away(a, b) || turnBetween(a, b) > (this.#turns === 180 ? SAME_TURN : NEAR_TURN);
  }

  /** Whether one contradicts the other. Within a narrow range one turn is as good as another: a round part tells none. */
  #elsewhere(a: Pose, b: Pose): boolean {
    return this.#away(a, b) || (this.#turns === 180 && turnBetween(a, b) > SAME_TURN);
  }

  #away(a: Pose, b: Pose): boolean {
    return Math.hypot(a.x - b.x, a.y - b.y) > SAME_SHIFT * Math.max(this.width, this.height);
  }
}

const turnBetween = (a: Pose, b: Pose): number => Math.abs(((a.turn - b.turn + 540) % 360) - 180);

const shrunk = (picture: GreyPicture, to: { width: number; height: number }): GreyPicture =>
  smallGrey(picture.data, 1, picture, to);

/** Takes away the edges that are not the part's. */
function keepCounted(edges: Edges, counts: Uint8Array, width: number, height: number): void {
  for (let y = 0; y < edges.height; y++) {
    const row = Math.floor(((y + 0.5) * height) / edges.height) * width;
    for (let x = 0; x < edges.width; x++) {
      if (counts[row + Math.floor(((x + 0.5) * width) / edges.width)] === 1) continue;
      edges.x[y * edges.width + x] = edges.y[y * edges.width + x] = 0;
    }
  }
}

function place({ width, height, x, y }: Edges, { re, im }: Field): void {
  for (let row = 0; row < height; row++) {
    re.set(x.subarray(row * width, (row + 1) * width), row * SIDE);
    im.set(y.subarray(row * width, (row + 1) * width), row * SIDE);
  }
}

/** The reference turned clockwise about its middle, as a spectrum; what would wrap round onto the picture is left out. */
function turned(edges: Edges, turn: number): Field {
  const { width, height } = edges;
  const field = newField();
  const [c, s] = [Math.cos(radians(turn)), Math.sin(radians(turn))];
  const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2];
  const beyond = (size: number): number => Math.floor(Math.max(0, (SIDE - size - size * MOST_SHIFT) / 2));
  const [wide, high] = [beyond(width), beyond(height)];
  const at = (field: Float64Array, x: number, y: number): number =>
    x >= 0 && y >= 0 && x < width && y < height ? field[y * width + x]! : 0;
  for (let v = -high; v < height + high; v++) {
    for (let u = -wide; u < width + wide; u++) {
      const x = c * (u - middleX) + s * (v - middleY) + middleX;
      const y = -s * (u - middleX) + c * (v - middleY) + middleY;
      const [left, top] = [Math.floor(x), Math.floor(y)];
      if (left < -1 || top < -1 || left >= width || top >= height) continue;
      const [du, dv] = [x - left, y - top];
      const mix = (values: Float64Array): number =>
        (1 - dv) * ((1 - du) * at(values, left, top) + du * at(values, left + 1, top)) +
        dv * ((1 - du) * at(values, left, top + 1) + du * at(values, left + 1, top + 1));
      const [ex, ey] = [mix(edges.x), mix(edges.y)];
      const cell = (v & (SIDE - 1)) * SIDE + (u & (SIDE - 1));
      field.re[cell] = c * ex - s * ey;
      field.im[cell] = s * ex + c * ey;
    }
  }
  transform(field, -1);
  return field;
}
