// Gathers outcomes into small batches for the history: one write at most every 100 ms, in the order of arrival.
// Runs in the main process (Node).
import type { Part } from '../../common/domain.ts';
import type { PartOutcome } from '../../common/history-service.ts';

const DELAY_MS = 100;
/** With so many outcomes waiting the history is the slow one: whoever adds another waits for the disk. */
const MOST_WAITING = 64;

export interface RecorderOptions {
  /** Resolves when the outcomes are on the disk. */
  readonly write: (outcomes: readonly PartOutcome[]) => Promise<Part[]>;
  readonly onWritten: (parts: Part[]) => void;
  /** Called once, with the first failure; nothing is written after it. */
  readonly onFailure: (error: unknown) => void;
}

export class ResultRecorder {
  readonly #options: RecorderOptions;
  #waiting: PartOutcome[] = [];
  #timer: NodeJS.Timeout | null = null;
  /** The tail of the writes; once one failed, every later flush fails with the same error. */
  #written: Promise<void> = Promise.resolve();

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  /** Takes an outcome; resolves at once while the history keeps up. */
  async add(outcome: PartOutcome): Promise<void> {
    this.#waiting.push(outcome);
    if (this.#waiting.length >= MOST_WAITING) return this.flush();
    this.#timer ??= setTimeout(() => void this.flush().catch(() => undefined), DELAY_MS);
  }

  /** Resolves when everything that was added is on the disk. */
  flush(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const batch = this.#waiting;
    this.#waiting = [];
    if (batch.length > 0) this.#written = this.#written.then(() => this.#write(batch));
    return this.#written;
  }

  async #write(batch: readonly PartOutcome[]): Promise<void> {
    try {
      this.#options.onWritten(await this.#options.write(batch));
    } catch (error) {
      this.#options.onFailure(error);
      throw error;
    }
  }
}
