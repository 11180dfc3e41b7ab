// The start of an inspection: what was dropped or chosen, the words for the part, and the request to inspect.
// Runs in the page.
import type { Run, Watch } from '../../../electron/common/domain.ts';
import { LoupeError, toErrorValue, type ErrorValue } from '../../../models/errors.ts';
import { call, pathsOf } from '../lib/client.ts';
import { baseName } from '../lib/format.ts';
import { texts } from '../lib/texts.ts';

export class Intake {
  inputs = $state.raw<readonly string[]>([]);
  product = $state('');
  /** The recipe that brings its own words; null = words typed by hand. */
  recipeId = $state<number | null>(null);
  lot = $state('');
  /** Goes on with what comes into the folder; null = what is there. */
  watch = $state<Watch | null>(null);
  /** A request to inspect is under way. */
  busy = $state(false);
  /** Files hover over the window. */
  hovering = $state(false);
  error = $state.raw<ErrorValue | null>(null);
  /** What is missing, in a few words. */
  hint = $state('');
  readonly #earlier: () => readonly Run[];

  constructor(earlier: () => readonly Run[]) {
    this.#earlier = earlier;
  }

  take(inputs: readonly string[]): void {
    if (inputs.length === 0) return;
    this.inputs = inputs;
    this.error = null;
    this.hint = '';
    // The same folder was inspected before: its words are most likely the right ones again.
    const source = inputs.map(baseName).join(', ');
    if (this.product === '')
      this.product = this.#earlier().find((run) => run.source === source)?.product ?? '';
  }

  drop(files: Iterable<File>): void {
    const paths = pathsOf(files);
    if (paths.length === 0) this.hint = texts.start.noPath;
    this.take(paths);
  }

  async choose(what: 'folder' | 'files'): Promise<void> {
    try {
      this.take(await call('files.choose', { what }));
    } catch (thrown) {
      this.error = toErrorValue(thrown);
    }
  }

  clear(): void {
    this.inputs = [];
    this.watch = null;
    this.hint = '';
    this.error = null;
  }

  /** Answers the started run, or null with `hint` or `error` set. */
  async start(): Promise<Run | null> {
    const product = this.product.trim();
    this.error = null;
    this.hint = '';
    if (this.inputs.length === 0) this.hint = texts.start.nothingChosen;
    else if (product === '' && this.recipeId === null) this.error = new LoupeError('text.empty').toValue();
    if (this.busy || this.hint !== '' || this.error !== null) return null;
    this.busy = true;
    try {
      const lot = this.lot.trim();
      const { recipeId, watch } = this;
      const start = {
        inputs: [...this.inputs],
        ...(lot !== '' && { lot }),
        ...(watch !== null && { watch }),
      };
      const run = await call(
        'run.start',
        recipeId === null ? { ...start, product } : { ...start, recipe: { recipeId } },
      );
      this.inputs = [];
      this.product = '';
      this.lot = '';
      this.watch = null;
      return run;
    } catch (thrown) {
      this.error = toErrorValue(thrown);
      return null;
    } finally {
      this.busy = false;
    }
  }
}
