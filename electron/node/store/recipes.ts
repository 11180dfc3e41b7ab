// Recipes: versions that are only ever added, each with author and reason, found by id or by name.
// Runs in the history service (Node).
import { RecipeSettings, type Recipe, type RecipeRef } from '../../common/recipe.ts';
import type { NewRecipe } from '../../common/history-service.ts';
import { LoupeError } from '../../../models/errors.ts';
import type { Audit } from './audit.ts';
import { sha256 } from './canonical.ts';
import type { Clock } from './clock.ts';
import { damaged, notFound } from './failure.ts';
import type { Access } from './ledger.ts';
import { readRecipeFile, settingsText, writeRecipeFile } from './recipe-file.ts';
import type { RecipeVersionRow, Tables } from './tables.ts';

/** How the settings came to be, for the audit trail. */
interface Origin {
  readonly action: 'recipe.saved' | 'recipe.duplicated' | 'recipe.imported';
  readonly from?: object;
}

/** Names that differ only in case or in the form of their letters look the same on a label. */
const sameName = (a: string, b: string): boolean =>
  a.normalize('NFKC').toLowerCase() === b.normalize('NFKC').toLowerCase();

export class Recipes {
  readonly #ledger: Access;
  readonly #table: Tables['recipeVersions'];
  readonly #audit: Audit;
  readonly #clock: Clock;
  readonly #all: ReturnType<Tables['recipeVersions']['select']>;
  readonly #ofRecipe: ReturnType<Tables['recipeVersions']['select']>;

  constructor(ledger: Access, tables: Tables, audit: Audit, clock: Clock) {
    this.#ledger = ledger;
    this.#table = tables.recipeVersions;
    this.#audit = audit;
    this.#clock = clock;
    this.#all = this.#table.select('ORDER BY id');
    this.#ofRecipe = this.#table.select('WHERE recipe_id = ? ORDER BY version');
  }

  /** The newest version of each recipe, by name. */
  list(): Recipe[] {
    return this.#ledger.read(() => this.#newest().sort((a, b) => a.name.localeCompare(b.name, 'en')));
  }

  get(ref: RecipeRef): Recipe {
    return this.#ledger.read(() => this.#find(ref));
  }

  /** Newest first. */
  versions(recipeId: number): Recipe[] {
    return this.#ledger.read(() => this.#versions(recipeId).reverse());
  }

  /** Throws `recipe.name_taken`, `recipe.changed` when `basedOn` is not the newest version any more. */
  save({ settings, author, reason, recipeId, basedOn }: NewRecipe): Recipe {
    return this.#ledger.write(() => {
      if (recipeId === undefined) return this.#add(settings, author, reason, { action: 'recipe.saved' });
      const newest = this.#find({ recipeId });
      if (basedOn !== newest.version) {
        const params = { recipe: recipeId, found: newest.version, basedOn: basedOn ?? 0 };
        throw new LoupeError('recipe.changed', params);
      }
      if (sha256(settingsText(checked(settings))) === newest.sha256) return newest;
      return this.#add(settings, author, reason, { action: 'recipe.saved' }, newest);
    });
  }

  duplicate(ref: RecipeRef & { readonly name: string; readonly author: string }): Recipe {
    return this.#ledger.write(() => {
      const original = this.#find(ref);
      const from = { recipe: original.id, version: original.version };
      const reason = `Copy of ${original.name}, version ${original.version}`;
      return this.#add({ ...original, name: ref.name }, ref.author, reason, {
        action: 'recipe.duplicated',
        from,
      });
    });
  }

  export(ref: RecipeRef & { readonly author: string }): { name: string; text: string } {
    return this.#ledger.write(() => {
      const recipe = this.#find(ref);
      const { version, sha256 } = recipe;
      const subject = `recipe ${recipe.id}`;
      this.#audit.add({ actor: ref.author, action: 'recipe.exported', subject, detail: { version, sha256 } });
      return { name: recipe.name, text: writeRecipeFile(recipe) };
    });
  }

  /** A recipe that has the same name and the same settings already is answered as it is. */
  import({ text, author, name }: { text: string; author: string; name?: string | undefined }): Recipe {
    const { settings, origin } = readRecipeFile(text);
    return this.#ledger.write(() => {
      const wanted = { ...settings, name: name ?? settings.name };
      const same = this.#newest().find((recipe) => sameName(recipe.name, wanted.name));
      if (same?.sha256 === sha256(settingsText(wanted))) return same;
      const reason = `Imported: version ${origin.version} by ${origin.author} of ${origin.createdAt}`;
      return this.#add(wanted, author, reason.slice(0, 500), { action: 'recipe.imported', from: origin });
    });
  }

  /** The row of a version, for what refers to it. */
  row(ref: RecipeRef): RecipeVersionRow {
    const rows = this.#rows(ref.recipeId);
    const row = ref.version === undefined ? rows.at(-1) : rows[ref.version - 1];
    if (!row) throw notFound(`Recipe ${ref.recipeId}${ref.version ? ` version ${ref.version}` : ''}`);
    return row;
  }

  /** The version that a run or a verdict points to. */
  byRow(id: number): { readonly row: RecipeVersionRow; readonly settings: RecipeSettings } {
    const row = this.#table.find(id);
    if (!row) throw damaged(`The recipe version ${id} is gone.`);
    return { row, settings: readSettings(row) };
  }

  #add(settings: RecipeSettings, author: string, reason: string, origin: Origin, before?: Recipe): Recipe {
    const wanted = checked(settings);
    const { name } = wanted;
    const others = this.#newest().filter((recipe) => recipe.id !== before?.id);
    if (others.some((recipe) => sameName(recipe.name, name)))
      throw new LoupeError('recipe.name_taken', { name });
    const id = this.#table.nextId();
    const text = settingsText(wanted);
    const version = (before?.version ?? 0) + 1;
    const row = this.#table.insert({
      id,
      recipe_id: before?.id ?? this.#lastId() + 1,
      version,
      settings: text,
      sha256: sha256(text),
      author,
      reason,
      made_at: this.#clock.now(),
    });
    this.#audit.add({
      actor: author,
      action: origin.action,
      subject: `recipe ${row.recipe_id}`,
      reason,
      detail: { name, version, row: id, sha256: row.sha256, ...(origin.from && { from: origin.from }) },
    });
    return toRecipe(row, version);
  }

  #find(ref: RecipeRef): Recipe {
    const row = this.row(ref);
    return toRecipe(row, this.#rows(ref.recipeId).length);
  }

  #versions(recipeId: number): Recipe[] {
    const rows = this.#rows(recipeId);
    if (rows.length === 0) throw notFound(`Recipe ${recipeId}`);
    return rows.map((row) => toRecipe(row, rows.length));
  }

  /** In order, without gaps: a version that an index hides would make an older one the newest. */
  #rows(recipeId: number): RecipeVersionRow[] {
    const rows = this.#ofRecipe.all(recipeId).map((row) => this.#table.verify(row));
    if (rows.some((row, i) => row.version !== i + 1))
      throw damaged(`Versions of recipe ${recipeId} are gone.`);
    return rows;
  }

  #lastId(): number {
    return Math.max(0, ...this.#newest().map((recipe) => recipe.id));
  }

  #newest(): Recipe[] {
    const newest = new Map<number, RecipeVersionRow>();
    for (const row of this.#all.all()) newest.set(row.recipe_id, this.#table.verify(row));
    return [...newest.values()].map((row) => toRecipe(row, row.version));
  }
}

/** The page's schema has looked already; the command line and imported files come without one. */
function checked(settings: RecipeSettings): RecipeSettings {
  const parsed = RecipeSettings.safeParse(settings);
  if (parsed.success) return parsed.data;
  const reasons = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new LoupeError('recipe.invalid', { reason: reasons.join('; ') });
}

const readSettings = (row: RecipeVersionRow): RecipeSettings =>
  RecipeSettings.parse(JSON.parse(row.settings));

const toRecipe = (row: RecipeVersionRow, versions: number): Recipe => ({
  ...readSettings(row),
  id: row.recipe_id,
  version: row.version,
  versions,
  author: row.author,
  reason: row.reason,
  createdAt: row.made_at,
  sha256: row.sha256,
});
