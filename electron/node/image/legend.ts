// The strip under an overlay: verdict with mark, word and score, and the colour bar with its two ends and the threshold.
// Runs anywhere (pure TypeScript).
import { rgbOf, VERDICT_COLOURS } from '../../common/colour-maps.ts';
import type { MachineVerdict } from '../../common/domain.ts';
import { scaleOf, type HeatScale } from './heat.ts';
import {
  drawBits,
  drawText,
  fillRect,
  GLYPH_HEIGHT,
  textWidth,
  type Canvas,
  type Rgb,
} from './pixel-font.ts';

export interface LegendText {
  readonly verdict?: MachineVerdict | undefined;
  /** 0..1, written with three decimals. */
  readonly score?: number | undefined;
}

const BACKGROUND: Rgb = [24, 24, 27];
const TEXT: Rgb = [244, 244, 245];
const MARK_SIZE = 11;
const MARGIN = 4;

/** The shapes of ui.md as 11 × 11 bits: ring with tick, triangle, octagon with cross, hatched square. */
const MARKS: Readonly<Record<MachineVerdict, readonly number[]>> = {
  good: [0x0f8, 0x306, 0x202, 0x405, 0x409, 0x511, 0x4a1, 0x441, 0x202, 0x306, 0x0f8],
  review: [0x020, 0x070, 0x050, 0x0d8, 0x088, 0x1ac, 0x124, 0x326, 0x202, 0x623, 0x7ff],
  reject: [0x1fc, 0x306, 0x603, 0x489, 0x451, 0x421, 0x451, 0x489, 0x603, 0x306, 0x1fc],
  failed: [0x7ff, 0x445, 0x489, 0x511, 0x621, 0x445, 0x489, 0x511, 0x621, 0x445, 0x7ff],
};

/** Font pixels get larger with the picture, so that the strip reads the same at every size. */
const legendScale = (width: number): number => Math.min(Math.max(Math.round(width / 320), 1), 4);

/** At most three digits that count; the ends of a scale are chosen by people and are short. */
const short = (value: number): string => String(Number(value.toPrecision(3)));

const hasTitle = ({ verdict, score }: LegendText) => verdict !== undefined || score !== undefined;

/** Height of the strip in pixels for a picture of that width. */
export function legendHeight(width: number, text: LegendText): number {
  const rows = hasTitle(text) ? MARK_SIZE + MARGIN + GLYPH_HEIGHT : GLYPH_HEIGHT;
  return (rows + 2 * MARGIN) * legendScale(width);
}

function drawTitle(canvas: Canvas, top: number, scale: number, { verdict, score }: LegendText): void {
  let x = MARGIN * scale;
  const y = top + 2 * scale;
  if (verdict) {
    const colour = rgbOf(VERDICT_COLOURS[verdict]);
    drawBits(canvas, MARKS[verdict], MARK_SIZE, x, top, scale, colour);
    x += (MARK_SIZE + MARGIN) * scale;
    drawText(canvas, verdict, x, y, scale, colour);
    x += textWidth(verdict, scale) + 2 * MARGIN * scale;
  }
  if (score !== undefined) drawText(canvas, `score ${score.toFixed(3)}`, x, y, scale, TEXT);
}

function drawBar(canvas: Canvas, top: number, scale: number, heat: HeatScale): void {
  const gap = MARGIN * scale;
  const [low, high] = [short(heat.lo), short(heat.hi)];
  const left = gap + textWidth(low, scale) + gap;
  const right = canvas.width - gap - textWidth(high, scale) - gap;
  const height = GLYPH_HEIGHT * scale;
  drawText(canvas, low, gap, top, scale, TEXT);
  drawText(canvas, high, canvas.width - gap - textWidth(high, scale), top, scale, TEXT);
  for (let x = left; x < right; x++) {
    const at = Math.round(((x - left) / Math.max(right - left - 1, 1)) * 255) * 3;
    const [r, g, b] = heat.colours.subarray(at, at + 3);
    fillRect(canvas, x, top, 1, height, [r!, g!, b!]);
  }
  if (heat.threshold !== undefined && right > left) {
    const x = left + Math.round(scaleOf(heat.threshold, heat) * (right - left - 1)) - (scale >> 1);
    // As in the picture: white with black beside it, and a little taller than the bar.
    fillRect(canvas, x - scale, top - scale, 3 * scale, height + 2 * scale, [0, 0, 0]);
    fillRect(canvas, x, top - 2 * scale, scale, height + 4 * scale, [255, 255, 255]);
  }
}

/** Draws the strip into the lowest `legendHeight` rows of the canvas. */
export function drawLegend(canvas: Canvas, heat: HeatScale, text: LegendText): void {
  const scale = legendScale(canvas.width);
  const height = legendHeight(canvas.width, text);
  let top = canvas.height - height;
  fillRect(canvas, 0, top, canvas.width, height, BACKGROUND);
  top += MARGIN * scale;
  if (hasTitle(text)) {
    drawTitle(canvas, top, scale, text);
    top += (MARK_SIZE + MARGIN) * scale;
  }
  drawBar(canvas, top, scale, heat);
}
