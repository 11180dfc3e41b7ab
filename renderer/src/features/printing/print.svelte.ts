// Printing what is seen: fetches the code of the history, lets the page put its heading there, and asks the system to print.
// Runs in the page.
import { tick } from 'svelte';
import { call } from '../../lib/client.ts';
import type { Notices } from '../../state/notices.svelte.ts';

const now = (): string => new Date().toISOString();

export class Printing {
  readonly #notices: Notices;
  /** The end of the chain at this moment; '' where it could not be had. */
  code = $state('');
  /** UTC, ISO 8601; '' before anything was printed. */
  at = $state('');

  constructor(notices: Notices) {
    this.#notices = notices;
  }

  async print(): Promise<void> {
    this.code = '';
    try {
      this.code = (await call('history.state')).code;
    } catch (thrown) {
      // A sheet without the code is still what was seen; that it lacks is said.
      this.#notices.fail(thrown);
    }
    this.at = now();
    await tick();
    window.print();
  }
}
