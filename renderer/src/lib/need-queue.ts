// Loads what is needed on the screen: newest need first, a few at a time, aborted when nobody needs it any more.
// Runs anywhere (pure; the loading function is given).

interface Job<V> {
  waiting: Set<(value: V | null) => void>;
  controller: AbortController | null;
}

export class NeedQueue<K, V> {
  readonly #load: (key: K, signal: AbortSignal) => Promise<V | null>;
  readonly #limit: number;
  readonly #settle: number;
  readonly #jobs = new Map<K, Job<V>>();
  /** Newest last; keys whose job is gone or already started are skipped when taken. */
  #stack: K[] = [];
  #running = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;

  /** `settle`: milliseconds before a need is acted on, so that a fling over thousands of parts asks for almost none. */
  constructor(load: (key: K, signal: AbortSignal) => Promise<V | null>, limit: number, settle = 20) {
    this.#load = load;
    this.#limit = limit;
    this.#settle = settle;
  }

  get running(): number {
    return this.#running;
  }

  /** Calls `done` once with what was loaded, or null where there is none. Returns the function that ends the need. */
  need(key: K, done: (value: V | null) => void): () => void {
    let job = this.#jobs.get(key);
    if (job === undefined) {
      job = { waiting: new Set(), controller: null };
      this.#jobs.set(key, job);
      this.#stack.push(key);
      this.#schedule();
    }
    const owner = job;
    owner.waiting.add(done);
    return () => {
      if (!owner.waiting.delete(done) || owner.waiting.size > 0) return;
      if (this.#jobs.get(key) === owner) this.#jobs.delete(key);
      owner.controller?.abort();
    };
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#pump();
    }, this.#settle);
  }

  #pump(): void {
    while (this.#running < this.#limit) {
      const key = this.#stack.pop();
      if (key === undefined) return;
      const job = this.#jobs.get(key);
      if (job?.controller === null) void this.#run(key, job);
    }
    // What was scrolled away leaves stale keys behind; drop them before they pile up.
    if (this.#stack.length > 4 * this.#jobs.size + 64) {
      this.#stack = this.#stack.filter((key) => this.#jobs.get(key)?.controller === null);
    }
  }

  async #run(key: K, job: Job<V>): Promise<void> {
    job.controller = new AbortController();
    this.#running++;
    let value: V | null = null;
    try {
      value = await this.#load(key, job.controller.signal);
    } catch {
      // Aborted, or not there: the caller shows a placeholder either way.
    }
    this.#running--;
    if (this.#jobs.get(key) === job) this.#jobs.delete(key);
    for (const done of [...job.waiting]) done(value);
    job.waiting.clear();
    this.#pump();
  }
}
