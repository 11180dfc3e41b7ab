// Which runs are counted, how they are grouped, and what was counted.
// Runs in the page.
import type { ChannelArgs } from '../../../../electron/common/contract.ts';
import type { GroupBy, Statistics } from '../../../../electron/common/statistics.ts';
import { call } from '../../lib/client.ts';
import { momentOf } from './day.ts';
import { texts } from '../../lib/texts.ts';
import type { Notices } from '../../state/notices.svelte.ts';

export const FORMATS = ['pdf', 'csv', 'jsonl', 'html'] as const;
type Selection = Omit<ChannelArgs<'history.stats'>, 'by'>;

export class StatisticsStore {
  readonly #notices: Notices;
  by = $state<GroupBy>('day');
  recipe = $state('');
  lot = $state('');
  from = $state('');
  to = $state('');
  counted = $state.raw<Statistics | null>(null);
  busy = $state(false);
  #asked = 0;

  constructor(notices: Notices) {
    this.#notices = notices;
  }

  get selection(): Selection {
    const [from, to] = [momentOf(this.from, false), momentOf(this.to, true)];
    return {
      ...(this.recipe !== '' && { recipe: this.recipe }),
      ...(this.lot !== '' && { lot: this.lot }),
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
    };
  }

  /** Of several requests in a row only the last one counts. */
  async count(): Promise<void> {
    const asked = ++this.#asked;
    this.busy = true;
    try {
      const counted = await call('history.stats', { by: this.by, ...this.selection });
      if (asked === this.#asked) this.counted = counted;
    } catch (thrown) {
      if (asked === this.#asked) this.counted = null;
      this.#notices.fail(thrown);
    } finally {
      if (asked === this.#asked) this.busy = false;
    }
  }

  async save(format: (typeof FORMATS)[number]): Promise<void> {
    this.busy = true;
    try {
      const written = await call('history.export', { by: this.by, format, ...this.selection });
      if (written !== null) this.#notices.say(texts.history.statistics.saved(written.path, written.parts));
    } catch (thrown) {
      this.#notices.fail(thrown);
    } finally {
      this.busy = false;
    }
  }
}
