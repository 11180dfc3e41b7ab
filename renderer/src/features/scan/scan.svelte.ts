// What a scanned code does: it chooses a recipe, finds a part of the open run, or is the lot of the next one.
// Runs in the page.
import { LoupeError } from '../../../../models/errors.ts';
import { texts } from '../../lib/texts.ts';
import type { App } from '../../state/app.svelte.ts';
import { findParts, findRecipe, findScannedRecipe, GIVE_UP_MS, ScanReader } from './reader.ts';

/** Without a setting: with Shift and 4 on most keyboards, never a dead key, and in hardly any name. */
export const USUAL_PREFIX = '$';

export class Scanner {
  readonly #app: App;
  readonly #reader = new ScanReader();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The last scan on the first screen, and how to take it back. */
  last = $state.raw<{ text: string; undo: () => void } | null>(null);

  constructor(app: App) {
    this.#app = app;
  }

  get prefix(): string {
    return this.#app.preferences.current.scanPrefix ?? USUAL_PREFIX;
  }

  /** Sees every key before anybody else; answers whether it belongs to a scan. */
  take(event: KeyboardEvent): boolean {
    const { taken, code, typed } = this.#reader.take(event, this.prefix);
    if (typed !== undefined) insert(typed);
    clearTimeout(this.#timer);
    if (taken) {
      event.preventDefault();
      event.stopPropagation();
      this.#timer = setTimeout(() => insert(this.#reader.giveUp(performance.now(), this.prefix)), GIVE_UP_MS);
    }
    if (code !== undefined) this.onCode(code);
    return taken;
  }

  onCode(code: string): void {
    const { view, intake, notices, recipes, run } = this.#app;
    notices.forget('scan.unknown');
    // A sheet that asks for something gets what is scanned.
    if (document.activeElement?.closest('dialog') != null) {
      insert(code);
      return;
    }
    const inRun = view.screen === 'run' && run.current !== null;
    const find = inRun ? findScannedRecipe : findRecipe;
    const recipe = find(recipes.list, code);
    if (recipe !== null) this.choose(recipe.id, texts.station.scan.recipe(recipe.name));
    else if (inRun) this.#find(code);
    else if (view.screen === 'start') {
      const before = intake.lot;
      intake.lot = code;
      this.#tell(texts.station.scan.lot(code), () => (intake.lot = before));
    } else notices.fail(new LoupeError('scan.unknown', { code }));
  }

  /** The next run uses this recipe. */
  choose(recipeId: number, text: string): void {
    const { intake } = this.#app;
    const before = intake.recipeId;
    const { screen } = this.#app.view;
    this.#app.startWith(recipeId);
    this.#tell(text, () => {
      intake.recipeId = before;
      this.#app.view.screen = screen;
    });
  }

  undo(): void {
    const { last } = this;
    this.last = null;
    last?.undo();
  }

  #tell(text: string, undo: () => void): void {
    this.last = { text, undo };
    this.#app.notices.spoken = text;
  }

  #find(code: string): void {
    const { run, list, view, notices } = this.#app;
    const found = findParts(run.parts, code);
    const [seq] = found;
    if (seq === undefined) {
      notices.fail(new LoupeError('scan.unknown', { code }));
      return;
    }
    view.filter = 'all';
    view.human = 'any';
    view.kind = null;
    view.search = found.length === 1 ? '' : code;
    list.rebuild();
    list.selectSeq(seq);
    view.depth = found.length === 1 ? 'part' : 'grid';
    notices.say(texts.station.scan.part(run.parts[seq]?.name ?? code));
  }
}

/** As if it had been typed into the field that has the focus. */
function insert(text: string): void {
  const field = document.activeElement;
  if (text === '' || !(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement)) return;
  const [from, to] = [field.selectionStart, field.selectionEnd];
  if (from === null || to === null) return;
  field.setRangeText(text, from, to, 'end');
  field.dispatchEvent(new Event('input', { bubbles: true }));
}
