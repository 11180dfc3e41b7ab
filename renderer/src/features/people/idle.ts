// How long nobody has touched anything: after the chosen time the screen locks.
// Runs in the page (pure; the clock comes in as an argument).

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
