// The history as an engineer looks at it: which page of it is open, what was counted, compared, planned and checked.
// Runs in the page.
import type { ChannelArgs } from '../../../../electron/common/contract.ts';
import type { Run } from '../../../../electron/common/domain.ts';
import type { RetentionPlan, RetentionRule } from '../../../../electron/common/retention.ts';
import type { HistoryCheck, HistoryState, ImagesCheck } from '../../../../electron/common/history-service.ts';
import type { SideBySide } from '../../../../electron/common/side-by-side.ts';
import { toErrorValue, type ErrorValue } from '../../../../models/errors.ts';
import { call, listen } from '../../lib/client.ts';
import * as format from '../../lib/format.ts';
import { texts } from '../../lib/texts.ts';
import { attempt } from '../../state/attempt.ts';
import type { Notices } from '../../state/notices.svelte.ts';

export const TABS = ['statistics', 'compare', 'find', 'challenge', 'storage', 'check'] as const;
export type Tab = (typeof TABS)[number];

export type Asked = ChannelArgs<'run.rejudge'>['by'] | { readonly other: number };

export class HistoryStore {
  readonly #notices: Notices;
  tab = $state<Tab>('statistics');
  busy = $state(false);

  /** Runs whose pause was read; the banner is for the newest other one. */
  dismissed = $state.raw<readonly number[]>([]);
  networkRead = $state(false);

  /** The run of the side-by-side page. */
  runId = $state<number | null>(null);
  asked = $state.raw<Asked | null>(null);
  compared = $state.raw<SideBySide | null>(null);
  refused = $state.raw<ErrorValue | null>(null);

  state = $state.raw<HistoryState | null>(null);
  rule = $state.raw<RetentionRule | null>(null);
  plan = $state.raw<RetentionPlan | null>(null);

  checked = $state.raw<HistoryCheck | null>(null);
  images = $state.raw<ImagesCheck | null>(null);

  constructor(notices: Notices) {
    this.#notices = notices;
  }

  listen(): void {
    listen('history.retained', ({ bytes, runs, error }) => {
      if (error !== null) this.#notices.fail(error, texts.history.failedRetention);
      else if (runs > 0) this.#notices.say(texts.history.retained(format.bytes(bytes), runs));
    });
  }

  /** The newest run that waits for room on the disk, unless somebody has read of it. */
  paused(runs: readonly Run[]): Run | null {
    const waits = (run: Run): boolean =>
      run.state === 'interrupted' && run.error?.code === 'history.disk_full';
    return runs.find((run) => waits(run) && !this.dismissed.includes(run.id)) ?? null;
  }

  dismiss(runId: number): void {
    this.dismissed = [...this.dismissed, runId];
  }

  /** Refusals of comparing have their own place, with the way out beside them. */
  async compare(runId: number, asked: Asked): Promise<void> {
    this.asked = asked;
    this.compared = this.refused = null;
    this.busy = true;
    try {
      this.compared =
        'other' in asked
          ? await call('run.compare', { first: runId, second: asked.other })
          : await call('run.rejudge', { runId, by: asked });
    } catch (thrown) {
      this.refused = toErrorValue(thrown);
    } finally {
      this.busy = false;
    }
  }

  forget(): void {
    this.asked = this.compared = this.refused = null;
  }

  /** A new run over the same photographs; null when it was refused (and said so). */
  async repeat(runId: number): Promise<Run | null> {
    const { asked } = this;
    let run: Run | null = null;
    await this.#attempt(async () => {
      const recipe = asked !== null && 'recipe' in asked ? { recipe: asked.recipe } : {};
      run = await call('run.repeat', { runId, ...recipe });
    });
    return run;
  }

  loadStorage(): Promise<void> {
    return this.#attempt(async () => {
      [this.state, this.rule] = await Promise.all([call('history.state'), call('retention.rule')]);
    });
  }

  preview(rule: RetentionRule): Promise<void> {
    return this.#attempt(async () => {
      this.plan = await call('retention.plan', { rule });
    });
  }

  keep(rule: RetentionRule): Promise<void> {
    return this.#attempt(async () => {
      this.rule = await call('retention.set', { rule });
      this.#notices.say(texts.history.storage.saved);
    });
  }

  /** By the rule that was kept, which is the one that was previewed. */
  retain(rule: RetentionRule): Promise<void> {
    return this.#attempt(async () => {
      this.rule = await call('retention.set', { rule });
      const { bytes, items } = await call('retention.run', {});
      this.plan = null;
      this.#notices.say(texts.history.storage.went(format.bytes(bytes), items.length));
      this.state = await call('history.state');
    });
  }

  backUp(): Promise<void> {
    return this.#attempt(async () => {
      const { path } = await call('history.backup', {});
      this.#notices.say(texts.history.storage.backedUp(path));
      this.state = await call('history.state');
    });
  }

  async chooseFolder(): Promise<string | null> {
    let folder: string | null = null;
    await this.#attempt(async () => {
      folder = (await call('files.choose', { what: 'folder' }))[0] ?? null;
    });
    return folder;
  }

  verify(code: string): Promise<void> {
    return this.#attempt(async () => {
      this.checked = null;
      this.checked = await call('history.verify', code === '' ? {} : { code });
    });
  }

  checkImages(): Promise<void> {
    return this.#attempt(async () => {
      this.images = null;
      this.images = await call('history.images', {});
    });
  }

  async #attempt(action: () => Promise<void>): Promise<void> {
    await attempt(this, this.#notices, action);
  }
}
