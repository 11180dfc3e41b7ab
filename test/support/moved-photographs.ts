// Photographs that were shifted and turned by known amounts, and a part that is drawn for tests.
// Runs in the tests (Node).
import type { GreyPicture } from '../../electron/common/align/picture.ts';

export interface Photograph {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Uint8Array;
}

/** Numbers in 0..1 that are the same in every run. */
export function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

export interface Move {
  /** Degrees clockwise about the middle, then pixels to the right and down. */
  readonly turn: number;
  readonly x: number;
  readonly y: number;
}

/** What comes in from outside is the last pixel of the border; `noise`: grey levels either way; `light`: brightness. */
export function movedBy(
  photograph: Photograph,
  { turn, x, y }: Move,
  { noise = 0, light = 1, seed = 1 } = {},
): Photograph {
  const { width, height, channels, data } = photograph;
  const random = numbers(seed);
  const [cos, sin] = [Math.cos((turn * Math.PI) / 180), Math.sin((turn * Math.PI) / 180)];
  const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2];
  const out = new Uint8Array(data.length);
  for (let v = 0, to = 0; v < height; v++) {
    for (let u = 0; u < width; u++) {
      const [right, down] = [u - middleX - x, v - middleY - y];
      const from = (place: number, size: number): number => Math.min(size - 1.001, Math.max(0, place));
      const fromX = from(cos * right + sin * down + middleX, width);
      const fromY = from(cos * down - sin * right + middleY, height);
      const at = (Math.floor(fromY) * width + Math.floor(fromX)) * channels;
      const [a, b] = [fromX % 1, fromY % 1];
      for (let channel = 0; channel < channels; channel++, to++) {
        const pixel = (offset: number): number => data[at + offset * channels + channel]!;
        const above = (1 - a) * pixel(0) + a * pixel(1);
        const below = (1 - a) * pixel(width) + a * pixel(width + 1);
        const value = light * ((1 - b) * above + b * below) + noise * (2 * random() - 1);
        out[to] = Math.min(255, Math.max(0, Math.round(value)));
      }
    }
  }
  return { width, height, channels, data: out };
}

/** A grey bracket with a hole on a light ground: no turn of it looks like itself. */
export function bracket(width = 256, height = 192): Photograph {
  const data = Uint8Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [(i % width) / width, Math.floor(i / width) / height];
    const hole = Math.hypot((x - 0.4) * width, (y - 0.62) * height) < 0.07 * width;
    const metal =
      (x > 0.33 && x < 0.47 && y > 0.25 && y < 0.75) || (x > 0.33 && x < 0.7 && y > 0.25 && y < 0.4);
    return metal && !hole ? 90 : 205;
  });
  return { width, height, channels: 1, data };
}

/** Nothing but noise around a grey level. */
export function noiseOnly({ width, height }: { width: number; height: number }, seed: number): GreyPicture {
  const random = numbers(seed);
  return {
    width,
    height,
    data: Uint8Array.from({ length: width * height }, () => 120 + 40 * (random() - 0.5)),
  };
}
