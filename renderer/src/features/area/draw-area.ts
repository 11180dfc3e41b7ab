// The ignored part of a photograph: dimmed, hatched, with a dashed border, so that it shows on any part and without any colour.
// Runs in the page.
import type { Place } from '../regions/draw-regions.ts';
import type { DrawnArea, Moved, Sheet } from './drawn-area.ts';

const DIM = 'rgb(0 0 0 / 45%)';
const LINE = 'rgb(255 255 255 / 55%)';
/** Distance of the hatching's lines in CSS pixels. */
const STEP = 9;

const masks = new WeakMap<Sheet, HTMLCanvasElement>();

/** Opaque where it is ignored; one pixel for each cell. */
function maskOf(sheet: Sheet): HTMLCanvasElement {
  const known = masks.get(sheet);
  if (known !== undefined) return known;
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [sheet.columns, sheet.rows];
  const context = canvas.getContext('2d');
  if (context !== null) {
    const image = context.createImageData(canvas.width, canvas.height);
    sheet.cells.forEach((cell, i) => (image.data[4 * i + 3] = cell === 1 ? 255 : 0));
    context.putImageData(image, 0, 0);
  }
  masks.set(sheet, canvas);
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
  const { sheet, moved } = drawn;
  const [aroundX, aroundY] = [sheet.aroundX * at.width, sheet.aroundY * at.height];
  goAlong(context, moved, at);
  context.drawImage(
    maskOf(sheet),
    ...([at.x - aroundX, at.y - aroundY, at.width + 2 * aroundX, at.height + 2 * aroundY] as const),
  );
  return layer;
}

/** What is drawn from here on lies where the part has taken it. */
function goAlong(context: CanvasRenderingContext2D, moved: Moved | null, at: Place): void {
  if (moved === null) return;
  const { turn, x, y } = moved.placement;
  const [middleX, middleY] = [at.x + at.width / 2, at.y + at.height / 2];
  context.translate(middleX + x * at.width, middleY + y * at.height);
  context.rotate((turn * Math.PI) / 180);
  context.translate(-middleX, -middleY);
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
  context.save();
  // What has gone along may reach beyond the photograph.
  context.beginPath();
  context.rect(at.x, at.y, at.width, at.height);
  context.clip();
  context.drawImage(cover, pane.left, 0, pane.width, pane.height);
  goAlong(context, drawn.moved, at);
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
  context.restore();
}
