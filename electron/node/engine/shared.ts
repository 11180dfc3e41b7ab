// Keeps a costly thing as long as somebody uses it: an opened pack, a network in memory.
// Runs anywhere.

interface Entry<T> {
  users: number;
  readonly value: Promise<T>;
}

export interface Lease<T> {
  readonly value: T;
  release(): void;
}

/** Things by key, made once for all their users and disposed of when the last one releases it. */
export class SharedPool<T> {
  readonly #entries = new Map<string, Entry<T>>();
  readonly #dispose: (value: T) => void;

  constructor(dispose: (value: T) => void = () => undefined) {
    this.#dispose = dispose;
  }

  /** What `make` throws is thrown to everybody who waited for it, and the next one tries again. */
  async lease(key: string, make: () => Promise<T>): Promise<Lease<T>> {
    const entry = this.#entries.get(key) ?? { users: 0, value: make() };
    this.#entries.set(key, entry);
    entry.users++;
    const leave = (): boolean => {
      if (--entry.users > 0) return false;
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
      return true;
    };
    try {
      const value = await entry.value;
      let held = true;
      return {
        value,
        release: () => {
          if (held && leave()) this.#dispose(value);
          held = false;
        },
      };
    } catch (error) {
      leave();
      throw error;
    }
  }
}
