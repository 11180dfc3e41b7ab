// Ctrl-C: the first one lets the photographs under way finish, the second one ends the program at once.
// Runs in Node (command line).
import { EXIT } from './exit-codes.ts';

export class Stop {
  #requested = false;
  #graceful = false;

  constructor() {
    process.on('SIGINT', () => {
      if (this.#requested || !this.#graceful) process.exit(EXIT.interrupted);
      this.#requested = true;
    });
  }

  get requested(): boolean {
    return this.#requested;
  }

  /** From here on there are results to finish and to sum up; before, there is nothing to wait for. */
  holdResults(): void {
    this.#graceful = true;
  }
}
