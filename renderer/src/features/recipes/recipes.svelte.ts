// The recipes: their list, the one that is looked at with its versions, and what is asked of the history for them.
// Runs in the page.
import type { Recipe, RecipeSettings } from '../../../../electron/common/recipe.ts';
import { call } from '../../lib/client.ts';
import { texts } from '../../lib/texts.ts';
import { attempt } from '../../state/attempt.ts';
import type { Notices } from '../../state/notices.svelte.ts';

export class RecipeStore {
  readonly #notices: Notices;
  /** A recipe or a version more: what was told of the newest one is out of date. */
  readonly #onVersion: () => void;
  /** The newest version of each, by name. */
  list = $state.raw<readonly Recipe[]>([]);
  /** All versions of the recipe that is looked at, newest first. */
  versions = $state.raw<readonly Recipe[]>([]);
  /** The version that is looked at, and the one beside it. */
  version = $state<number | null>(null);
  beside = $state<number | null>(null);
  /** A new recipe is being made: photographs, then thresholds, then its name. */
  guided = $state(false);
  /** The sheet that keeps what is on the screen as a recipe is open. */
  keeping = $state(false);
  /** The sheet that changes the recipe that is looked at is open. */
  changing = $state(false);
  busy = $state(false);

  readonly shown = $derived(this.versions.find((recipe) => recipe.version === this.version) ?? null);
  readonly compared = $derived(this.versions.find((recipe) => recipe.version === this.beside) ?? null);

  constructor(notices: Notices, onVersion: () => void = () => undefined) {
    this.#notices = notices;
    this.#onVersion = onVersion;
  }

  load(): Promise<void> {
    return this.#attempt(async () => {
      this.list = await call('recipe.list');
      if (this.shown === null && this.list[0] !== undefined) await this.#show(this.list[0].id);
    });
  }

  show(recipeId: number): Promise<void> {
    return this.#attempt(() => this.#show(recipeId));
  }

  duplicate(recipe: Recipe, name: string): Promise<void> {
    return this.#attempt(async () => {
      const copy = await call('recipe.duplicate', { recipeId: recipe.id, version: recipe.version, name });
      await this.#reload(copy.id);
    });
  }

  export(recipe: Recipe): Promise<void> {
    return this.#attempt(async () => {
      const written = await call('recipe.export', { recipeId: recipe.id, version: recipe.version });
      if (written !== null) this.#notices.say(texts.recipes.exported(written.path));
    });
  }

  import(): Promise<void> {
    return this.#attempt(async () => {
      const recipe = await call('recipe.import', {});
      if (recipe === null) return;
      this.#onVersion();
      await this.#reload(recipe.id);
      this.#notices.say(texts.recipes.imported(recipe.name));
    });
  }

  /** A new recipe, or a new version on top of `base`; null when it was refused (and said so). */
  async keep(settings: RecipeSettings, reason: string, base: Recipe | null): Promise<Recipe | null> {
    let kept: Recipe | null = null;
    await this.#attempt(async () => {
      const on = base === null ? {} : { recipeId: base.id, basedOn: base.version };
      kept = await call('recipe.save', { settings, reason, ...on });
      this.#onVersion();
      await this.#reload(kept.id);
      this.#notices.say(texts.recipes.saved(kept.name, kept.version));
    });
    return kept;
  }

  async #reload(recipeId: number): Promise<void> {
    this.list = await call('recipe.list');
    await this.#show(recipeId);
  }

  async #show(recipeId: number): Promise<void> {
    this.versions = await call('recipe.versions', { recipeId });
    this.version = this.versions[0]?.version ?? null;
    this.beside = null;
  }

  async #attempt(action: () => Promise<void>): Promise<void> {
    await attempt(this, this.#notices, action);
  }
}
