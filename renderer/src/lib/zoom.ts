// Arithmetic of the large view: which pixel of the photograph lies where, zoom at a point, pan, fit.
// Runs anywhere (pure). A view is independent of the pane's size, so the panes of a comparison share one.

export interface Size {
  width: number;
  height: number;
}
export interface Point {
  x: number;
  y: number;
}
export interface View {
  /** CSS pixels per pixel of the photograph. */
  scale: number;
  /** Pixel of the photograph in the middle of the pane. */
  x: number;
  y: number;
}

/** One pixel of the photograph never covers more than this many CSS pixels. */
export const MAX_SCALE = 64;
const MARGIN = 8;

function fitScale(image: Size, pane: Size): number {
  const width = Math.max(1, pane.width - 2 * MARGIN);
  const height = Math.max(1, pane.height - 2 * MARGIN);
  return Math.min(MAX_SCALE, width / image.width, height / image.height);
}

export const fitView = (image: Size, pane: Size): View => ({
  scale: fitScale(image, pane),
  x: image.width / 2,
  y: image.height / 2,
});

/** A view at which no edge of the photograph leaves a gap that it need not leave. */
export function clampView(view: View, image: Size, pane: Size): View {
  const scale = Math.min(MAX_SCALE, Math.max(fitScale(image, pane), view.scale));
  return {
    scale,
    x: clampCentre(view.x, image.width, pane.width / scale),
    y: clampCentre(view.y, image.height, pane.height / scale),
  };
}

function clampCentre(centre: number, length: number, visible: number): number {
  if (visible >= length) return length / 2;
  return Math.min(length - visible / 2, Math.max(visible / 2, centre));
}

export const isFit = (view: View, image: Size, pane: Size): boolean =>
  view.scale <= fitScale(image, pane) * 1.001;

/** Zooms by `factor` and keeps the pixel under `at` (pane coordinates) where it is. */
export function zoomAt(view: View, factor: number, at: Point, image: Size, pane: Size): View {
  const fixed = toImage(view, at, pane);
  const scale = Math.min(MAX_SCALE, Math.max(fitScale(image, pane), view.scale * factor));
  return clampView(
    { scale, x: fixed.x - (at.x - pane.width / 2) / scale, y: fixed.y - (at.y - pane.height / 2) / scale },
    image,
    pane,
  );
}

export const panBy = (view: View, dx: number, dy: number, image: Size, pane: Size): View =>
  clampView({ scale: view.scale, x: view.x - dx / view.scale, y: view.y - dy / view.scale }, image, pane);

/** Pane coordinates → pixel of the photograph (with fractions; may lie outside). */
export const toImage = (view: View, at: Point, pane: Size): Point => ({
  x: view.x + (at.x - pane.width / 2) / view.scale,
  y: view.y + (at.y - pane.height / 2) / view.scale,
});

/** Where the photograph's upper left corner lies in the pane. */
export const origin = (view: View, pane: Size): Point => ({
  x: pane.width / 2 - view.x * view.scale,
  y: pane.height / 2 - view.y * view.scale,
});
