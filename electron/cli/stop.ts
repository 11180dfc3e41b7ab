// Ctrl-C: the first one lets the photographs under way finish, the second one ends the program at once.
// Runs in Node (command line).
import { EXIT } from './exit-codes.ts';

export class Stop {
  #requested = false;
  #graceful = false;
  #listener: (() => void) | null = null;

  constructor() {
    process.on('SIGINT', () => {
      if (this.#requested || !this.#graceful) process.exit(EXIT.interrupted);
      this.#requested = true;
      this.#listener?.();
    });
  }

  get requested(): boolean {
    return this.#requested;
  }

  /** Calls `listener` at the first Ctrl-C, which no longer ends the program then; the answer takes that back. */
  onRequest(listener: () => void): () => void {
    const graceful = this.#graceful;
    this.#listener = listener;
    this.#graceful = true;
    return () => {
      this.#listener = null;
      this.#graceful = graceful;
    };
  }

  /** From here on there are results to finish and to sum up; before, there is nothing to wait for. */
  holdResults(): void {
    this.#graceful = true;
  }
}
