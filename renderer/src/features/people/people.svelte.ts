// Who is set up and who is on; signing in, handing over, locking. What they may do is decided behind the page: here it is only shown.
// Runs in the page.
import {
  mayNow,
  type PeopleState,
  type PersonChange,
  type Right,
  type Role,
} from '../../../../electron/common/people.ts';
import { toErrorValue, type ErrorValue } from '../../../../models/errors.ts';
import { call } from '../../lib/client.ts';
import { texts } from '../../lib/texts.ts';
import type { Notices } from '../../state/notices.svelte.ts';
import { IdleClock, lockAfter } from './idle.ts';

const LOOK_MS = 1000;

export class PeopleStore {
  readonly #notices: Notices;
  /** Another person has nothing to take back of the one before. */
  readonly #onHandover: () => void;
  readonly #idle = new IdleClock();
  #asking = false;

  current = $state.raw<PeopleState>({ people: [], on: null, lockedBy: null, idleMinutes: 0 });
  /** Minutes that the policy of the IT department fixes; null where it leaves them to the managers. */
  ruledIdle = $state<number | null>(null);
  busy = $state(false);
  /** Why the last change was refused: told in the sheet, which covers other messages. */
  refused = $state.raw<ErrorValue | null>(null);

  readonly setUp = $derived(this.current.people.length > 0);
  readonly locked = $derived(this.setUp && this.current.on === null);
  /** Without a touch for so long, the screen locks; 0: never. */
  readonly idleMinutes = $derived(lockAfter(this.current.idleMinutes, this.ruledIdle));

  constructor(notices: Notices, onHandover: () => void) {
    this.#notices = notices;
    this.#onHandover = onHandover;
  }

  may(right: Right): boolean {
    return mayNow(this.current, right);
  }

  async load(): Promise<void> {
    this.#take(await call('people.state'));
  }

  /** A request was refused because nobody is on, or the history was started anew: the screen has to say so. */
  lookAgain(): void {
    if (this.#asking) return;
    this.#asking = true;
    this.load()
      .catch((thrown: unknown) => this.#notices.fail(thrown))
      .finally(() => (this.#asking = false));
  }

  /** Somebody is there. */
  touch(): void {
    this.#idle.touch();
  }

  /** Locks the screen when nobody was there for long enough; returns the function that ends the watch. */
  watchIdle(): () => void {
    const timer = setInterval(() => {
      if (!this.setUp || this.locked || !this.#idle.isDue(this.idleMinutes)) return;
      this.touch(); // not again while the answer is on its way
      void this.lock(true);
    }, LOOK_MS);
    return () => clearInterval(timer);
  }

  /** Throws: the one who signs in is told where the PIN was typed. */
  async signIn(personId: number, pin: string): Promise<void> {
    this.#take(await call('people.signIn', { personId, pin }));
    this.touch();
    const { on } = this.current;
    if (on !== null) this.#notices.say(texts.people.isOn(on.name));
  }

  async lock(idle = false): Promise<void> {
    try {
      this.#take(await call('people.lock', { idle }));
    } catch (thrown) {
      this.#notices.fail(thrown);
    }
  }

  signOut = (): Promise<boolean> => this.#attempt(() => call('people.signOut'));

  add = (person: { name: string; role: Role; pin: string }): Promise<boolean> =>
    this.#attempt(() => call('people.add', person));

  change = (change: PersonChange): Promise<boolean> => this.#attempt(() => call('people.change', change));

  setIdle = (minutes: number): Promise<boolean> => this.#attempt(() => call('people.idle', { minutes }));

  async changePin(old: string, pin: string): Promise<boolean> {
    const changed = await this.#attempt(() => call('people.changePin', { old, pin }));
    if (changed) this.#notices.say(texts.people.pinChanged);
    return changed;
  }

  async #attempt(ask: () => Promise<PeopleState>): Promise<boolean> {
    this.busy = true;
    this.refused = null;
    try {
      this.#take(await ask());
      return true;
    } catch (thrown) {
      this.refused = toErrorValue(thrown);
      return false;
    } finally {
      this.busy = false;
    }
  }

  #take(state: PeopleState): void {
    const before = this.current.on?.id ?? this.current.lockedBy?.id;
    const after = state.on?.id ?? state.lockedBy?.id;
    this.current = state;
    if (before !== undefined && before !== after) this.#onHandover();
  }
}
