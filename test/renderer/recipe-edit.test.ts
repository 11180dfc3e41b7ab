// Changing a recipe by hand: what becomes of it, what is said about it, and what cannot be; and finding earlier runs.
// Runs in Node.
import { describe, expect, it } from 'vitest';
import { RecipeSettings } from '../../electron/common/recipe.ts';
import {
  editOf,
  editRecipe,
  readNumbers,
  SCALES,
  type Edit,
} from '../../renderer/src/features/recipes/edit.ts';
import { parse } from '../../renderer/src/lib/format.ts';
import { findRuns } from '../../renderer/src/lib/runs.ts';

const before: RecipeSettings = {
  ...{ name: 'Nuts', product: 'nut', packId: 'loupe-mini', method: null, tap: null, rvs: null, sigma: null },
  ...{ heat: null, thresholds: { review: 0.4, reject: 0.6 }, regions: { threshold: 0.2, minArea: 9 } },
};
const head = { sha256: 'a'.repeat(64), calibrationSha256: 'b'.repeat(64) };
const trained: RecipeSettings = { ...before, method: 'sdp+', head };
const change = (from: RecipeSettings, edit: Partial<Edit>, packHead = false) => {
  const edited = editRecipe(from, { ...editOf(from), ...edit }, { head: packHead });
  return { ...edited, kinds: edited.consequences.map(({ kind }) => kind) };
};

describe('an edit', () => {
  it('that changes nothing leaves the very same settings', () => {
    for (const from of [before, trained, { ...before, scales: [1, 2] }]) {
      const { settings, kinds } = change(from, {});
      expect(settings).toEqual(from);
      expect(Object.keys(settings).sort()).toEqual(Object.keys(from).sort());
      expect(kinds).toEqual([]);
    }
  });

  it('gives settings that the contract takes, and keeps what is set elsewhere', () => {
    for (const scales of [null, ...SCALES]) {
      const { settings } = change(trained, { scales, sigma: 3, heat: { lo: 0, hi: 1 } });
      expect(RecipeSettings.safeParse(settings).success).toBe(true);
      expect(settings.regions).toEqual(before.regions);
      expect(settings.head).toEqual(head);
    }
  });

  it('of what is scored says that the thresholds are old; of the colours, that scores stay', () => {
    expect(change(before, { sigma: 4 }).kinds).toEqual(['scores']);
    expect(change(before, { method: 'base' }).kinds).toEqual(['scores']);
    expect(change(before, { product: 'gear' }).kinds).toEqual(['words', 'scores']);
    expect(change(before, { heat: { lo: 0, hi: 1 } }).kinds).toEqual(['colours']);
    expect(change(before, { name: 'Gears' }).kinds).toEqual(['renamed']);
  });

  it('of the tiles says how much longer it takes', () => {
    const [slower] = change({ ...before, scales: [1] }, { scales: [1, 2] }).consequences.slice(1);
    expect(slower).toEqual({ kind: 'slower', times: 10 });
    const [faster] = change({ ...before, scales: [1, 2] }, { scales: [1] }).consequences.slice(1);
    expect(faster).toEqual({ kind: 'faster', times: 10 });
    expect(change(before, { scales: [1] }).kinds).toEqual(['scores']); // what the pack does is not known here
  });

  it('drops a trained head that the engine would refuse, and says so', () => {
    for (const edit of [{ product: 'gear' }, { tap: 'clean' }, { method: 'base' }] as const) {
      const { settings, kinds } = change(trained, edit);
      expect(settings.head).toBeUndefined();
      expect(kinds).toContain('headLost');
    }
    expect(change(trained, { sigma: 2 }).settings.head).toEqual(head);
  });

  it('to SDP+ without any head is impossible', () => {
    expect(change(before, { method: 'sdp+' })).toMatchObject({
      impossible: true,
      kinds: ['noHead', 'scores'],
    });
    expect(change(before, { method: 'sdp+' }, true).impossible).toBe(false);
    expect(change(trained, { tap: 'clean' }).impossible).toBe(true);
  });
});

describe('typed numbers', () => {
  const read = (typed: Partial<Parameters<typeof readNumbers>[0]>) =>
    readNumbers({ sigma: '', ownHeat: false, lo: '', hi: '', ...typed }, parse);
  it('are read with a comma or a point; nothing means: as the pack says', () => {
    expect(read({})).toEqual({ sigma: null, heat: null });
    expect(read({ sigma: '3,5' })).toEqual({ sigma: 3.5, heat: null });
    expect(read({ ownHeat: true, lo: '-0.1', hi: '0,9' })).toEqual({
      sigma: null,
      heat: { lo: -0.1, hi: 0.9 },
    });
  });
  it('that cannot be are named', () => {
    expect(read({ sigma: '-1' })).toBe('badSigma');
    expect(read({ sigma: 'many' })).toBe('badSigma');
    expect(read({ sigma: '257' })).toBe('badSigma');
    expect(read({ ownHeat: true, lo: '1', hi: '1' })).toBe('badHeat');
    expect(read({ ownHeat: true, lo: '1' })).toBe('badHeat');
  });
});

it('earlier runs are found by every word in part, lot, recipe or folder', () => {
  const run = (product: string, source: string, lot: string | null, recipe: string | null) => ({
    ...{ product, source, lot },
    recipe: recipe === null ? null : { id: 1, version: 1, name: recipe },
  });
  const runs = [run('nut', 'tray 1', 'L-7', null), run('leather', 'roll', null, 'Sofas')];
  expect(findRuns(runs, '  ')).toEqual(runs);
  expect(findRuns(runs, 'NUT l-7')).toEqual([runs[0]]);
  expect(findRuns(runs, 'sofa')).toEqual([runs[1]]);
  expect(findRuns(runs, 'nut sofa')).toEqual([]);
});
