// Outlines of regions with their numbers, over the photograph: light on dark, so that they show on any part and any colours.
// Runs in the page.
import type { Region } from '../../lib/regions.ts';

/** Where the photograph lies on the canvas, in CSS pixels. */
export interface Place {
  x: number;
  y: number;
  width: number;
  height: number;
}

const DARK = 'rgb(0 0 0 / 75%)';
const LIGHT = '#fff';
const TAG_HEIGHT = 18;

function path(region: Region, at: Place): Path2D {
  const line = new Path2D();
  const { outline } = region;
  for (let i = 0; i < outline.length; i += 4) {
    line.moveTo(at.x + outline[i]! * at.width, at.y + outline[i + 1]! * at.height);
    line.lineTo(at.x + outline[i + 2]! * at.width, at.y + outline[i + 3]! * at.height);
  }
  return line;
}

export function drawRegions(
  context: CanvasRenderingContext2D,
  regions: readonly Region[],
  current: number | null,
  at: Place,
): void {
  context.lineCap = 'round';
  regions.forEach((region, i) => {
    const line = path(region, at);
    const chosen = i === current;
    context.strokeStyle = DARK;
    context.lineWidth = chosen ? 6 : 4;
    context.stroke(line);
    context.strokeStyle = LIGHT;
    context.lineWidth = chosen ? 3 : 1.5;
    context.stroke(line);
  });
  context.font = '600 12px "Inter Variable", system-ui, sans-serif';
  context.textBaseline = 'middle';
  context.textAlign = 'center';
  regions.forEach((region, i) => drawTag(context, String(i + 1), i === current, region, at));
}

/** The number stands above the highest point of its outline; the chosen one is turned round. */
function drawTag(
  context: CanvasRenderingContext2D,
  text: string,
  chosen: boolean,
  region: Region,
  at: Place,
): void {
  const width = Math.max(TAG_HEIGHT, context.measureText(text).width + 10);
  const peak = highest(region.outline);
  const x = Math.min(Math.max(at.x, at.x + peak.u * at.width - width / 2), at.x + at.width - width);
  const y = Math.max(at.y + peak.v * at.height - TAG_HEIGHT - 4, at.y);
  context.fillStyle = chosen ? LIGHT : DARK;
  context.beginPath();
  context.roundRect(x, y, width, TAG_HEIGHT, 4);
  context.fill();
  context.fillStyle = chosen ? '#000' : LIGHT;
  context.fillText(text, x + width / 2, y + TAG_HEIGHT / 2 + 0.5);
}

function highest(outline: Float32Array): { u: number; v: number } {
  let best = 0;
  for (let i = 0; i < outline.length; i += 2) if (outline[i + 1]! < outline[best + 1]!) best = i;
  return { u: outline[best] ?? 0, v: outline[best + 1] ?? 0 };
}
