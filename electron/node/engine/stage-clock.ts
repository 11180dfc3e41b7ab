// Measures the stages of an image although several images share one thread.
// Runs in the inference service (Node).

/**
 * ONNX Runtime's `run()` and the resizing block this thread. While they do, the answer to another image's decoding
 * waits, although the decoding itself went on beside them. That wait is taken off again, so that the stages of all
 * images together never exceed the time that passed.
 */
export class StageClock {
  /** Milliseconds that this thread has spent in work that blocks it. */
  #blocked = 0;

  /** Work that blocks the thread, also when it comes as a promise. Returns its value and its milliseconds. */
  async blocking<T>(work: () => T | Promise<T>): Promise<[value: T, ms: number]> {
    const [value, ms] = await this.beside(async () => work());
    this.#blocked += ms;
    return [value, ms];
  }

  /** Work that other threads or the system do. Returns its value and its milliseconds, less what blocked this thread. */
  async beside<T>(work: () => Promise<T>): Promise<[value: T, ms: number]> {
    const start = performance.now();
    const blockedBefore = this.#blocked;
    const value = await work();
    return [value, Math.max(performance.now() - start - (this.#blocked - blockedBefore), 0)];
  }
}
