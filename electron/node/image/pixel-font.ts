// A 5 × 7 bitmap font and small drawing, so that overlays look the same on every machine without any font installed.
// Runs anywhere (pure TypeScript).

/** RGB pixels that can be drawn on. */
export interface Canvas {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

export type Rgb = readonly [number, number, number];

const GLYPH_WIDTH = 5;
export const GLYPH_HEIGHT = 7;
/** From one letter to the next, in font pixels. */
const ADVANCE = GLYPH_WIDTH + 1;

/** One line per glyph: its character, then the 7 rows from the top as 5 bits each. Only what legends and verdicts need. */
const GLYPHS: Readonly<Record<string, readonly number[]>> = {
  '0': [0b01110, 0b10001, 0b10001, 0b10001, 0b10001, 0b10001, 0b01110],
  '1': [0b00100, 0b01100, 0b00100, 0b00100, 0b00100, 0b00100, 0b01110],
  '2': [0b01110, 0b10001, 0b00001, 0b00110, 0b01000, 0b10000, 0b11111],
  '3': [0b01110, 0b10001, 0b00001, 0b00110, 0b00001, 0b10001, 0b01110],
  '4': [0b00010, 0b00110, 0b01010, 0b10010, 0b11111, 0b00010, 0b00010],
  '5': [0b11111, 0b10000, 0b11110, 0b00001, 0b00001, 0b10001, 0b01110],
  '6': [0b00110, 0b01000, 0b10000, 0b11110, 0b10001, 0b10001, 0b01110],
  '7': [0b11111, 0b00001, 0b00010, 0b00100, 0b01000, 0b01000, 0b01000],
  '8': [0b01110, 0b10001, 0b10001, 0b01110, 0b10001, 0b10001, 0b01110],
  '9': [0b01110, 0b10001, 0b10001, 0b01111, 0b00001, 0b00010, 0b01100],
  '.': [0b00000, 0b00000, 0b00000, 0b00000, 0b00000, 0b01100, 0b01100],
  '-': [0b00000, 0b00000, 0b00000, 0b11111, 0b00000, 0b00000, 0b00000],
  '+': [0b00000, 0b00100, 0b00100, 0b11111, 0b00100, 0b00100, 0b00000],
  A: [0b01110, 0b10001, 0b10001, 0b11111, 0b10001, 0b10001, 0b10001],
  C: [0b01110, 0b10001, 0b10000, 0b10000, 0b10000, 0b10001, 0b01110],
  D: [0b11110, 0b10001, 0b10001, 0b10001, 0b10001, 0b10001, 0b11110],
  E: [0b11111, 0b10000, 0b10000, 0b11110, 0b10000, 0b10000, 0b11111],
  F: [0b11111, 0b10000, 0b10000, 0b11110, 0b10000, 0b10000, 0b10000],
  G: [0b01110, 0b10001, 0b10000, 0b10111, 0b10001, 0b10001, 0b01111],
  I: [0b01110, 0b00100, 0b00100, 0b00100, 0b00100, 0b00100, 0b01110],
  J: [0b00111, 0b00010, 0b00010, 0b00010, 0b00010, 0b10010, 0b01100],
  L: [0b10000, 0b10000, 0b10000, 0b10000, 0b10000, 0b10000, 0b11111],
  O: [0b01110, 0b10001, 0b10001, 0b10001, 0b10001, 0b10001, 0b01110],
  R: [0b11110, 0b10001, 0b10001, 0b11110, 0b10100, 0b10010, 0b10001],
  S: [0b01111, 0b10000, 0b10000, 0b01110, 0b00001, 0b00001, 0b11110],
  T: [0b11111, 0b00100, 0b00100, 0b00100, 0b00100, 0b00100, 0b00100],
  V: [0b10001, 0b10001, 0b10001, 0b10001, 0b10001, 0b01010, 0b00100],
  W: [0b10001, 0b10001, 0b10001, 0b10101, 0b10101, 0b10101, 0b01010],
};

/** Fills a rectangle; what lies outside of the canvas is cut off. */
export function fillRect(
  canvas: Canvas,
  x: number,
  y: number,
  width: number,
  height: number,
  colour: Rgb,
): void {
  for (let row = Math.max(y, 0); row < Math.min(y + height, canvas.height); row++) {
    for (let column = Math.max(x, 0); column < Math.min(x + width, canvas.width); column++) {
      canvas.data.set(colour, (row * canvas.width + column) * 3);
    }
  }
}

/** Draws a bitmap of `width` bits per row, each bit as a square of `scale` pixels. */
export function drawBits(
  canvas: Canvas,
  rows: readonly number[],
  width: number,
  x: number,
  y: number,
  scale: number,
  colour: Rgb,
): void {
  rows.forEach((bits, row) => {
    for (let column = 0; column < width; column++) {
      if ((bits >> (width - 1 - column)) & 1) {
        fillRect(canvas, x + column * scale, y + row * scale, scale, scale, colour);
      }
    }
  });
}

/** Width of a text in pixels. */
export const textWidth = (text: string, scale: number): number => (text.length * ADVANCE - 1) * scale;

/** Draws a text in capitals with its top left corner at (x, y); unknown characters stay blank. */
export function drawText(
  canvas: Canvas,
  text: string,
  x: number,
  y: number,
  scale: number,
  colour: Rgb,
): void {
  Array.from(text.toUpperCase()).forEach((character, i) => {
    drawBits(canvas, GLYPHS[character] ?? [], GLYPH_WIDTH, x + i * ADVANCE * scale, y, scale, colour);
  });
}
