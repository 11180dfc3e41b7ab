// The diagnostics in the page: which checks were run and what they found, the bundle, the update that was offered.
// Runs in the page.
import type {
  BundlePlan,
  Check,
  CheckId,
  Overview,
  UpdateOffer,
  UpdateStarted,
} from '../../../../electron/common/support.ts';
import { toErrorValue, type ErrorValue } from '../../../../models/errors.ts';
import { call } from '../../lib/client.ts';
import { texts } from '../../lib/texts.ts';
import type { Notices } from '../../state/notices.svelte.ts';

type Busy = 'bundle' | 'update' | 'install' | 'pack' | null;

export class SupportStore {
  overview = $state.raw<Overview | null>(null);
  found = $state.raw<Partial<Record<CheckId, Check>>>({});
  running = $state<CheckId | null>(null);
  bundle = $state.raw<BundlePlan | null>(null);
  offer = $state.raw<UpdateOffer | null>(null);
  started = $state.raw<UpdateStarted | null>(null);
  /** Why the update is not offered. */
  refused = $state.raw<ErrorValue | null>(null);
  busy = $state<Busy>(null);
  readonly #notices: Notices;

  readonly done = $derived(Object.values(this.found));
  readonly failed = $derived(this.done.filter(({ state }) => state === 'failed').length);
  readonly complete = $derived(this.overview !== null && this.done.length === this.overview.checks.length);

  constructor(notices: Notices) {
    this.#notices = notices;
  }

  async open(): Promise<void> {
    await this.#attempt(null, async () => (this.overview = await call('support.overview')));
  }

  /** One after the other: each is seen to begin and to end. */
  async runAll(): Promise<void> {
    if (this.running !== null) return;
    this.found = {};
    for (const id of this.overview?.checks ?? []) await this.run(id);
  }

  async run(id: CheckId): Promise<void> {
    if (this.running !== null) return;
    this.running = id;
    await this.#attempt(null, async () => {
      const check = await call('support.check', { id });
      this.found = { ...this.found, [id]: check };
    });
    this.running = null;
  }

  copyReport(): Promise<void> {
    return this.#attempt(null, async () => {
      await call('support.report', { to: 'clipboard' });
      this.#notices.say(texts.support.copied);
    });
  }

  saveReport(): Promise<void> {
    return this.#attempt(null, async () => this.#saved(await call('support.report', { to: 'file' })));
  }

  showBundle(): Promise<void> {
    return this.#attempt('bundle', async () => (this.bundle = await call('support.bundle')));
  }

  saveBundle(): Promise<void> {
    return this.#attempt('bundle', async () => this.#saved(await call('support.saveBundle')));
  }

  async checkUpdate(ask: boolean): Promise<void> {
    this.refused = null;
    this.busy = 'update';
    try {
      const offer = await call('update.check', { ask });
      if (offer !== null) {
        this.offer = offer;
        this.started = null;
      }
    } catch (thrown) {
      this.offer = null;
      this.refused = toErrorValue(thrown);
    }
    this.busy = null;
  }

  install(): Promise<void> {
    return this.#attempt('install', async () => (this.started = await call('update.start')));
  }

  takePack(id: string): Promise<void> {
    return this.#attempt('pack', async () => (this.offer = await call('update.pack', { id })));
  }

  #saved(answer: { path: string | null } | null): void {
    if (answer?.path != null) this.#notices.say(texts.support.saved(answer.path));
  }

  async #attempt(busy: Busy, action: () => Promise<unknown>): Promise<void> {
    this.busy = busy;
    try {
      await action();
    } catch (thrown) {
      this.#notices.fail(thrown);
    }
    this.busy = null;
  }
}
