// A session of the inference service that survives the service: opened again after a crash, the photograph tried once more.
// Runs in Node (command line).
import { fileURLToPath } from 'node:url';
import { describeError, toErrorValue } from '../../models/errors.ts';
import type {
  InferenceApi,
  InferenceEvents,
  InspectRequest,
  InspectResult,
  SessionInfo,
  SessionOptions,
} from '../common/inference-service.ts';
import { deviceFile } from './data-folder.ts';
import { errorLine } from './output.ts';
import { forkNodeService, ServiceClient } from '../node/service-client.ts';

export type InferenceClient = ServiceClient<InferenceApi, InferenceEvents>;

/** How many photographs to have under way: one is in the network, two are decoded meanwhile. */
export const IN_FLIGHT = 3;

const ENTRY = fileURLToPath(new URL('../services/inference.ts', import.meta.url));

/** Starts the service, gives it to `work`, and stops it, whatever happened. */
export async function withInference<T>(work: (client: InferenceClient) => Promise<T>): Promise<T> {
  const client: InferenceClient = new ServiceClient({
    name: 'inference',
    start: () => forkNodeService(ENTRY),
  });
  client.on('device.changed', ({ from, to, error }) => {
    const params = { from, to, reason: describeError(error).engineer };
    process.stderr.write(`${errorLine({ code: 'device.failed', params })}\n`);
  });
  try {
    return await work(client);
  } finally {
    await client.stop();
  }
}

export class Inspector {
  readonly #client: InferenceClient;
  readonly #options: SessionOptions;
  #info: Promise<SessionInfo> | null = null;
  /** Deaths of the service when the session was opened: one more, and the session is gone. */
  #deaths = 0;
  /** Photographs that are tried a second time go alone, so that it shows which of them kills the service. */
  #repeats = 0;
  #repeating: Promise<unknown> = Promise.resolve();

  constructor(client: InferenceClient, options: SessionOptions) {
    this.#client = client;
    this.#options = { deviceFile: deviceFile(), ...options };
  }

  /** Opens the session unless it is open. Throws what `session.open` throws. */
  open(): Promise<SessionInfo> {
    if (!this.#info || this.#deaths !== this.#client.deaths) {
      this.#deaths = this.#client.deaths;
      const opening = this.#client.request('session.open', this.#options);
      this.#info = opening;
      opening.catch(() => {
        if (this.#info === opening) this.#info = null; // a service that died too often comes back after a while
      });
    }
    return this.#info;
  }

  /**
   * Inspects one photograph; several may be under way. When the service dies meanwhile, it is tried once more. Throws
   * the photograph's own error, or `service.died` when it happened twice.
   */
  async inspect(request: Omit<InspectRequest, 'session'>): Promise<InspectResult> {
    while (this.#repeats > 0) await this.#repeating;
    try {
      return await this.#once(request);
    } catch (error) {
      if (toErrorValue(error).code !== 'service.died') throw error;
    }
    this.#repeats++;
    const repeated = this.#repeating.then(() => this.#once(request)).finally(() => this.#repeats--);
    this.#repeating = repeated.catch(() => undefined);
    return repeated;
  }

  /** Frees the model in the service. */
  async close(): Promise<void> {
    const info = this.#info;
    this.#info = null;
    if (!info || this.#deaths !== this.#client.deaths) return;
    await this.#client.request('session.close', { session: (await info).session });
  }

  async #once(request: Omit<InspectRequest, 'session'>): Promise<InspectResult> {
    const { session } = await this.open();
    return this.#client.request('inspect', { ...request, session });
  }
}
