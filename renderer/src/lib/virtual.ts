// Arithmetic of the virtual grid: uniform cells, every position computed, nothing kept per part.
// Runs anywhere (pure).

export const GAP = 8;
export const PADDING = 12;
/** Two lines of text under each photograph. */
export const CAPTION = 48;

/**
 * Browsers cap the height of a scrolling box (Blink at about 33.5 million device pixels). Above this many device pixels the
 * scroll bar is mapped onto the taller list; 100,000 parts stay below it unless the cells are very large.
 */
export const MAX_SCROLL_DEVICE_PX = 15_000_000;

export interface GridShape {
  count: number;
  columns: number;
  rows: number;
  /** Side of the photograph; columns share the width, so it is at least the size asked for. */
  cell: number;
  rowHeight: number;
  /** Height that all rows need. */
  fullHeight: number;
  /** Height given to the browser. */
  scrollHeight: number;
}

export interface GridWindow {
  /** First index to draw, and the one after the last. */
  first: number;
  end: number;
  /** Added to a position in the list to get the position in the scrolled box. */
  shift: number;
}

export function gridShape(count: number, width: number, size: number, deviceRatio = 1): GridShape {
  const inner = Math.max(1, width - 2 * PADDING);
  const columns = Math.max(1, Math.floor((inner + GAP) / (size + GAP)));
  const cell = Math.max(1, Math.floor((inner - (columns - 1) * GAP) / columns));
  const rows = Math.ceil(count / columns);
  const rowHeight = cell + CAPTION + GAP;
  const fullHeight = rows === 0 ? 0 : rows * rowHeight - GAP + 2 * PADDING;
  const cap = MAX_SCROLL_DEVICE_PX / Math.max(1, deviceRatio);
  return { count, columns, rows, cell, rowHeight, fullHeight, scrollHeight: Math.min(fullHeight, cap) };
}

/** Where the list starts on screen for a position of the scroll bar. */
export function listTop(shape: GridShape, scrollTop: number, viewHeight: number): number {
  const track = shape.scrollHeight - viewHeight;
  if (shape.scrollHeight >= shape.fullHeight || track <= 0) return scrollTop;
  return (scrollTop / track) * (shape.fullHeight - viewHeight);
}

/** The inverse of listTop. */
export function scrollTopFor(shape: GridShape, top: number, viewHeight: number): number {
  const most = Math.max(0, shape.fullHeight - viewHeight);
  const clamped = Math.min(Math.max(0, top), most);
  if (shape.scrollHeight >= shape.fullHeight || most === 0) return clamped;
  return (clamped / most) * (shape.scrollHeight - viewHeight);
}

/** The cells to draw, with `overscan` rows kept ready on either side. */
export function gridWindow(
  shape: GridShape,
  scrollTop: number,
  viewHeight: number,
  overscan = 1,
): GridWindow {
  const top = listTop(shape, scrollTop, viewHeight);
  const firstRow = Math.max(0, Math.floor((top - PADDING) / shape.rowHeight) - overscan);
  const endRow = Math.min(shape.rows, Math.ceil((top + viewHeight - PADDING) / shape.rowHeight) + overscan);
  return {
    first: Math.min(shape.count, firstRow * shape.columns),
    end: Math.min(shape.count, Math.max(firstRow, endRow) * shape.columns),
    shift: scrollTop - top,
  };
}

/** Upper left corner of a cell in the list. */
export function cellPosition(shape: GridShape, index: number): { x: number; y: number } {
  const column = index % shape.columns;
  const row = Math.floor(index / shape.columns);
  return { x: PADDING + column * (shape.cell + GAP), y: PADDING + row * shape.rowHeight };
}

/** Scroll position that shows the cell, moving as little as possible; `scrollTop` itself when it is in view already. */
export function scrollToShow(shape: GridShape, index: number, scrollTop: number, viewHeight: number): number {
  const top = listTop(shape, scrollTop, viewHeight);
  const { y } = cellPosition(shape, index);
  const end = y + shape.rowHeight - GAP;
  if (y - PADDING < top) return scrollTopFor(shape, y - PADDING, viewHeight);
  if (end + PADDING > top + viewHeight) return scrollTopFor(shape, end + PADDING - viewHeight, viewHeight);
  return scrollTop;
}

export type GridStep = 'left' | 'right' | 'up' | 'down' | 'page-up' | 'page-down' | 'first' | 'last';

/** Where a navigation key leads from `index`. */
export function stepFrom(shape: GridShape, index: number, step: GridStep, viewHeight: number): number {
  if (shape.count === 0) return -1;
  const last = shape.count - 1;
  const page = Math.max(1, Math.floor(viewHeight / shape.rowHeight)) * shape.columns;
  const offsets: Record<GridStep, number> = {
    left: -1,
    right: 1,
    up: -shape.columns,
    down: shape.columns,
    'page-up': -page,
    'page-down': page,
    first: -Infinity,
    last: Infinity,
  };
  const target = index + offsets[step];
  // Up from the first row and down from a full last row stay where they are; down onto a shorter last row ends at its end.
  if (step === 'up' && target < 0) return index;
  if (step === 'down' && target > last) {
    return Math.floor(index / shape.columns) === shape.rows - 1 ? index : last;
  }
  return Math.min(last, Math.max(0, target));
}
