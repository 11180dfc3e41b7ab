// The inference session of one run: opened anew when the service dies, and the photographs that were under way tried once more.
// Runs in the main process (Node).
import type {
  InferenceApi,
  InspectRequest,
  InspectResult,
  SessionInfo,
  SessionOptions,
} from '../../common/inference-service.ts';
import { LoupeError, toErrorValue, type ErrorValue } from '../../../models/errors.ts';

/** The part of the service client that a session needs. */
export interface Inference {
  /** Grows by one with every death of the service, before the requests under way are refused. */
  readonly deaths: number;
  request<K extends keyof InferenceApi>(name: K, args: InferenceApi[K][0]): Promise<InferenceApi[K][1]>;
}

/** Ends the whole run, not one photograph: the session is gone and cannot be opened again. */
export class SessionLost extends Error {
  readonly why: ErrorValue;

  constructor(why: ErrorValue) {
    super(`the session cannot be opened again: ${why.code}`);
    this.why = why;
  }
}

/** Deaths in a row that opening survives; a service that dies more often is given up by its client. */
const MOST_TRIES = 5;

const died = (error: unknown): boolean => error instanceof LoupeError && error.code === 'service.died';

export class RunSession {
  readonly #inference: Inference;
  readonly #options: SessionOptions;
  /** The session and the death count at which it was opened: a session does not survive its service. */
  #current: { deaths: number; info: Promise<SessionInfo> } | null = null;
  #closed = false;
  /** The last of the second tries; they go one at a time, and nothing else goes meanwhile. */
  #secondTries: Promise<unknown> = Promise.resolve();

  constructor(inference: Inference, options: SessionOptions) {
    this.#inference = inference;
    this.#options = options;
  }

  /** Opens the session, or answers with the open one. A death while it opens is forgiven a few times. */
  async open(): Promise<SessionInfo> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#info();
      } catch (error) {
        if (!died(error) || tries >= MOST_TRIES) throw error;
      }
    }
  }

  /**
   * Inspects one photograph. When the service dies, nobody knows which of the photographs under way killed it, so each of
   * them is tried again alone: only the guilty one fails a second time, with `service.died`.
   */
  async inspect(path: string, save: NonNullable<InspectRequest['save']>): Promise<InspectResult> {
    await this.#secondTries;
    try {
      return await this.#send(path, save);
    } catch (error) {
      if (!died(error)) throw error;
    }
    const again = this.#secondTries.then(() => this.#send(path, save));
    this.#secondTries = again.catch(() => undefined);
    return again;
  }

  /** Gives the session back; an answer is not worth waiting for. A second try that is still to come comes to nothing. */
  close(): void {
    this.#closed = true;
    const { deaths, info } = this.#current ?? {};
    this.#current = null;
    if (!info || deaths !== this.#inference.deaths) return;
    void info
      .then(({ session }) => this.#inference.request('session.close', { session }))
      .catch(() => undefined);
  }

  async #send(path: string, save: NonNullable<InspectRequest['save']>): Promise<InspectResult> {
    const { session } = await this.open().catch((error: unknown) => {
      throw new SessionLost(toErrorValue(error));
    });
    return this.#inference.request('inspect', { session, path, save, wantFeature: true });
  }

  #info(): Promise<SessionInfo> {
    if (this.#closed) return Promise.reject(new LoupeError('run.cancelled'));
    if (this.#current?.deaths !== this.#inference.deaths) {
      const info = this.#inference.request('session.open', this.#options);
      this.#current = { deaths: this.#inference.deaths, info };
    }
    return this.#current.info;
  }
}
