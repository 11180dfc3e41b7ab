// The two thresholds: the draft under the operator's hand, the saved pair, and what lies between. Nothing is ever inspected again.
// Runs in the page.
import type { Thresholds } from '../../../electron/common/domain.ts';
import { call } from '../lib/client.ts';
import { countVerdicts, movesBetween } from '../lib/histogram.ts';
import { texts } from '../lib/texts.ts';
import type { Notices } from './notices.svelte.ts';
import type { RunStore } from './run.svelte.ts';
import type { Undoable, UndoStack } from './undo.svelte.ts';

export type Handle = 'review' | 'reject';

const STEPS = 1000;
const NONE: Thresholds = { review: 0.5, reject: 0.5 };
/** Keys change a threshold step by step: it is saved once they rest. */
const KEY_REST_MS = 500;
/** How long "saved" stands where the proposals are otherwise. */
const SAID_MS = 4000;

export class ThresholdStore {
  readonly #run: RunStore;
  readonly #notices: Notices;
  readonly #undo: UndoStack;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #sent: Thresholds | null = null;
  #said: ReturnType<typeof setTimeout> | undefined;
  draft = $state.raw<Thresholds | null>(null);
  /** The last save succeeded and nothing was moved since. */
  justSaved = $state(false);
  /** Whether the person who is on may; the history refuses it as well. */
  mayMove: () => boolean = () => true;

  readonly saved = $derived.by(() => this.#run.current?.thresholds ?? NONE);
  readonly current = $derived.by(() => this.draft ?? this.saved);
  readonly counts = $derived.by(() => {
    void this.#run.version;
    return {
      ...countVerdicts(this.#run.sorted, this.current),
      failed: this.#run.failed,
      scored: this.#run.sorted.length,
    };
  });
  readonly judgedDoubtful = $derived.by(() => {
    void this.#run.version;
    return countVerdicts(this.#run.judged, this.current).review;
  });
  readonly moves = $derived.by(() => {
    void this.#run.version;
    return this.draft === null ? [] : movesBetween(this.#run.sorted, this.saved, this.draft);
  });

  constructor(run: RunStore, notices: Notices, undo: UndoStack) {
    this.#run = run;
    this.#notices = notices;
    this.#undo = undo;
  }

  /** Moves one handle; the other one is a wall. */
  move(handle: Handle, value: number): void {
    if (!this.mayMove()) return;
    const at = this.current;
    const rounded = Math.round(Math.min(1, Math.max(0, value)) * STEPS) / STEPS;
    this.justSaved = false;
    this.draft =
      handle === 'review'
        ? { review: Math.min(rounded, at.reject), reject: at.reject }
        : { review: at.review, reject: Math.max(rounded, at.review) };
  }

  /** For keys: moves, and saves after a rest. */
  nudge(handle: Handle, value: number): void {
    this.move(handle, value);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.commit(), KEY_REST_MS);
  }

  /** Both at once, as proposed; saved as a drag is, and taken back as one. */
  propose(to: Thresholds): void {
    if (!this.mayMove()) return;
    this.justSaved = false;
    this.draft = to;
    void this.commit();
  }

  /** Back to the saved pair while a drag goes on. */
  cancel(): void {
    clearTimeout(this.#timer);
    this.draft = null;
  }

  async commit(): Promise<void> {
    clearTimeout(this.#timer);
    const { draft } = this;
    // What undo leads back to: the pair that was sent last, even when its answer is still on the way.
    const saved = this.#sent ?? this.saved;
    const run = this.#run.current;
    if (draft === null || run === null) return;
    if (draft.review === saved.review && draft.reject === saved.reject) {
      // On its way already: shown until the answer comes.
      if (this.#sent === null) this.draft = null;
      return;
    }
    // On the stack before the answer: an undo right after the change must find this one, not the one before.
    const action: Undoable = {
      revert: async () => {
        this.justSaved = false;
        await this.#save(run.id, saved);
        return texts.notices.thresholdsBack;
      },
    };
    this.#undo.push(action);
    if (await this.#save(run.id, draft)) {
      this.justSaved = true;
      clearTimeout(this.#said);
      this.#said = setTimeout(() => (this.justSaved = false), SAID_MS);
    } else {
      this.#undo.drop(action);
    }
  }

  async #save(runId: number, thresholds: Thresholds): Promise<boolean> {
    const isNewest = (): boolean => this.draft === null || this.draft === thresholds;
    this.draft = thresholds;
    this.#sent = thresholds;
    try {
      const run = await call('run.thresholds', { runId, thresholds });
      this.#run.onChanged(run);
      return true;
    } catch (thrown) {
      this.#notices.fail(thrown, texts.notices.thresholdsNotSaved);
      return false;
    } finally {
      if (this.#sent === thresholds) this.#sent = null;
      // A handle that was moved on while this was saved keeps its draft.
      if (isNewest()) this.draft = null;
    }
  }
}
