// What the operator must be told: errors with their remedy, service trouble, and short remarks for the eye and the screen reader.
// Runs in the page.
import type { EventPayload } from '../../../electron/common/contract.ts';
import { toErrorValue, type ErrorValue } from '../../../models/errors.ts';

export interface Notice {
  id: number;
  /** What the operator tried, when the error alone does not say it. */
  lead: string;
  error: ErrorValue;
}

export type Trouble = EventPayload<'service.trouble'>;

/** Remarks go by themselves; errors stay until they are dismissed. */
const REMARK_MS = 4000;
const MOST_NOTICES = 3;

export class Notices {
  list = $state.raw<readonly Notice[]>([]);
  remark = $state('');
  trouble = $state.raw<Trouble | null>(null);
  /** For the screen reader only. */
  spoken = $state('');
  #next = 1;
  #timer: ReturnType<typeof setTimeout> | undefined;

  fail(thrown: unknown, lead = ''): void {
    const error = toErrorValue(thrown);
    const same = (n: Notice): boolean => n.error.code === error.code && n.lead === lead;
    // The same failure a hundred times is one message, not a hundred.
    const others = this.list.filter((n) => !same(n));
    this.list = [...others, { id: this.#next++, lead, error }].slice(-MOST_NOTICES);
  }

  dismiss(id: number): void {
    this.list = this.list.filter((n) => n.id !== id);
  }

  /** What was wrong before is right now. */
  forget(code: ErrorValue['code']): void {
    this.list = this.list.filter((n) => n.error.code !== code);
  }

  say(text: string): void {
    this.remark = text;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.remark = ''), REMARK_MS);
  }
}
