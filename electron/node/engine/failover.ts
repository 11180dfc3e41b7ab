// A network that goes on where a device gives up: the photograph is tried once more, then the next provider takes over.
// Runs in the inference service (Node). Only for devices that Loupe chose itself: what a person asked for is not replaced.
import { toErrorValue, type ErrorValue } from '../../../models/errors.ts';
import type { Network, RawResult } from './network.ts';
import type { Provider } from './providers.ts';
import type { TextFeatures } from './text-features.ts';

/** What sessions need of a network. */
export type Runs = Pick<Network, 'imageSize' | 'mapSize' | 'device' | 'run' | 'dispose'>;

export interface DeviceChange {
  readonly from: Provider;
  readonly to: Provider;
  /** Why the first one was given up. */
  readonly error: ErrorValue;
}

export class FailoverNetwork implements Runs {
  readonly #open: (device: Provider) => Promise<Runs>;
  readonly #changed: (change: DeviceChange) => void;
  #current: Runs;
  /** What may take over, the best first; the processor comes last and has nobody behind it. */
  #others: readonly Provider[];

  private constructor(
    first: Runs,
    others: readonly Provider[],
    open: (device: Provider) => Promise<Runs>,
    changed: (change: DeviceChange) => void,
  ) {
    this.#current = first;
    this.#others = others;
    this.#open = open;
    this.#changed = changed;
  }

  /**
   * Opens the first of `devices` that can be opened, which is none to be told about: the others stood back for it when they
   * were tried. Throws what the last one throws.
   */
  static async open(
    devices: readonly Provider[],
    open: (device: Provider) => Promise<Runs>,
    changed: (change: DeviceChange) => void,
  ): Promise<FailoverNetwork> {
    const [device = 'cpu', ...others] = devices;
    try {
      return new FailoverNetwork(await open(device), others, open, changed);
    } catch (error) {
      const [next] = others;
      if (next === undefined) throw error;
      const network = await FailoverNetwork.open(others, open, changed);
      changed({ from: device, to: network.device, error: toErrorValue(error) });
      return network;
    }
  }

  get imageSize(): number {
    return this.#current.imageSize;
  }

  get mapSize(): number {
    return this.#current.mapSize;
  }

  get device(): Provider {
    return this.#current.device;
  }

  /** Throws `session.failed` when the last provider fails too. Runs come one at a time (Lanes). */
  async run(pixels: Uint8Array, text: TextFeatures): Promise<RawResult> {
    for (;;) {
      try {
        return await this.#current.run(pixels, text);
      } catch {
        // Once more on the same device: a driver that was reset meanwhile works again.
      }
      try {
        return await this.#current.run(pixels, text);
      } catch (error) {
        await this.#replace(error);
      }
    }
  }

  dispose(): void {
    this.#current.dispose();
  }

  async #replace(error: unknown): Promise<void> {
    const [next, ...others] = this.#others;
    if (next === undefined) throw error;
    const failed = this.#current;
    this.#others = others;
    try {
      this.#current = await this.#open(next);
    } catch (thrown) {
      return this.#replace(thrown); // the failed one stays until one is found, so that there is always one to dispose of
    }
    failed.dispose();
    this.#changed({ from: failed.device, to: this.#current.device, error: toErrorValue(error) });
  }
}
