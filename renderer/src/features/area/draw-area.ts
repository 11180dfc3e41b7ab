// The ignored part of a photograph: dimmed, hatched, with a dashed border, so that it shows on any part and without any colour.
// Runs in the page.
import type { Place } from '../regions/draw-regions.ts';
import type { DrawnArea } from './area.svelte.ts';

const DIM = 'rgb(0 0 0 / 45%)';
const LINE = 'rgb(255 255 255 / 55%)';
/** Distance of the hatching's lines in CSS pixels. */
const STEP = 9;

const masks = new WeakMap<DrawnArea, HTMLCanvasElement>();

/** Opaque where it is ignored; one pixel for each cell. */
function maskOf(drawn: DrawnArea): HTMLCanvasElement {
  const known = masks.get(drawn);
  if (known !== undefined) return known;
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [drawn.area.columns, drawn.area.rows];
  const context = canvas.getContext('2d');
  if (context !== null) {
    const image = context.createImageData(canvas.width, canvas.height);
    drawn.cells.forEach((cell, i) => (image.data[4 * i + 3] = cell === 1 ? 255 : 0));
    context.putImageData(image, 0, 0);
  }
  masks.set(drawn, canvas);
  return canvas;
}

let layer: HTMLCanvasElement | null = null;

/** Dims and hatches `width` × `height` CSS pixels, then keeps only what the mask covers. */
function hatched(
  drawn: DrawnArea,
  at: Place,
  width: number,
  height: number,
  ratio: number,
): HTMLCanvasElement {
  layer ??= document.createElement('canvas');
  layer.width = Math.max(1, Math.round(width * ratio));
  layer.height = Math.max(1, Math.round(height * ratio));
  const context = layer.getContext('2d');
  if (context === null) return layer;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.fillStyle = DIM;
  context.fillRect(0, 0, width, height);
  context.strokeStyle = LINE;
  context.lineWidth = 1;
  context.beginPath();
  for (let x = -height; x < width; x += STEP) {
    context.moveTo(x, height);
    context.lineTo(x + height, 0);
  }
  context.stroke();
  context.globalCompositeOperation = 'destination-in';
  context.imageSmoothingEnabled = false;
  context.drawImage(maskOf(drawn), at.x, at.y, at.width, at.height);
  return layer;
}

/** `left`: where the pane of this size begins on the canvas; `at`: where the photograph lies on the canvas. */
export function drawArea(
  context: CanvasRenderingContext2D,
  drawn: DrawnArea,
  at: Place,
  pane: { readonly left: number; readonly width: number; readonly height: number },
): void {
  const ratio = window.devicePixelRatio;
  const inPane = { ...at, x: at.x - pane.left };
  const cover = hatched(drawn, inPane, pane.width, pane.height, ratio);
  context.drawImage(cover, pane.left, 0, pane.width, pane.height);
  const border = new Path2D();
  const { outline } = drawn;
  for (let i = 0; i < outline.length; i += 4) {
    border.moveTo(at.x + outline[i]! * at.width, at.y + outline[i + 1]! * at.height);
    border.lineTo(at.x + outline[i + 2]! * at.width, at.y + outline[i + 3]! * at.height);
  }
  context.strokeStyle = 'rgb(0 0 0 / 80%)';
  context.lineWidth = 3;
  context.stroke(border);
  context.strokeStyle = '#fff';
  context.lineWidth = 1.25;
  context.stroke(border);
}
