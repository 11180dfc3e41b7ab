// Tells the workstation which waiting parts are on the screen, so that these are inspected next.
// Runs in the page.
import { untrack } from 'svelte';
import { call } from '../lib/client.ts';
import type { RunStore } from './run.svelte.ts';

/** While a list is scrolled fast nobody looks at anything. */
const REST_MS = 150;
/** A list that results or a finger never let rest is told of all the same. */
const LONGEST_MS = 1000;
/** More than any screen shows; the contract takes no more. */
const MOST = 500;

export class Looking {
  readonly #run: RunStore;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** What was on the screen last; results make a new list of the same parts again and again. */
  #seen = '';
  /** Since when it has not rested; null = nothing is to be told. */
  #since: number | null = null;
  #told = '';

  constructor(run: RunStore) {
    this.#run = run;
  }

  /** The parts (seq) that are on the screen now, the most important one first. */
  at(seqs: ArrayLike<number>): void {
    const { active } = this.#run;
    // Every progress makes another object of the run: an effect that depended on it would begin anew each time.
    const runId = untrack(() => this.#run.current?.id);
    if (runId === undefined || !active) {
      this.#rest();
      this.#seen = this.#told = '';
      return;
    }
    const seen = `${runId}: ${Array.from(seqs).join()}`;
    if (seen === this.#seen) return;
    this.#seen = seen;
    const now = performance.now();
    const since = this.#since ?? now;
    this.#rest();
    this.#since = since;
    const wait = Math.min(REST_MS, Math.max(0, since + LONGEST_MS - now));
    this.#timer = setTimeout(() => {
      this.#since = null;
      this.#tell(runId, seqs);
    }, wait);
  }

  #rest(): void {
    clearTimeout(this.#timer);
    this.#since = null;
  }

  #tell(runId: number, seqs: ArrayLike<number>): void {
    if (this.#run.current?.id !== runId) return;
    const waiting = Array.from(seqs).filter((seq) => this.#run.parts[seq]?.state === 'pending');
    const told = `${runId}: ${waiting.join()}`;
    if (waiting.length === 0 || told === this.#told) return;
    this.#told = told;
    // Only the order is at stake: a run that ended meanwhile, or a screen that was locked, is no trouble to anybody.
    call('run.look', { runId, seqs: waiting.slice(0, MOST) }).catch(() => undefined);
  }
}
