// The parts on the screen: filtered, sorted, searched; which one is selected. Rebuilt no more often than it can be afforded.
// Runs in the page.
import type { Part } from '../../../electron/common/domain.ts';
import { buildOrder, nextToJudge } from '../lib/list.ts';
import type { RunStore } from './run.svelte.ts';
import type { ThresholdStore } from './thresholds.svelte.ts';
import type { ViewState } from './view.svelte.ts';

/** A rebuild may take at most about a tenth of the time. */
const REST_FACTOR = 10;
const SHORTEST_REST_MS = 100;

export class ListStore {
  readonly #run: RunStore;
  readonly #view: ViewState;
  readonly #thresholds: ThresholdStore;
  order = $state.raw<Uint32Array>(new Uint32Array(0));
  /** Position (seq) of the selected part. */
  selected = $state.raw<number | null>(null);
  /** Grows when the operator moved and the grid must bring the selected part into view. */
  reveal = $state(0);
  /** Place in the list by seq; -1 = not in the list. */
  #indexOf = new Int32Array(0);
  #lastIndex = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #notBefore = 0;

  readonly part = $derived.by<Part | null>(() => {
    void this.#run.version;
    return this.selected === null ? null : (this.#run.parts[this.selected] ?? null);
  });
  /** Place of the selected part in the list; -1 when the filter or the search leaves it out. */
  readonly index = $derived.by(() => {
    void this.order;
    return this.selected === null ? -1 : (this.#indexOf[this.selected] ?? -1);
  });

  constructor(run: RunStore, view: ViewState, thresholds: ThresholdStore) {
    this.#run = run;
    this.#view = view;
    this.#thresholds = thresholds;
  }

  /** The operator asked for another list: at once. */
  rebuild(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const started = performance.now();
    const { filter, sort, search } = this.#view;
    const thresholds = this.#thresholds.current;
    const order = buildOrder(this.#run.parts, { filter, sort, search, thresholds });
    this.#indexOf = new Int32Array(this.#run.parts.length).fill(-1);
    for (let i = 0; i < order.length; i++) this.#indexOf[order[i]!] = i;
    this.order = order;
    this.#keepSelection();
    const now = performance.now();
    this.#notBefore = now + Math.max(SHORTEST_REST_MS, REST_FACTOR * (now - started));
  }

  /** Scores or thresholds changed: soon. */
  rebuildSoon(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => this.rebuild(), Math.max(0, this.#notBefore - performance.now()));
  }

  select(index: number): void {
    const seq = this.order[index];
    if (seq === undefined) return;
    this.selected = seq;
    this.#lastIndex = index;
    this.reveal++;
  }

  selectSeq(seq: number): void {
    this.selected = seq;
    this.#lastIndex = Math.max(0, this.index);
    this.reveal++;
  }

  /** `by` places on; from a part that the list left out, from where it was. */
  step(by: number): void {
    const from = this.index >= 0 ? this.index : this.#lastIndex - (by > 0 ? 1 : 0);
    this.select(Math.min(this.order.length - 1, Math.max(0, from + by)));
  }

  /** The next part to judge; answers whether there was one. */
  advance(): boolean {
    const from = this.index >= 0 ? this.index : this.#lastIndex - 1;
    const next = nextToJudge(this.order, this.#run.parts, from, this.#view.filter, this.#thresholds.current);
    if (next < 0) return false;
    this.select(next);
    return true;
  }

  /** In the grid the selection stays inside the list; an open part stays open whatever the list does. */
  #keepSelection(): void {
    if (this.index >= 0) {
      this.#lastIndex = this.index;
      return;
    }
    if (this.#view.depth === 'part' && this.selected !== null) return;
    this.selected = this.order[Math.min(this.#lastIndex, this.order.length - 1)] ?? null;
  }
}
