// Training without a browser: drawing masks, what may be taken back, which parts are taken, what is missing, the decision.
// Runs in Node; the bridge is a table of answers.
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Part, Run } from '../../electron/common/domain.ts';
import type { Training } from '../../electron/common/training.ts';
import type { ErrorValue } from '../../models/errors.ts';
import { MaskEditor } from '../../renderer/src/features/training/mask-editor.svelte.ts';
import { fillPolygon, gridFor, markHeat, runsOf, stroke } from '../../renderer/src/features/training/mask.ts';
import { TrainingStore } from '../../renderer/src/features/training/training.svelte.ts';
import { Notices } from '../../renderer/src/state/notices.svelte.ts';
import { RunStore } from '../../renderer/src/state/run.svelte.ts';
import { finishedPart } from './fake-data.ts';

const marked = (cells: Uint8Array): number => cells.reduce((sum, cell) => sum + cell, 0);
const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
/** What main makes of runs. */
function pixelsOf(runs: readonly number[], size: number): Uint8Array {
  const pixels = new Uint8Array(size);
  let at = 0;
  for (const [i, length] of runs.entries()) {
    pixels.fill(i % 2, at, at + length);
    at += length;
  }
  return pixels;
}

describe('the grid of a mask', () => {
  it('is as large as the photograph, and at most 1,024 cells a side', () => {
    expect(gridFor(640, 480)).toMatchObject({ width: 640, height: 480 });
    expect(gridFor(6000, 4000)).toMatchObject({ width: 1024, height: 683 });
    expect(gridFor(50_000, 3)).toMatchObject({ width: 1024, height: 1 });
  });

  it('takes round strokes without gaps, also over its edges', () => {
    const grid = gridFor(100, 60);
    stroke(grid, { x: 20, y: 30 }, { x: 20, y: 30 }, 5, 1);
    expect(Math.abs(marked(grid.cells) - Math.PI * 25)).toBeLessThan(6);
    stroke(grid, { x: -50, y: 30 }, { x: 150, y: 30 }, 5, 1);
    for (let x = 0; x < 100; x++) expect(grid.cells[30 * 100 + x], `x ${x}`).toBe(1);
    expect([grid.cells[24 * 100 + 50], grid.cells[25 * 100 + 50]]).toEqual([0, 1]);
    stroke(grid, { x: -50, y: 30 }, { x: 150, y: 30 }, 5, 0);
    expect(marked(grid.cells)).toBe(0);
  });

  it('fills polygons by the even-odd rule', () => {
    const grid = gridFor(40, 40);
    const square = (left: number, right: number) =>
      [
        [left, left],
        [right, left],
        [right, right],
        [left, right],
      ].map(([x = 0, y = 0]) => ({ x, y }));
    fillPolygon(grid, square(10, 30));
    expect(marked(grid.cells)).toBe(400);
    expect([grid.cells[10 * 40 + 10], grid.cells[9 * 40 + 10], grid.cells[29 * 40 + 29]]).toEqual([1, 0, 1]);
    fillPolygon(grid, square(-10, 5));
    expect(marked(grid.cells)).toBe(425);
  });

  it('takes the heat from a threshold on, exactly where it reaches it', () => {
    const grid = gridFor(90, 60);
    const map = Uint8Array.from({ length: 900 }, (_, i) => (i % 30 >= 15 ? 200 : 0));
    markHeat(grid, map, 30, 200);
    expect(marked(grid.cells)).toBe((90 - 46) * 60); // the middle of the first hot column lies at 46.5 of 90
    markHeat(grid, map, 30, 201);
    expect(marked(grid.cells)).toBe(0);
  });

  it.each([
    [100, 70],
    [3000, 2000],
    [7, 5],
  ])('becomes runs that fill a photograph of %i × %i exactly', (width, height) => {
    const grid = gridFor(width, height);
    stroke(grid, { x: 0, y: 0 }, { x: grid.width, y: grid.height }, 2, 1);
    const runs = runsOf(grid, width, height);
    expect(sum(runs)).toBe(width * height);
    expect(runs.slice(1).every((length) => length > 0)).toBe(true);
    const share = marked(pixelsOf(runs, width * height)) / (width * height);
    expect(share).toBeCloseTo(marked(grid.cells) / grid.cells.length, 2);
  });
});

describe('the editor', () => {
  it('takes back and does again, and forgets what was undone when something new is drawn', () => {
    const editor = new MaskEditor(100, 100);
    editor.press({ x: 20, y: 20 });
    editor.move({ x: 60, y: 20 });
    editor.release();
    editor.move({ x: 90, y: 90 }); // the pen is up
    const first = marked(editor.grid.cells);
    editor.use('erase');
    editor.press({ x: 40, y: 20 });
    editor.release();
    const second = marked(editor.grid.cells);
    expect(second).toBeLessThan(first);
    editor.undo();
    expect(marked(editor.grid.cells)).toBe(first);
    editor.undo();
    expect([marked(editor.grid.cells), editor.empty, editor.canUndo]).toEqual([0, true, false]);
    editor.redo();
    editor.redo();
    editor.redo();
    expect(marked(editor.grid.cells)).toBe(second);
    editor.undo();
    editor.clear();
    expect(editor.canRedo).toBe(false);
  });

  it('moving the heat slider is one step, however often it moves', () => {
    const editor = new MaskEditor(64, 64);
    editor.press({ x: 5, y: 5 });
    editor.release();
    const drawn = marked(editor.grid.cells);
    const map = Uint8Array.from({ length: 256 }, (_, i) => i);
    for (const from of [10, 100, 200]) editor.takeHeat(map, from);
    editor.undo();
    expect(marked(editor.grid.cells)).toBe(drawn);
  });

  it('draws by keys, within the photograph, and closes only real polygons', () => {
    const editor = new MaskEditor(40, 40);
    editor.step(-500, 500);
    expect(editor.cursor).toEqual({ x: 0, y: 40 });
    editor.use('polygon');
    for (const [x, y] of [
      [0, 0],
      [20, 0],
    ] as const)
      editor.press({ x, y });
    editor.closePolygon();
    expect([editor.empty, editor.corners.length, editor.canUndo]).toEqual([true, 0, false]);
    for (const [x, y] of [
      [0, 0],
      [20, 0],
      [20, 30],
      [20, 20],
    ] as const)
      editor.press({ x, y });
    editor.undo(); // the last corner only
    expect(editor.corners.length).toBe(3);
    editor.closePolygon();
    expect(marked(editor.grid.cells)).toBeGreaterThan(250);
    expect(sum(editor.runs())).toBe(1600);
  });
});

const training = (change: Partial<Training>): Training => ({
  ...{ id: 1, runId: 1, product: 'nut', recipe: null, createdAt: '', state: 'running', progress: null },
  ...{ learnt: { ok: 3, ng: 2 }, aside: { ok: 5, ng: 1 }, epochs: 5, curve: [], error: null },
  ...{ comparison: null, adopted: null, ...change },
});

describe('the store', () => {
  let calls: { channel: string; args: unknown }[];
  let refused: ErrorValue | null;
  let current: Training | null;
  let run: RunStore;
  let notices: Notices;
  /** How often a version more was told of. */
  let versions = 0;
  let store: TrainingStore;
  const parts = Array.from({ length: 20 }, (_, seq): Part => {
    const part = finishedPart(1, seq, null);
    const verdict = seq < 9 ? 'ok' : seq < 13 ? 'ng' : seq === 14 ? 'unsure' : null;
    return { ...part, verdict };
  });

  beforeEach(async () => {
    calls = [];
    refused = null;
    current = null;
    const invoke = (channel: string, args: Record<string, unknown> | undefined): unknown => {
      calls.push({ channel, args });
      if (refused !== null) return { ok: false, error: refused };
      const answers: Record<string, unknown> = {
        'mask.list': [],
        'mask.save': { partId: args?.partId, sha256: '', pixels: 3 },
        'training.current': current,
        'training.start': training({}),
        'training.stop': training({ state: 'stopped' }),
        'training.discard': training({ state: 'discarded' }),
        'training.adopt': { training: training({ state: 'adopted' }), recipe: { name: 'Nut', version: 2 } },
      };
      return { ok: true, value: answers[channel] };
    };
    vi.stubGlobal('window', { loupe: { invoke: (...a: [string, never]) => Promise.resolve(invoke(...a)) } });
    run = new RunStore();
    run.open({ id: 1, state: 'done' } as Run, parts);
    notices = new Notices();
    versions = 0;
    store = new TrainingStore(run, notices, () => versions++);
    await store.open();
  });
  const asked = (channel: string) => calls.filter((call) => call.channel === channel).map(({ args }) => args);
  const ng = parts.filter(({ verdict }) => verdict === 'ng');

  it('offers what was judged, and takes NG parts only with a mask', async () => {
    expect([store.reviewed.ok.length, store.reviewed.ng.length]).toEqual([9, 4]);
    expect(store.missing.length).toBe(1); // NG with masks; there are enough OK parts
    expect(store.missing[0]).toContain('there are 0');
    await store.start();
    expect(asked('training.start')).toEqual([]);
    for (const part of ng.slice(0, 3)) expect(await store.saveMask(part, [0, 3, 9])).toBe(true);
    expect([store.missing, store.chosen.bare, store.few]).toEqual([[], 1, true]);
    await store.start();
    const [args] = asked('training.start') as { runId: number; partIds: number[] }[];
    expect(args?.partIds.length).toBe(12);
    expect(args?.partIds).not.toContain(ng[3]!.id);
    expect(store.pending?.state).toBe('running');
  });

  it('leaves parts out, and says when they are too few then', () => {
    store.toggle(parts[0]!.id);
    store.toggle(parts[1]!.id);
    expect(store.chosen.ok.length).toBe(7);
    expect(store.missing.some((text) => text.includes('8 parts marked OK; there are 7'))).toBe(true);
    store.toggle(parts[0]!.id);
    expect(store.chosen.ok.length).toBe(8);
  });

  it('a part that is judged meanwhile joins, one that is taken back leaves', () => {
    run.setMark(parts[15]!, { verdict: 'ok', defectKind: null, comment: null });
    expect(store.reviewed.ok.length).toBe(10);
    run.setMark(parts[0]!, { verdict: null, defectKind: null, comment: null });
    expect(store.reviewed.ok.length).toBe(9);
  });

  it('tells what was refused, and keeps what was there', async () => {
    refused = { code: 'train.mask', params: { path: 'x', reason: 'y' } };
    expect(await store.saveMask(ng[0]!, [1])).toBe(false);
    expect(store.masks.size).toBe(0);
    expect(notices.list.map(({ error }) => error.code)).toEqual(['train.mask']);
    expect(store.busy).toBe(false);
  });

  it('follows a training to its end, and a decision ends it', async () => {
    store.onChanged(training({ progress: { stage: 'training', done: 5, total: 20, remaining: 3 } }));
    expect(store.share).toBe(0.25);
    store.onChanged(training({ state: 'done' }));
    expect(notices.spoken).not.toBe('');
    expect([store.share, store.pending?.state]).toEqual([null, 'done']);
    expect(await store.adopt('why', 'Nut')).toBe(true);
    expect(asked('training.adopt')).toEqual([{ id: 1, reason: 'why', name: 'Nut' }]);
    expect(versions).toBe(1);
    expect(store.pending).toBeNull();
  });
});
