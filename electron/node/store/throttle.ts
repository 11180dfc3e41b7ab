// Wrong PINs cost time: after a few, each further try waits longer. By the steady clock, so that moving the computer's does not help.
// Runs in the history service (Node).

/** Slips of gloved fingers. */
const FREE = 4;
const FIRST_WAIT_MS = 30_000;
/** At four tries an hour ten thousand PINs take more than three months. */
const LONGEST_WAIT_MS = 15 * 60_000;

/** How long the next try waits after so many wrong ones in a row. */
export const waitAfter = (wrong: number): number =>
  wrong <= FREE ? 0 : Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (wrong - FREE - 1));

interface Tries {
  wrong: number;
  /** On the steady clock. */
  until: number;
}

export class Throttle {
  readonly #steady: () => number;
  /** Wrong tries in a row that the history knows of: a program that was started anew has forgotten none. */
  readonly #before: (personId: number) => number;
  readonly #tries = new Map<number, Tries>();

  constructor(before: (personId: number) => number, steady: () => number = () => performance.now()) {
    this.#before = before;
    this.#steady = steady;
  }

  /** Whole seconds until this person may try; 0: now. */
  seconds(personId: number): number {
    return Math.max(0, Math.ceil((this.#of(personId).until - this.#steady()) / 1000));
  }

  /** Answers the seconds that the next try has to wait. */
  wrong(personId: number): number {
    const tries = this.#of(personId);
    tries.wrong++;
    tries.until = this.#steady() + waitAfter(tries.wrong);
    return this.seconds(personId);
  }

  right(personId: number): void {
    this.#tries.set(personId, { wrong: 0, until: 0 });
  }

  #of(personId: number): Tries {
    const known = this.#tries.get(personId);
    if (known) return known;
    const wrong = this.#before(personId);
    const fresh = { wrong, until: this.#steady() + waitAfter(wrong) };
    this.#tries.set(personId, fresh);
    return fresh;
  }
}
