// The reference beside the open part: asked for while it is wanted, for the part that is open, and never mixed up with another's.
// Runs in the page.
import type { Reference } from '../../../../electron/common/reference.ts';
import { toErrorValue, type ErrorValue } from '../../../../models/errors.ts';
import { call } from '../../lib/client.ts';

export class ReferenceStore {
  /** Null while it is looked for, and where there is none. */
  current = $state.raw<Reference | null>(null);
  /** `off`: nobody asks; `none` and `incomparable`: why there is no reference. */
  state = $state<'off' | 'looking' | 'found' | 'none' | 'incomparable' | 'failed'>('off');
  error = $state.raw<ErrorValue | null>(null);
  #asked = 0;

  /** The reference of this part from now on; null: of none. */
  async show(partId: number | null): Promise<void> {
    const asked = ++this.#asked;
    this.current = null;
    this.error = null;
    this.state = partId === null ? 'off' : 'looking';
    if (partId === null) return;
    try {
      const { reference, comparable } = await call('part.reference', { partId });
      if (asked !== this.#asked) return;
      this.current = reference;
      this.state = reference !== null ? 'found' : comparable ? 'none' : 'incomparable';
    } catch (thrown) {
      if (asked !== this.#asked) return;
      this.error = toErrorValue(thrown);
      this.state = 'failed';
    }
  }
}
