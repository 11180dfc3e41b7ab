// Drawing a mask: the tool in hand, its size, the place of the keyboard's cursor, and what can be taken back and done again.
// Runs in the page; needs no browser.
import {
  fillPolygon,
  fillRectangle,
  gridFor,
  isEmpty,
  markHeat,
  markPixels,
  runsOf,
  stroke,
  type Grid,
  type Point,
} from './mask.ts';

export type Tool = 'brush' | 'erase' | 'polygon' | 'rectangle';

const MOST_STEPS = 60;
export const LEAST_SIZE = 1;
export const MOST_SIZE = 128;

export class MaskEditor {
  readonly grid: Grid;
  tool = $state<Tool>('brush');
  /** What the tools leave behind; the eraser always clears. */
  pen = $state<0 | 1>(1);
  /** Diameter in cells. */
  size = $state(24);
  /** Where the keyboard draws; the pointer takes it along. */
  cursor = $state.raw<Point>({ x: 0, y: 0 });
  /** Corners of the polygon or rectangle that is not closed yet. */
  corners = $state.raw<readonly Point[]>([]);
  /** Grows whenever the cells changed. */
  version = $state(0);
  /** Nothing is marked. */
  empty = $state(true);
  canUndo = $state(false);
  canRedo = $state(false);

  readonly #photograph: { width: number; height: number };
  #before: Uint8Array[] = [];
  #after: Uint8Array[] = [];
  /** The last step was taking the heat: another threshold replaces it. */
  #heated = false;
  #last: Point | null = null;

  constructor(width: number, height: number) {
    this.#photograph = { width, height };
    this.grid = gridFor(width, height);
    this.cursor = { x: this.grid.width / 2, y: this.grid.height / 2 };
  }

  /** What is there when the work begins; cannot be taken back. */
  load(rgba: Uint8ClampedArray): void {
    markPixels(this.grid, rgba);
    this.#changed();
  }

  /** Replaces the mask by the places that are at least so hot. */
  takeHeat(map: Uint8Array, from: number): void {
    if (!this.#heated) this.#remember();
    markHeat(this.grid, map, Math.round(Math.sqrt(map.length)), from);
    this.#heated = true;
    this.#changed();
  }

  /** The pen touches the photograph; with the polygon it sets a corner, with the rectangle the first or the second. */
  press(at: Point): void {
    this.cursor = at;
    if (this.tool === 'rectangle' && this.corners.length === 1) {
      this.closeShape();
      return;
    }
    if (this.tool === 'polygon' || this.tool === 'rectangle') {
      this.corners = [...this.corners, at];
      return;
    }
    this.#remember();
    this.#last = at;
    this.#draw(at, at);
  }

  /** The pen moves; it draws while it is pressed. */
  move(at: Point): void {
    this.cursor = at;
    if (this.#last === null) return;
    this.#draw(this.#last, at);
    this.#last = at;
  }

  release(): void {
    this.#last = null;
    if (this.tool !== 'rectangle' || this.corners.length !== 1) return;
    // Drawn in one go; where the pen has not moved yet, the second corner comes with the next press.
    const [{ x, y }] = this.corners as [Point];
    if (Math.abs(this.cursor.x - x) > 1 || Math.abs(this.cursor.y - y) > 1) this.closeShape();
  }

  /** By keys: the cursor stays on the photograph. */
  step(dx: number, dy: number): void {
    const { width, height } = this.grid;
    const between = (value: number, high: number): number => Math.min(high, Math.max(0, value));
    this.move({ x: between(this.cursor.x + dx, width), y: between(this.cursor.y + dy, height) });
  }

  closePolygon(): void {
    if (this.corners.length >= 3) {
      this.#remember();
      fillPolygon(this.grid, this.corners, this.pen);
      this.#changed();
    }
    this.corners = [];
  }

  /** Polygon or rectangle; the second corner of a rectangle is where the cursor is. */
  closeShape(): void {
    const [corner] = this.corners;
    if (this.tool !== 'rectangle') this.closePolygon();
    else if (corner !== undefined) {
      this.#remember();
      fillRectangle(this.grid, corner, this.cursor, this.pen);
      this.corners = [];
      this.#changed();
    }
  }

  /** Everything at once; can be taken back. */
  fill(value: 0 | 1): void {
    if (this.grid.cells.every((cell) => cell === value)) return;
    this.#remember();
    this.corners = [];
    this.grid.cells.fill(value);
    this.#changed();
  }

  /** As it was saved, cell by cell; cannot be taken back. */
  loadCells(cells: Uint8Array): void {
    this.grid.cells.set(cells);
    this.#changed();
  }

  use(tool: Tool): void {
    this.tool = tool;
    this.corners = [];
  }

  setSize(size: number): void {
    this.size = Math.round(Math.min(MOST_SIZE, Math.max(LEAST_SIZE, size)));
  }

  clear(): void {
    if (this.empty) return;
    this.#remember();
    this.grid.cells.fill(0);
    this.#changed();
  }

  /** A corner first, then a step. */
  undo(): void {
    if (this.corners.length > 0) this.corners = this.corners.slice(0, -1);
    else this.#exchange(this.#before, this.#after);
  }

  redo(): void {
    this.#exchange(this.#after, this.#before);
  }

  /** What is saved: lengths of runs at the size of the photograph. */
  runs(): number[] {
    return runsOf(this.grid, this.#photograph.width, this.#photograph.height);
  }

  #draw(from: Point, to: Point): void {
    stroke(this.grid, from, to, this.size / 2, this.tool === 'erase' ? 0 : this.pen);
    this.#changed();
  }

  #remember(): void {
    this.#before = [...this.#before, this.grid.cells.slice()].slice(-MOST_STEPS);
    this.#after = [];
    this.#heated = false;
  }

  #exchange(from: Uint8Array[], to: Uint8Array[]): void {
    const cells = from.pop();
    if (cells === undefined) return;
    to.push(this.grid.cells.slice());
    this.grid.cells.set(cells);
    this.#heated = false;
    this.#changed();
  }

  #changed(): void {
    this.empty = isEmpty(this.grid);
    this.canUndo = this.#before.length > 0;
    this.canRedo = this.#after.length > 0;
    this.version++;
  }
}
