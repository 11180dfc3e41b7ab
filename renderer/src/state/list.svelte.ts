// The parts on the screen: filtered, sorted, searched; which one is selected, and which are chosen together. Rebuilt no more
// often than it can be afforded. Runs in the page.
/* eslint-disable svelte/prefer-svelte-reactivity -- no set is ever changed once it is shown: another choice is another set */
import type { Part } from '../../../electron/common/domain.ts';
import { buildOrder, nextToJudge } from '../lib/list.ts';
import type { RunStore } from './run.svelte.ts';
import type { ThresholdStore } from './thresholds.svelte.ts';
import type { ViewState } from './view.svelte.ts';

/** A rebuild may take at most about a tenth of the time. */
const REST_FACTOR = 10;
const SHORTEST_REST_MS = 100;
const NOBODY: ReadonlySet<number> = new Set();

export class ListStore {
  readonly #run: RunStore;
  readonly #view: ViewState;
  readonly #thresholds: ThresholdStore;
  order = $state.raw<Uint32Array>(new Uint32Array(0));
  /** Position (seq) of the selected part. */
  selected = $state.raw<number | null>(null);
  /** Positions (seq) of the parts that are chosen together; empty unless there are several. */
  chosen = $state.raw<ReadonlySet<number>>(NOBODY);
  /** Grows when the operator moved and the grid must bring the selected part into view. */
  reveal = $state(0);
  /** Place in the list by seq; -1 = not in the list. */
  #indexOf = new Int32Array(0);
  #lastIndex = 0;
  /** Where a range began. */
  #anchor = 0;
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
  /** Position (seq) of the part that a verdict leads to; undefined when none waits. */
  readonly upcoming = $derived.by(() => {
    void this.#run.version;
    return this.order[this.#nextToJudge()];
  });

  constructor(run: RunStore, view: ViewState, thresholds: ThresholdStore) {
    this.#run = run;
    this.#view = view;
    this.#thresholds = thresholds;
  }

  /** What a verdict is given to: the chosen parts in the order of the list, or the selected one. */
  get targets(): Part[] {
    if (this.chosen.size === 0) return this.part === null ? [] : [this.part];
    const seqs = [...this.chosen].sort((a, b) => (this.#indexOf[a] ?? -1) - (this.#indexOf[b] ?? -1));
    return seqs.flatMap((seq) => this.#run.parts[seq] ?? []);
  }

  /** The operator asked for another list: at once. */
  rebuild(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const started = performance.now();
    const { filter, sort, search, human, kind } = this.#view;
    const thresholds = this.#thresholds.current;
    const order = buildOrder(this.#run.parts, { filter, sort, search, human, kind, thresholds });
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

  /** One part alone. */
  select(index: number): void {
    this.chosen = NOBODY;
    this.#anchor = index;
    this.#goTo(index);
  }

  selectSeq(seq: number): void {
    this.chosen = NOBODY;
    this.selected = seq;
    this.#lastIndex = this.#anchor = Math.max(0, this.index);
    this.reveal++;
  }

  /** Everything from where the range began to here. */
  extendTo(index: number): void {
    if (index < 0 || index >= this.order.length) return;
    if (this.chosen.size === 0 && this.index >= 0) this.#anchor = this.index;
    this.#goTo(index);
    const [from, to] = [Math.min(this.#anchor, index), Math.max(this.#anchor, index)];
    this.chosen = from === to ? NOBODY : new Set(this.order.subarray(from, to + 1));
  }

  /** One part more or less. */
  toggle(index: number): void {
    const seq = this.order[index];
    if (seq === undefined) return;
    const before = this.chosen.size > 0 || this.selected === null ? this.chosen : [this.selected];
    const chosen = new Set(before);
    if (!chosen.delete(seq)) chosen.add(seq);
    this.#anchor = index;
    this.#goTo(index);
    this.chosen = chosen;
    // One that is left is simply the selected one.
    if (chosen.size === 1) {
      this.selectSeq([...chosen][0]!);
    }
  }

  chooseAll(): void {
    if (this.order.length > 1) this.chosen = new Set(this.order);
  }

  chooseNone(): void {
    this.chosen = NOBODY;
  }

  /** `by` places on; from a part that the list left out, from where it was. */
  step(by: number): void {
    const from = this.index >= 0 ? this.index : this.#lastIndex - (by > 0 ? 1 : 0);
    this.select(Math.min(this.order.length - 1, Math.max(0, from + by)));
  }

  /** The next part to judge; answers whether there was one. */
  advance(): boolean {
    const next = this.#nextToJudge();
    if (next < 0) return false;
    this.select(next);
    return true;
  }

  #goTo(index: number): void {
    const seq = this.order[index];
    if (seq === undefined) return;
    this.selected = seq;
    this.#lastIndex = index;
    this.reveal++;
  }

  #nextToJudge(): number {
    const from = this.index >= 0 ? this.index : this.#lastIndex - 1;
    const { filter, human, kind } = this.#view;
    const thresholds = this.#thresholds.current;
    return nextToJudge(this.order, this.#run.parts, from, { filter, human, kind, thresholds });
  }

  /** In the grid the selection stays inside the list; an open part stays open whatever the list does. */
  #keepSelection(): void {
    // A verdict must never reach a part that the operator no longer sees in the list.
    if (this.chosen.size > 0) {
      const kept = [...this.chosen].filter((seq) => this.#indexOf[seq]! >= 0);
      if (kept.length < this.chosen.size) this.chosen = kept.length > 1 ? new Set(kept) : NOBODY;
    }
    if (this.index >= 0) {
      this.#lastIndex = this.index;
      return;
    }
    if (this.#view.depth === 'part' && this.selected !== null) return;
    this.selected = this.order[Math.min(this.#lastIndex, this.order.length - 1)] ?? null;
  }
}
