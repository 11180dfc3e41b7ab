// In which order the photographs of a run are inspected: those on the screen first, then the newest, then one after the other.
// Runs in the main process (Node).

export interface Pending {
  readonly id: number;
  readonly seq: number;
  readonly path: string;
}

/** Photographs behind `afterSeq` that nobody has inspected yet, in order. */
export type FindPending = (afterSeq: number, limit: number) => Promise<readonly Pending[]>;

const PAGE = 64;
/** Of a folder that fills faster than it is inspected, the older ones come in their turn. */
const MOST_NEW = 500;

/** Every photograph is given out once. `next` is not to be called again before it has answered. */
export class WorkOrder {
  readonly #find: FindPending;
  #page: Pending[] = [];
  /** The last one that was read in turn, and the last one that was given out in turn. */
  #read = -1;
  #turn = -1;
  #wanted: number[] = [];
  #newest: number[] = [];
  /** Given out before their turn. */
  readonly #early = new Set<number>();

  constructor(find: FindPending) {
    this.#find = find;
  }

  /** Somebody looks at these: they come next, the first one first. Replaces what was looked at before. */
  look(seqs: readonly number[]): void {
    this.#wanted = [...seqs];
  }

  /** These came in just now: before the ones that have waited longer. */
  arrived(seqs: readonly number[]): void {
    this.#newest = [...seqs, ...this.#newest].slice(0, MOST_NEW);
  }

  /** Null when none is left; more may come later. */
  async next(): Promise<Pending | null> {
    return (
      (await this.#before(() => this.#wanted)) ?? (await this.#before(() => this.#newest)) ?? this.#inTurn()
    );
  }

  /** The list may be another one after each answer. */
  async #before(list: () => number[]): Promise<Pending | null> {
    for (let seq = list().shift(); seq !== undefined; seq = list().shift()) {
      if (seq <= this.#turn || this.#early.has(seq)) continue;
      const [found] = await this.#find(seq - 1, 1);
      if (found?.seq !== seq) continue; // inspected in an earlier session of the run
      this.#early.add(seq);
      return found;
    }
    return null;
  }

  /** Those that are inspected by now will not come in their turn: a watched run must not remember them for days. */
  #forget(): void {
    const waiting = new Set(this.#page.map(({ seq }) => seq));
    const known = this.#page.length < PAGE ? Infinity : this.#read;
    for (const seq of this.#early) if (seq <= known && !waiting.has(seq)) this.#early.delete(seq);
  }

  async #inTurn(): Promise<Pending | null> {
    for (;;) {
      if (this.#page.length === 0) {
        this.#page = [...(await this.#find(this.#read, PAGE))];
        this.#read = this.#page.at(-1)?.seq ?? this.#read;
        this.#forget();
      }
      const one = this.#page.shift();
      if (!one) return null;
      this.#turn = one.seq;
      if (!this.#early.delete(one.seq)) return one;
    }
  }
}
