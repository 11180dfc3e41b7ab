// Recipes: versions with author and reason, names, files, and what runs and verdicts keep of them.
// Runs in the tests (Node).
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Recipe } from '../../electron/common/recipe.ts';
import { canonicalJson, sha256 } from '../../electron/node/store/canonical.ts';
import { openStore } from '../../electron/node/store/open.ts';
import type { Store } from '../../electron/node/store/store.ts';
import { RECIPE } from './recipe-support.ts';
import { dataFolder, judged, newParts, refusal, scored, SESSION } from './support.ts';

let store: Store;
let first: Recipe;

beforeEach(() => {
  store = openStore(dataFolder());
  first = store.recipes.save({ settings: RECIPE, author: 'eva', reason: 'new product' });
});
afterEach(() => store.close());

const change = (settings: object, basedOn = 1): Recipe =>
  store.recipes.save({
    ...{ recipeId: first.id, basedOn, author: 'eva', reason: 'better' },
    settings: { ...RECIPE, ...settings },
  });

describe('versions', () => {
  it('begin with one, and each is kept', () => {
    expect(Recipe.parse(first)).toMatchObject({ ...RECIPE, id: 1, version: 1, versions: 1, author: 'eva' });
    expect(first.sha256).toBe(sha256(canonicalJson(RECIPE)));
    const second = change({ sigma: 6 });
    expect(second).toMatchObject({ id: 1, version: 2, versions: 2, sigma: 6, reason: 'better' });
    expect(store.recipes.get({ recipeId: 1, version: 1 })).toEqual({ ...first, versions: 2 });
    expect(store.recipes.versions(1).map(({ version, sigma }) => [version, sigma])).toEqual([
      [2, 6],
      [1, 4],
    ]);
    expect(store.recipes.list()).toEqual([second]);
  });

  it('that change nothing are none', () => {
    expect(change({})).toEqual(first);
    expect(store.audit.list(9).filter(({ action }) => action === 'recipe.saved')).toHaveLength(1);
  });

  it('do not overwrite each other', () => {
    change({ sigma: 5 });
    const late = refusal(() => change({ sigma: 7 }, 1));
    expect(late).toMatchObject({ code: 'recipe.changed', params: { recipe: 1, found: 2, basedOn: 1 } });
    expect(change({ sigma: 7 }, 2).version).toBe(3);
  });

  it.each([
    { name: '' },
    { name: 'two\nlines' },
    { product: ' ' },
    { thresholds: { review: 0.6, reject: 0.4 } },
    { heat: { lo: 1, hi: 1 } },
    { heat: { lo: 0, hi: NaN } },
    { sigma: -1 },
    { regions: { threshold: 0.5, minArea: 0 } },
    { method: 'magic' },
  ])('with %o are refused', (wrong) => {
    expect(refusal(() => change(wrong)).code).toBe('recipe.invalid');
    expect(store.recipes.versions(1)).toHaveLength(1);
  });

  it('of what does not exist are not found', () => {
    expect(refusal(() => store.recipes.get({ recipeId: 9 })).code).toBe('history.not_found');
    expect(refusal(() => store.recipes.get({ recipeId: 1, version: 2 })).code).toBe('history.not_found');
    expect(refusal(() => store.recipes.versions(9)).code).toBe('history.not_found');
  });

  it('are never changed or deleted', () => {
    const sql = (text: string) => () => store.db.exec(text);
    expect(sql("UPDATE recipe_versions SET author = 'x'")).toThrow('never changed');
    expect(sql('DELETE FROM recipe_versions')).toThrow('never deleted');
  });
});

describe('names', () => {
  it('are taken once, whatever the case and the form of the letters', () => {
    for (const name of ['Nut M6', 'nut m6', 'ＮＵＴ Ｍ６']) {
      const again = refusal(() =>
        store.recipes.save({ settings: { ...RECIPE, name }, author: 'eva', reason: 'x' }),
      );
      expect(again).toMatchObject({ code: 'recipe.name_taken', params: { name } });
    }
  });

  it('that a recipe has given up are free again', () => {
    expect(change({ name: 'Nut M6 old' }).name).toBe('Nut M6 old');
    expect(store.recipes.save({ settings: RECIPE, author: 'eva', reason: 'again' }).id).toBe(2);
    expect(store.recipes.list().map(({ name }) => name)).toEqual(['Nut M6', 'Nut M6 old']);
  });
});

describe('copies and files', () => {
  it('a copy is a recipe of its own, of the version that was asked for', () => {
    change({ sigma: 8 });
    const copy = store.recipes.duplicate({ recipeId: 1, version: 1, name: 'Nut M8', author: 'max' });
    expect(copy).toMatchObject({ id: 2, name: 'Nut M8', sigma: 4, version: 1, versions: 1, author: 'max' });
    expect(copy.reason).toBe('Copy of Nut M6, version 1');
  });

  it('a file brings the same settings to another workstation', () => {
    const { name, text } = store.recipes.export({ recipeId: 1, author: 'eva' });
    expect(name).toBe('Nut M6');
    const other = openStore(dataFolder());
    const imported = other.recipes.import({ text, author: 'max' });
    expect(imported).toMatchObject({ ...RECIPE, sha256: first.sha256, author: 'max', version: 1 });
    expect(imported.reason).toContain('version 1 by eva');
    expect(other.recipes.import({ text, author: 'max' })).toEqual(imported);
    expect(other.recipes.list()).toHaveLength(1);
    expect(other.audit.list(1)[0]).toMatchObject({ action: 'recipe.imported', actor: 'max' });
    other.close();
    expect(store.audit.list(1)[0]).toMatchObject({ action: 'recipe.exported', actor: 'eva' });
  });

  it('a file never overwrites a recipe of that name', () => {
    const { text } = store.recipes.export({ recipeId: 1, author: 'eva' });
    change({ sigma: 9 });
    expect(refusal(() => store.recipes.import({ text, author: 'max' })).code).toBe('recipe.name_taken');
    expect(store.recipes.import({ text, author: 'max', name: 'Nut old' })).toMatchObject({ sigma: 4 });
  });

  it.each<[string, (text: string) => string]>([
    ['that is no JSON', () => 'recipe'],
    ['that is something else', () => '{"format":"other"}'],
    ['of a later format', (text) => text.replace('"formatVersion": 1', '"formatVersion": 2')],
    ['that was edited', (text) => text.replace('"sigma": 4', '"sigma": 5')],
    ['with another hash', (text) => text.replace(/"sha256": "./, '"sha256": "g')],
    ['that is empty', () => ''],
  ])('a file %s is refused', (_, spoil) => {
    const { text } = store.recipes.export({ recipeId: 1, author: 'eva' });
    expect(spoil(text)).not.toBe(text);
    expect(refusal(() => store.recipes.import({ text: spoil(text), author: 'max' })).code).toBe(
      'recipe.invalid',
    );
  });

  it('a file with settings that this version does not know is refused, not half understood', () => {
    const { text } = store.recipes.export({ recipeId: 1, author: 'eva' });
    const file = JSON.parse(text) as { recipe: object; sha256: string };
    const recipe = { ...file.recipe, mask: [1] };
    const later = JSON.stringify({ ...file, recipe, sha256: sha256(canonicalJson(recipe)) });
    expect(refusal(() => store.recipes.import({ text: later, author: 'max' }))).toMatchObject({
      code: 'recipe.invalid',
      message: expect.stringContaining('mask') as string,
    });
  });
});

describe('a run from a recipe', () => {
  it('keeps the version, the lot and the regions, and its verdicts name them', () => {
    const create = (recipe: { recipeId: number; version?: number }) =>
      store.runs.create({
        product: 'metal nut',
        source: 'x',
        inputs: [],
        recipe,
        lot: 'A-17',
        author: 'anna',
      });
    const run = create({ recipeId: 1 });
    change({ regions: null });
    expect(store.runs.get(run.id)).toMatchObject({
      recipe: { id: 1, version: 1, name: 'Nut M6' },
      lot: 'A-17',
      regions: { threshold: 0.5, minArea: 25 },
    });
    expect(create({ recipeId: 1, version: 1 }).recipe?.version).toBe(1);
    expect(create({ recipeId: 1 })).toMatchObject({ recipe: { version: 2 }, regions: null });
    expect(refusal(() => create({ recipeId: 1, version: 7 })).code).toBe('history.not_found');

    store.parts.add(run.id, newParts(1));
    store.runs.begin(run.id, { ...SESSION, thresholds: RECIPE.thresholds });
    store.parts.record(run.id, [scored(1)]);
    const part = store.verdicts.record({
      ...judged(1, 'unsure', 'anna'),
      defectKind: 'scratch',
      comment: 'look again',
    });
    expect(part).toMatchObject({
      ...{ verdict: 'unsure', verdictBy: 'anna', defectKind: 'scratch', comment: 'look again' },
    });
    expect(store.db.prepare('SELECT * FROM verdicts').get()).toMatchObject({
      ...{ region_threshold: 0.5, region_min_area: 25, recipe_version_id: 1, review: 0.4, reject: 0.6 },
    });
    expect(store.db.prepare('SELECT author FROM thresholds').all()).toEqual([{ author: 'recipe' }]);
  });

  it('a kind of defect needs a verdict that speaks of one', () => {
    const { id } = store.runs.create({ product: 'x', source: 'x', inputs: [] });
    store.parts.add(id, newParts(1));
    const record = (verdict: 'ok' | null) => () =>
      store.verdicts.record({ ...judged(1, verdict, 'anna'), defectKind: 'scratch' });
    expect(refusal(record('ok')).code).toBe('usage');
    expect(refusal(record(null)).code).toBe('usage');
    expect(store.verdicts.record({ ...judged(1, 'ok', 'anna'), comment: 'clean' }).comment).toBe('clean');
    expect(store.verdicts.record(judged(1, null, 'anna'))).toMatchObject({ comment: null, verdict: null });
  });
});
