// A gate that work waits at: `passed` settles while the gate is open, and when it is opened.
// Runs in the main process (Node).
export class Gate {
  #passed: Promise<void> = Promise.resolve();
  /** Null while the gate is open. */
  #letPass: (() => void) | null = null;

  get isOpen(): boolean {
    return this.#letPass === null;
  }

  get passed(): Promise<void> {
    return this.#passed;
  }

  open(): void {
    this.#letPass?.();
    this.#letPass = null;
  }

  close(): void {
    if (this.isOpen) this.#passed = new Promise((resolve) => (this.#letPass = resolve));
  }
}
