// How long nobody has touched anything: after the chosen time, or the one that IT decided, the screen locks.
// Runs in the page (pure; the clock comes in as an argument).

/** What the policy of the IT department says wins over what a manager chose. */
export const lockAfter = (chosen: number, ruled: number | null): number => ruled ?? chosen;

export class IdleClock {
  readonly #now: () => number;
  #touched: number;

  /** Milliseconds that nobody sets, unlike the computer's time. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#touched = now();
  }

  touch(): void {
    this.#touched = this.#now();
  }

  /** 0 minutes: never. */
  isDue(minutes: number): boolean {
    return minutes > 0 && this.#now() - this.#touched >= minutes * 60_000;
  }
}
