// Tells the workstation which waiting parts are on the screen, so that these are inspected next.
// Runs in the page.
import { call } from '../lib/client.ts';
import type { RunStore } from './run.svelte.ts';

/** While a list is scrolled fast nobody looks at anything. */
const REST_MS = 150;
/** More than any screen shows; the contract takes no more. */
const MOST = 500;

export class Looking {
  readonly #run: RunStore;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #told = '';

  constructor(run: RunStore) {
    this.#run = run;
  }

  /** The parts (seq) that are on the screen now, the most important one first. */
  at(seqs: ArrayLike<number>): void {
    clearTimeout(this.#timer);
    const { current, active } = this.#run;
    if (current === null || !active) return;
    this.#timer = setTimeout(() => this.#tell(current.id, seqs), REST_MS);
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
