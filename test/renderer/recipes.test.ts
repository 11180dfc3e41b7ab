// Recipes without a browser: what differs between versions, what a run leaves behind, what the store asks of the history.
// Runs in Node; the bridge is a table of answers.
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Recipe, RecipeSettings } from '../../electron/common/recipe.ts';
import { compareSettings, FIELD_NAMES, FIELDS } from '../../renderer/src/features/recipes/compare.ts';
import { RecipeStore } from '../../renderer/src/features/recipes/recipes.svelte.ts';
import { differenceText, settingsFromRun } from '../../renderer/src/features/recipes/settings.ts';
import { RegionStore } from '../../renderer/src/features/regions/regions.svelte.ts';
import { Notices } from '../../renderer/src/state/notices.svelte.ts';

const settings: RecipeSettings = {
  name: 'Nuts',
  product: 'metal nut',
  packId: 'loupe-mini',
  method: null,
  tap: null,
  rvs: null,
  sigma: 4,
  heat: { lo: 0.1, hi: 0.9 },
  thresholds: { review: 0.4, reject: 0.7 },
  regions: { threshold: 0.31, minArea: 12 },
};
const recipe = (version: number, change: Partial<Recipe> = {}): Recipe => ({
  ...settings,
  id: 1,
  version,
  versions: version,
  author: 'ana',
  reason: 'because',
  createdAt: '2026-11-23T10:00:00Z',
  sha256: '0',
  ...change,
});

describe('compareSettings', () => {
  it('finds nothing between equals, and each field on its own', () => {
    expect(compareSettings(settings, structuredClone(settings))).toEqual([]);
    const other: RecipeSettings = {
      name: 'Bolts',
      product: 'bolt',
      packId: 'vit-b',
      method: 'sdp',
      tap: 'clean',
      rvs: 'pca',
      sigma: null,
      heat: null,
      thresholds: { review: 0.1, reject: 0.2 },
      regions: null,
      head: { sha256: 'a'.repeat(64), calibrationSha256: 'b'.repeat(64) },
      area: {
        ...{ columns: 4, rows: 1, runs: [1, 3] },
        align: { turns: 30, width: 128, height: 8, grey: 'A'.repeat(1368) },
      },
      scales: [1, 2],
    };
    expect(compareSettings(settings, other).map((d) => d.field)).toEqual(FIELD_NAMES);
    // A setting that nobody compares would change in silence.
    const seen = JSON.stringify(Object.values(FIELDS).map((read) => read(settings)));
    for (const value of [0.4, 0.7, 0.31, 12, 0.1, 0.9, 4]) expect(seen).toContain(String(value));
  });

  it('tells apart two areas that leave out as much, and says how much that is', () => {
    const left = { ...settings, area: { columns: 4, rows: 1, runs: [0, 1, 3] } };
    const right = { ...settings, area: { columns: 4, rows: 1, runs: [3, 1] } };
    expect(compareSettings(left, structuredClone(left))).toEqual([]);
    expect(compareSettings(left, right).map((d) => d.field)).toEqual(['area']);
    expect(compareSettings(settings, left).map(differenceText)).toEqual([
      expect.stringMatching(/^Inspection area none → 25\.0 % ignored \([0-9a-f]{4}\)$/),
    ]);
  });

  it('tells whether the area follows the part, and by another picture of it is another area', () => {
    const area = { columns: 4, rows: 1, runs: [0, 1, 3] };
    const align = { turns: 30 as const, width: 128, height: 8, grey: 'A'.repeat(1368) };
    const [stays, follows] = [
      { ...settings, area },
      { ...settings, area: { ...area, align } },
    ];
    expect(compareSettings(stays, follows).map(differenceText)).toContain(
      'Area follows the part no: the area stays → turned up to 30°',
    );
    const any = { ...settings, area: { ...area, align: { ...align, turns: 180 as const } } };
    expect(compareSettings(follows, any).map(differenceText)).toEqual([
      'Area follows the part turned up to 30° → turned by any angle',
    ]);
    const again = { ...settings, area: { ...area, align: { ...align, grey: `B${align.grey.slice(1)}` } } };
    expect(compareSettings(follows, again).map((d) => d.field)).toEqual(['area']);
  });

  it('says a difference in words', () => {
    const after = { ...settings, thresholds: { review: 0.35, reject: 0.7 } };
    expect(compareSettings(settings, after).map(differenceText)).toEqual(['Review from 0.400 → 0.350']);
  });
});

describe('what a run leaves behind', () => {
  const run = { product: 'metal nut', packId: 'loupe-mini', heat: { lo: 0, hi: 1 }, mapSize: 100 };

  it('keeps what the recipe says of everything that is not on the screen', () => {
    const kept = settingsFromRun(run, 'Nuts', { review: 0.3, reject: 0.6 }, settings.regions, settings);
    expect(compareSettings(settings, kept).map((d) => d.field)).toEqual(['review', 'reject']);
    expect(settingsFromRun(run, 'New', settings.thresholds, null, null).heat).toBeNull();
  });

  it('keeps a rule for regions to the last digit unless somebody moved it', () => {
    const regions = new RegionStore();
    const given = { threshold: 0.123456, minArea: 7 };
    regions.useRule({ ...run, regions: given });
    expect(regions.rule(run, given)).toBe(given);
    regions.set({ from: 0.5 });
    expect(regions.rule(run, given)).toEqual({ threshold: 0.5, minArea: 7 });
    regions.useRule({ ...run, regions: null });
    expect(regions.rule(run, null)).toBeNull();
  });
});

describe('RecipeStore', () => {
  let asked: [string, unknown][] = [];
  let refuse = false;
  let answers: Record<string, unknown> = {};
  beforeEach(() => {
    asked = [];
    refuse = false;
    answers = {
      'recipe.list': [recipe(2)],
      'recipe.versions': [recipe(2), recipe(1, { sigma: null })],
      'recipe.save': recipe(3),
      'recipe.import': null,
    };
    vi.stubGlobal('window', {
      loupe: {
        invoke: (channel: string, args: unknown) => {
          asked.push([channel, args]);
          const error = { code: 'recipe.changed', params: { recipe: 1, found: 3, basedOn: 2 } };
          return Promise.resolve(refuse ? { ok: false, error } : { ok: true, value: answers[channel] });
        },
      },
    });
  });

  it('shows the newest version first, and another one beside it', async () => {
    const store = new RecipeStore(new Notices());
    await store.load();
    expect(store.shown?.version).toBe(2);
    store.beside = 1;
    expect(compareSettings(store.compared!, store.shown!).map((d) => d.field)).toEqual(['sigma']);
  });

  it('keeps a version on top of the one that was seen', async () => {
    const store = new RecipeStore(new Notices());
    await store.keep(settings, 'fewer false alarms', recipe(2));
    expect(asked[0]).toEqual([
      'recipe.save',
      { settings, reason: 'fewer false alarms', recipeId: 1, basedOn: 2 },
    ]);
  });

  it('says that there is a version more, once it is there', async () => {
    let told = 0;
    const store = new RecipeStore(new Notices(), () => told++);
    await store.load();
    await store.import(); // the dialog was closed
    expect(told).toBe(0);
    await store.keep(settings, 'fewer false alarms', recipe(2));
    expect(told).toBe(1);
    answers['recipe.import'] = recipe(1);
    await store.import();
    expect(told).toBe(2);
    refuse = true;
    await store.keep(settings, 'x', recipe(2));
    expect(told).toBe(2);
  });

  it('tells why it was refused, and answers nothing for a closed dialog', async () => {
    const notices = new Notices();
    const store = new RecipeStore(notices);
    await store.import();
    expect(notices.remark).toBe('');
    refuse = true;
    expect(await store.keep(settings, 'x', recipe(2))).toBeNull();
    expect(notices.list[0]?.error.code).toBe('recipe.changed');
  });
});
