// Inspection areas and references without a browser: tools of the editor, drafts of the store, answers that come too late.
// Runs in Node; the bridge is a table of answers.
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { toReference } from '../../electron/common/align/aligner.ts';
import { smallGrey, smallSize } from '../../electron/common/align/picture.ts';
import { movedIgnores } from '../../electron/common/align/moved-area.ts';
import { whereItWas, type Placement } from '../../electron/common/align/placement.ts';
import { areaOf, type InspectionArea } from '../../electron/common/area.ts';
import type { Part } from '../../electron/common/domain.ts';
import type { ReferenceAnswer } from '../../electron/common/reference.ts';
import type { ErrorValue } from '../../models/errors.ts';
import { AreaStore } from '../../renderer/src/features/area/area.svelte.ts';
import { aroundFor, drawn } from '../../renderer/src/features/area/drawn-area.ts';
import { resample } from '../../renderer/src/features/area/resample.ts';
import { ReferenceStore } from '../../renderer/src/features/reference/reference.svelte.ts';
import { MaskEditor } from '../../renderer/src/features/training/mask-editor.svelte.ts';
import { fillRectangle, gridFor } from '../../renderer/src/features/training/mask.ts';
import { Notices } from '../../renderer/src/state/notices.svelte.ts';
import { bracket, movedBy } from '../support/moved-photographs.ts';
import { finishedPart } from './fake-data.ts';

const marked = (cells: Uint8Array): number => cells.reduce((sum, cell) => sum + cell, 0);

/** Answers in the order in which they are let go. */
let answers: Record<string, (args: never) => unknown>;
beforeEach(() => {
  answers = {};
  vi.stubGlobal('window', {
    loupe: {
      invoke: async (channel: string, args: unknown) => {
        try {
          return { ok: true, value: await answers[channel]!(args as never) };
        } catch (thrown) {
          return { ok: false, error: thrown as ErrorValue };
        }
      },
      on: () => () => undefined,
    },
  });
});

describe('the rectangle', () => {
  it('takes each cell whose middle it covers, whichever corner comes first, and may lie outside', () => {
    const grid = gridFor(20, 10);
    fillRectangle(grid, { x: 12, y: 8 }, { x: 4, y: 2 }, 1);
    expect(marked(grid.cells)).toBe(48);
    expect([grid.cells[2 * 20 + 4], grid.cells[1 * 20 + 4], grid.cells[7 * 20 + 11]]).toEqual([1, 0, 1]);
    fillRectangle(grid, { x: -5, y: -5 }, { x: 8, y: 50 }, 0);
    expect(marked(grid.cells)).toBe(24);
    fillRectangle(grid, { x: 3, y: 3 }, { x: 3, y: 9 }, 1);
    expect(marked(grid.cells)).toBe(24);
  });

  it('is pulled open in one go, or set by two presses', () => {
    const editor = new MaskEditor(100, 50);
    editor.use('rectangle');
    editor.press({ x: 10, y: 10 });
    editor.move({ x: 30, y: 20 });
    expect(marked(editor.grid.cells)).toBe(0);
    editor.release();
    expect([marked(editor.grid.cells), editor.corners]).toEqual([200, []]);
    editor.press({ x: 50, y: 10 });
    editor.release(); // where it was pressed: the other corner is still to come
    expect(editor.corners).toHaveLength(1);
    editor.step(20, 10);
    editor.press(editor.cursor);
    editor.release();
    expect([marked(editor.grid.cells), editor.corners]).toEqual([400, []]);
    editor.undo();
    expect(marked(editor.grid.cells)).toBe(200);
    editor.redo();
    expect(marked(editor.grid.cells)).toBe(400);
    // A corner alone is what is taken back first.
    editor.press({ x: 1, y: 1 });
    editor.undo();
    expect([marked(editor.grid.cells), editor.corners]).toEqual([400, []]);
  });
});

describe('the pen', () => {
  it('marks or clears with every tool; the eraser always clears', () => {
    const editor = new MaskEditor(40, 40);
    const draw = (tool: 'brush' | 'erase' | 'rectangle' | 'polygon', pen: 0 | 1): number => {
      editor.fill(pen === 1 && tool !== 'erase' ? 0 : 1);
      editor.use(tool);
      editor.setSize(10);
      editor.pen = pen;
      for (const at of [
        { x: 10, y: 10 },
        { x: 30, y: 10 },
        { x: 30, y: 30 },
      ]) {
        if (tool === 'rectangle' && at.y === 10 && at.x === 30) continue;
        editor.press(at);
        editor.release();
      }
      editor.closeShape();
      return marked(editor.grid.cells);
    };
    for (const tool of ['brush', 'rectangle', 'polygon'] as const) {
      const set = draw(tool, 1);
      expect(set, tool).toBeGreaterThan(100);
      expect(draw(tool, 0), tool).toBe(1600 - set);
    }
    expect(draw('erase', 1)).toBeLessThan(1600);
  });

  it('fills everything in one step that can be taken back', () => {
    const editor = new MaskEditor(10, 10);
    editor.fill(0);
    expect(editor.canUndo).toBe(false);
    editor.fill(1);
    expect(marked(editor.grid.cells)).toBe(100);
    editor.undo();
    expect([marked(editor.grid.cells), editor.canUndo, editor.canRedo]).toEqual([0, false, true]);
  });
});

describe('resample', () => {
  it('keeps what is on the same grid, and the shape on another', () => {
    const cells = Uint8Array.of(1, 0, 0, 1);
    expect([...resample(cells, 2, 2, 2, 2)]).toEqual([1, 0, 0, 1]);
    expect([...resample(cells, 2, 2, 4, 2)]).toEqual([1, 1, 0, 0, 0, 0, 1, 1]);
    expect([...resample(cells, 2, 2, 1, 1)]).toEqual([1]);
  });
});

describe('AreaStore', () => {
  const left: InspectionArea = { columns: 2, rows: 1, runs: [0, 1, 1] };
  const right: InspectionArea = { columns: 2, rows: 1, runs: [1, 1] };
  const run = (id: number, version: number | null) => ({
    id,
    recipe: version === null ? null : { id: 1, version, name: 'Nuts' },
  });
  const store = () => new AreaStore(new Notices());

  it('shows the area of the recipe’s version that the run was started from', async () => {
    const asked: unknown[] = [];
    answers['recipe.get'] = (args) => {
      asked.push(args);
      return { area: left };
    };
    const area = store();
    await area.useRun(run(1, 3));
    expect(asked).toEqual([{ recipeId: 1, version: 3 }]);
    expect(area.shown).toMatchObject({ area: left, share: 0.5 });
    expect([area.ignores(0.2, 0.5), area.ignores(0.7, 0.5), area.drafted]).toEqual([true, false, false]);
    await area.useRun(run(2, null));
    expect([area.shown, area.ignores(0.2, 0.5)]).toEqual([null, false]);
  });

  it('a draft is shown and kept, but the numbers of the run stay those of its own area', async () => {
    answers['recipe.get'] = () => ({ area: left });
    const area = store();
    await area.useRun(run(1, 1));
    expect(area.kept(left)).toEqual(left);
    area.draw(right);
    expect([area.drafted, area.shown?.area, area.ignores(0.2, 0.5)]).toEqual([true, right, true]);
    expect(area.kept(left)).toEqual(right);
    area.draw(null);
    expect([area.drafted, area.shown, area.kept(left)]).toEqual([true, null, null]);
    // Drawn as it was: nothing to keep.
    area.draw(structuredClone(left));
    expect(area.drafted).toBe(false);
    area.draw(right);
    area.settle();
    expect([area.drafted, area.shown?.area]).toEqual([false, left]);
  });

  it('an answer for another run comes too late, and a failure is told', async () => {
    const waiting: ((value: unknown) => void)[] = [];
    answers['recipe.get'] = () => new Promise((resolve) => waiting.push(resolve));
    const notices = new Notices();
    const area = new AreaStore(notices);
    const first = area.useRun(run(1, 1));
    const second = area.useRun(run(2, 2));
    waiting[1]!({});
    await second;
    waiting[0]!({ area: left });
    await first;
    expect(area.shown).toBeNull();
    answers['recipe.get'] = () => {
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- errors cross the bridge as plain values
      throw { code: 'history.not_found', params: { what: 'Recipe 1' } };
    };
    await area.useRun(run(3, 1));
    expect(notices.list).toHaveLength(1);
  });
});

describe('an area that follows its part', () => {
  /** The left third is ignored, on a drawn bracket. */
  const size = { width: 256, height: 192 };
  const still = smallGrey(bracket().data, 1, size, smallSize(256, 192));
  const follows: InspectionArea = { columns: 4, rows: 1, runs: [0, 1, 3], align: toReference(still, 30) };
  const placement: Placement = { turn: 0, x: 0.25, y: 0, likeness: 0.9 };
  const part = (change: Partial<Part>): Part => ({ ...finishedPart(1, 0, null), ...change });

  async function opened(open: () => Part | null): Promise<AreaStore> {
    answers['recipe.get'] = () => ({ area: follows });
    const area = new AreaStore(new Notices(), open);
    await area.useRun({ id: 1, recipe: { id: 1, version: 1, name: 'Brackets' } });
    return area;
  }

  it('lies where the run found the part, on the photograph and under the cursor', async () => {
    const area = await opened(() => part({ placement, ...size }));
    expect(area.shown).toMatchObject({ moved: { placement, ...size }, share: 0.5 });
    expect([0.1, 0.4, 0.6].map((u) => area.ignores(u, 0.5))).toEqual([true, true, false]);
    expect([area.lost, area.turns]).toEqual([false, 30]);
    // Drawn again on this part, it begins where it lies here.
    expect([...area.cellsOn(part({ placement, ...size }), 8, 1)!]).toEqual([1, 1, 1, 1, 0, 0, 0, 0]);
  });

  it('is not shown where the part was not found: that is said instead', async () => {
    const error: ErrorValue = { code: 'area.part_not_found', params: { path: 'a.png', reason: 'none' } };
    const area = await opened(() => part({ state: 'failed', error, width: null, height: null }));
    expect([area.shown, area.lost, area.ignores(0.1, 0.5)]).toEqual([null, true, false]);
    const other = await opened(() => part({ state: 'pending' }));
    expect([other.shown, other.lost]).toEqual([null, false]);
  });

  it('as a draft is tried on each photograph that is looked at', () => {
    let open = part(size);
    const area = new AreaStore(new Notices(), () => open);
    area.draw(follows);
    expect([area.shown, area.lost, area.previewed]).toEqual([null, false, true]);
    const seen = movedBy(bracket(), { turn: 10, x: 20, y: 0 });
    const picture = smallGrey(seen.data, 1, size, smallSize(256, 192));
    area.look(open, picture, size);
    expect(area.shown!.moved!.placement.turn).toBeCloseTo(10, 0);
    expect(area.shown!.moved!.placement.x).toBeCloseTo(20 / 256, 2);
    area.look(open, { ...picture, data: new Uint8Array(picture.data.length) }, size);
    expect([area.shown, area.lost]).toEqual([null, true]);
    // What was found in one photograph says nothing about the next.
    open = part({ ...size, id: 77 });
    expect(area.kept(null)).toEqual(follows);
    const later = new AreaStore(new Notices(), () => open);
    later.draw(follows);
    later.look({ id: 5 }, picture, size);
    expect([later.shown, later.lost]).toEqual([null, false]);
  });

  it('drawing does not begin with cells that lie nowhere: the part is looked for first', async () => {
    // Not found by the run, or not inspected yet.
    const waiting = part({ state: 'pending', ...size });
    const area = await opened(() => waiting);
    expect(area.cellsOn(waiting, 8, 1)).toBeUndefined();
    const picture = smallGrey(bracket().data, 1, size, smallSize(256, 192));
    area.look(waiting, { ...picture, data: new Uint8Array(picture.data.length) }, size);
    expect(area.cellsOn(waiting, 8, 1)).toBeUndefined();
    area.look(waiting, picture, size);
    expect([...area.cellsOn(waiting, 8, 1)!]).toEqual([1, 1, 0, 0, 0, 0, 0, 0]);
    expect(area.cellsOn(part({ ...size, id: 77 }), 8, 1)).toBeUndefined();
    // What was found of one area says nothing of another one.
    area.draw({ ...follows, runs: [0, 2, 2] });
    expect([area.cellsOn(waiting, 8, 1), area.shown, area.lost]).toEqual([undefined, null, false]);
    area.look(waiting, picture, size);
    expect([...area.cellsOn(waiting, 8, 1)!]).toEqual([1, 1, 1, 1, 0, 0, 0, 0]);
    // Where it stays, or where there is none, nobody has to look.
    area.draw({ columns: 4, rows: 1, runs: [0, 2, 2] });
    expect([...area.cellsOn(waiting, 4, 1)!]).toEqual([1, 1, 0, 0]);
    area.draw(null);
    expect(area.cellsOn(waiting, 4, 1)).toBeNull();
  });

  it('is hatched wherever it is ignored, also far turned on a wide photograph', () => {
    const shapes = [
      [1920, 1080],
      [1080, 1920],
      [1000, 1000],
      [3000, 600],
    ] as const;
    for (const [width, height] of shapes) {
      for (const turns of [30, 180] as const) {
        const { width: w, height: h } = smallSize(width, height);
        const grey = { width: w, height: h, data: new Uint8Array(w * h) };
        // All but a field in the middle: whatever comes in from outside is ignored.
        const cells = Uint8Array.from({ length: 48 * 27 }, (_, i) => (Math.abs((i % 48) - 24) < 9 ? 0 : 1));
        const area = { ...areaOf(48, 27, cells)!, align: toReference(grey, turns) };
        const { sheet } = drawn(area)!;
        const hatched = (x: number, y: number): boolean => {
          const column = Math.floor((x + sheet.aroundX) * 48);
          const row = Math.floor((y + sheet.aroundY) * 27);
          const inside = column >= 0 && row >= 0 && column < sheet.columns && row < sheet.rows;
          return inside && sheet.cells[row * sheet.columns + column] === 1;
        };
        const angles = turns === 30 ? [-30, 17, 30] : [-135, -60, 30, 45, 60, 90, 120, 180];
        for (const turn of angles) {
          for (const [x, y] of [
            [0.2, 0],
            [-0.25, 0.25],
            [0.25, 0.25],
          ] as const) {
            const placement: Placement = { turn, x, y, likeness: 1 };
            const before = whereItWas(placement, { width, height });
            const ignores = movedIgnores(cells, area, placement, { width, height });
            for (let i = 0; i < 40 * 40; i++) {
              const [u, v] = [((i % 40) + 0.437) / 40, (Math.floor(i / 40) + 0.571) / 40];
              const said = `${width} × ${height}, up to ${turns}°, ${turn}°, ${x}, ${y}: ${u}, ${v}`;
              expect(hatched(...before(u, v)), said).toBe(ignores(u, v));
            }
          }
        }
      }
    }
    // No more is drawn than can come into sight.
    expect(aroundFor(1, 180)).toBeCloseTo(0.77 * Math.SQRT2 - 0.5, 6);
    expect(aroundFor(1, 30)).toBeLessThan(aroundFor(1, 180));
  });

  it('is drawn with its edge going on all around', () => {
    const lying = drawn(follows)!;
    expect(lying.sheet).toMatchObject({ columns: 8, rows: 3, aroundX: 0.5, aroundY: 1 });
    expect([...lying.sheet.cells.subarray(0, 8)]).toEqual([1, 1, 1, 0, 0, 0, 0, 0]);
    expect([...lying.outline]).toEqual([0.25, -1, 0.25, 2]);
    const { align: _, ...stays } = follows;
    expect([...drawn(stays)!.outline]).toEqual([0.25, 0, 0.25, 1]);
  });
});

describe('ReferenceStore', () => {
  const answer = (seq: number): ReferenceAnswer => ({
    comparable: true,
    reference: {
      part: finishedPart(1, seq, null),
      run: { id: 1, source: 'lot 7', createdAt: '2026-11-23T08:00:00.000Z', lot: null, recipe: null },
      similarity: 0.9,
    },
  });

  it('has the reference of the part that was asked for last', async () => {
    const waiting = new Map<number, (value: ReferenceAnswer) => void>();
    answers['part.reference'] = ({ partId }: { partId: number }) =>
      new Promise((resolve) => waiting.set(partId, resolve));
    const store = new ReferenceStore();
    const first = store.show(1);
    const second = store.show(2);
    expect(store.state).toBe('looking');
    waiting.get(2)!(answer(5));
    await second;
    waiting.get(1)!(answer(4));
    await first;
    expect([store.state, store.current?.part.seq]).toEqual(['found', 5]);
    const third = store.show(3);
    await store.show(null);
    waiting.get(3)!(answer(6));
    await third;
    expect([store.state, store.current]).toEqual(['off', null]);
  });

  it('says why there is none, and what failed', async () => {
    const store = new ReferenceStore();
    answers['part.reference'] = () => ({ reference: null, comparable: true });
    await store.show(1);
    expect(store.state).toBe('none');
    answers['part.reference'] = () => ({ reference: null, comparable: false });
    await store.show(1);
    expect(store.state).toBe('incomparable');
    answers['part.reference'] = () => {
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- errors cross the bridge as plain values
      throw { code: 'history.not_found', params: { what: 'Part 1' } };
    };
    await store.show(1);
    expect([store.state, store.error?.code, store.current]).toEqual(['failed', 'history.not_found', null]);
  });
});
