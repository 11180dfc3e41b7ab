// Lets only so many pieces of work go on at a time; the others wait in the order in which they came.
// Runs anywhere.

export class Gate {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(limit: number) {
    this.#free = limit;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift(); // hands its place over, so that nobody can slip in between
      if (next) next();
      else this.#free++;
    }
  }
}
