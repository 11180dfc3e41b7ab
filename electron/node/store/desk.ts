// Who is at the workstation now: signs in and out, locks, and says whether the one who is on may do what was asked.
// Runs in the history service (Node). Kept in memory only: after a restart somebody signs in again.
import { LoupeError } from '../../../models/errors.ts';
import {
  IdleMinutes,
  roleFor,
  roleMay,
  USUAL_IDLE_MINUTES,
  type NewPerson,
  type PeopleState,
  type Person,
  type PersonChange,
  type Right,
} from '../../common/people.ts';
import { PROGRAM } from './audit.ts';
import { toPerson } from './people.ts';
import { isPin } from './pin.ts';
import type { Store } from './store.ts';
import { Throttle } from './throttle.ts';

const IDLE_KEY = 'people.idle';
const SIGNED_IN = 'person.signed_in';
const REFUSED = 'person.refused';

export class Desk {
  readonly #store: Store;
  readonly #throttle: Throttle;
  #on: number | null = null;
  #lockedBy: number | null = null;
  /** One PIN at a time: a hundred guesses at once are not one guess. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(store: Store, steady?: () => number) {
    this.#store = store;
    this.#throttle = new Throttle((personId) => wrongBefore(store, personId), steady);
  }

  state(): PeopleState {
    const people = this.#store.people.list();
    const find = (id: number | null): Person | null => people.find((person) => person.id === id) ?? null;
    return {
      people,
      on: find(this.#on),
      lockedBy: find(this.#lockedBy),
      idleMinutes: Number(this.#store.settings.get(IDLE_KEY) ?? USUAL_IDLE_MINUTES),
    };
  }

  /**
   * The name under which something is done. With people set up it is that of the one who is on, whatever was claimed;
   * another claim is refused. Throws `people.locked` when nobody is on, `people.not_allowed` without the right.
   */
  author(right: Right, claimed?: string): string | null {
    const { people, on } = this.state();
    if (people.length === 0) return claimed ?? null;
    if (on === null) throw new LoupeError('people.locked');
    if (!on.active || !roleMay(on.role, right)) {
      throw new LoupeError('people.not_allowed', { name: on.name, role: on.role, needs: roleFor(right) });
    }
    if (claimed !== undefined && claimed !== on.name) {
      throw new LoupeError('people.not_you', { name: on.name, claimed });
    }
    return on.name;
  }

  /** For requests that name their author: the request as it may be carried out. */
  sign<T extends { readonly author: string }>(right: Right, request: T): T {
    return { ...request, author: this.author(right, request.author) ?? request.author };
  }

  /** Whoever was on before is off: a handover needs no signing out. Throws `people.wrong_pin`, `people.wait`. */
  signIn(personId: number, pin: string): Promise<PeopleState> {
    return this.#inTurn(async () => {
      const person = await this.#prove(personId, pin);
      const detail = { name: person.name, role: person.role, before: this.state().on?.name ?? null };
      this.#tell(SIGNED_IN, person, person.name, detail);
      this.#on = person.id;
      this.#lockedBy = null;
      return this.state();
    });
  }

  signOut(): PeopleState {
    const { on } = this.state();
    if (on) this.#tell('person.signed_out', on, on.name);
    this.#on = this.#lockedBy = null;
    return this.state();
  }

  /** The run goes on; the same person or another one signs in. `idle`: nobody pressed the button. */
  lock(idle: boolean): PeopleState {
    const { on } = this.state();
    if (on) {
      this.#tell('person.locked', on, idle ? PROGRAM : on.name);
      this.#lockedBy = on.id;
      this.#on = null;
    }
    return this.state();
  }

  /** The first person has to be a manager, and is on from then on. */
  add(person: NewPerson, account: string): Promise<PeopleState> {
    return this.#inTurn(async () => {
      const author = this.author('manage') ?? account;
      const first = this.#store.people.list().length === 0;
      const added = await this.#store.people.add(person, author);
      if (first) {
        this.#tell(SIGNED_IN, added, added.name, { name: added.name, role: added.role, before: null });
        this.#on = added.id;
      }
      return this.state();
    });
  }

  change(change: PersonChange): Promise<PeopleState> {
    return this.#inTurn(async () => {
      const author = this.#mustBeOn('manage').name;
      const changed = await this.#store.people.change(change, author);
      if (change.pin !== undefined) this.#throttle.right(changed.id);
      if (!changed.active && this.#on === changed.id) this.#on = null;
      return this.state();
    });
  }

  /** One's own; the old one is asked for, so that an unlocked screen does not give it away. */
  changePin(old: string, pin: string): Promise<PeopleState> {
    return this.#inTurn(async () => {
      const { id, name } = this.#mustBeOn('work');
      await this.#prove(id, old);
      await this.#store.people.change({ personId: id, pin }, name);
      return this.state();
    });
  }

  setIdle(minutes: number): PeopleState {
    const { name } = this.#mustBeOn('manage');
    const before = this.state().idleMinutes;
    this.#store.settings.set(IDLE_KEY, String(IdleMinutes.parse(minutes)));
    this.#store.audit.record({
      actor: name,
      action: 'lock.set',
      subject: 'history',
      detail: { from: before, to: minutes },
    });
    return this.state();
  }

  #mustBeOn(right: Right): Person {
    this.author(right);
    const { on } = this.state();
    if (on === null) throw new LoupeError('people.locked');
    return on;
  }

  /** The person whose PIN this is. Each wrong one is an event of the chain, without the PIN. */
  async #prove(personId: number, pin: string): Promise<Person> {
    const row = this.#store.people.row(personId);
    const person = toPerson(row);
    if (!person.active) {
      throw new LoupeError('people.not_active', { name: person.name });
    }
    const wait = this.#throttle.seconds(personId);
    if (wait > 0) throw new LoupeError('people.wait', { name: person.name, seconds: wait });
    if (await isPin(pin, row.pin)) {
      this.#throttle.right(personId);
      return person;
    }
    this.#tell(REFUSED, person, PROGRAM, { name: person.name });
    const next = this.#throttle.wrong(personId);
    if (next > 0) throw new LoupeError('people.wait', { name: person.name, seconds: next });
    throw new LoupeError('people.wrong_pin', { name: person.name });
  }

  #tell(action: string, person: Person, actor: string, detail: Readonly<Record<string, unknown>> = {}): void {
    this.#store.audit.record({ actor, action, subject: `person ${person.id}`, detail });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }
}

/** Wrong PINs since the last right one, as the chain tells it. */
function wrongBefore({ db }: Store, personId: number): number {
  const subject = `person ${personId}`;
  const count = db.prepare<number>(
    `SELECT count(*) FROM audit WHERE subject = ? AND action = ? AND link > coalesce(
       (SELECT max(link) FROM audit WHERE subject = ? AND action IN (?, 'person.pin_set')), 0)`,
  );
  return count.pluck().get(subject, REFUSED, subject, SIGNED_IN) ?? 0;
}
