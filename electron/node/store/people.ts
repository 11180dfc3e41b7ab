// The people of the workstation as rows: added and changed by new rows only, each told in the audit trail.
// Runs in the history service (Node).
import { LoupeError } from '../../../models/errors.ts';
import { NewPerson, PersonChange, type Person } from '../../common/people.ts';
import type { Audit } from './audit.ts';
import { PROGRAM } from './audit.ts';
import { canonicalJson, sha256 } from './canonical.ts';
import type { Clock } from './clock.ts';
import { damaged, notFound } from './failure.ts';
import type { Access } from './ledger.ts';
import { checkPin, hashPin } from './pin.ts';
import type { PersonRow, Tables } from './tables.ts';

/** Names that rows carry already for what nobody did by hand. */
const TAKEN = [PROGRAM, 'model pack', 'recipe', 'unknown'];

const same = (a: string, b: string): boolean =>
  a.normalize('NFKC').toLowerCase() === b.normalize('NFKC').toLowerCase();

/** What the audit trail keeps of a row, PIN included, without telling it. */
export const personHash = ({ person_id, version, name, role, active, pin }: PersonRow): string =>
  sha256(canonicalJson([person_id, version, name, role, active, pin]));

export class People {
  readonly #ledger: Access;
  readonly #table: Tables['people'];
  readonly #audit: Audit;
  readonly #clock: Clock;
  readonly #all: ReturnType<Tables['people']['select']>;

  constructor(ledger: Access, tables: Tables, audit: Audit, clock: Clock) {
    this.#ledger = ledger;
    this.#table = tables.people;
    this.#audit = audit;
    this.#clock = clock;
    this.#all = tables.people.select('ORDER BY id');
  }

  /** By name; those who have left as well. */
  list(): Person[] {
    return this.#ledger.read(() =>
      [...this.#newest().values()].map(toPerson).sort((a, b) => a.name.localeCompare(b.name, 'en')),
    );
  }

  /** The newest row of a person, or `history.not_found`. */
  row(personId: number): PersonRow {
    return this.#ledger.read(() => {
      const row = this.#newest().get(personId);
      if (!row) throw notFound(`Person ${personId}`);
      return row;
    });
  }

  /** Throws `people.name_taken`, `people.pin_weak`; `people.last_manager` when the first person is none. */
  async add(given: NewPerson, author: string): Promise<Person> {
    const { name, role, pin } = NewPerson.parse(given);
    checkPin(pin);
    const hashed = await hashPin(pin);
    return this.#ledger.write(() => {
      const everybody = [...this.#newest().values()];
      if ([...TAKEN, ...everybody.map((row) => row.name)].some((taken) => same(taken, name))) {
        throw new LoupeError('people.name_taken', { name });
      }
      const personId = Math.max(0, ...everybody.map((row) => row.person_id)) + 1;
      const row = this.#append({ personId, version: 1, name, role, active: true, pin: hashed }, author);
      this.#mustHaveManager();
      this.#tell('person.added', row, author);
      return toPerson(row);
    });
  }

  /** Throws `people.last_manager` when nobody would be left who may change people. */
  async change(given: PersonChange, author: string): Promise<Person> {
    const { personId, pin, ...change } = PersonChange.parse(given);
    if (pin !== undefined) checkPin(pin);
    const hashed = pin === undefined ? undefined : await hashPin(pin);
    return this.#ledger.write(() => {
      const before = this.row(personId);
      const { role = before.role, active = before.active === 1 } = change;
      if (role === before.role && active === (before.active === 1) && hashed === undefined) {
        return toPerson(before);
      }
      const version = before.version + 1;
      const row = this.#append(
        { personId, version, name: before.name, role, active, pin: hashed ?? before.pin },
        author,
      );
      this.#mustHaveManager();
      this.#tell(hashed === undefined ? 'person.changed' : 'person.pin_set', row, author);
      return toPerson(row);
    });
  }

  #append(
    person: Omit<Person, 'id' | 'active'> & {
      personId: number;
      version: number;
      active: boolean;
      pin: string;
    },
    author: string,
  ): PersonRow {
    const { personId, version, name, role, active, pin } = person;
    return this.#table.insert({
      id: this.#table.nextId(),
      person_id: personId,
      ...{ version, name, role, pin, author },
      active: active ? 1 : 0,
      made_at: this.#clock.now(),
    });
  }

  #tell(action: string, row: PersonRow, author: string): void {
    const { id, person_id, name, role, active } = row;
    this.#audit.add({
      actor: author,
      action,
      subject: `person ${person_id}`,
      detail: { row: id, name, role, active: active === 1, sha256: personHash(row) },
    });
  }

  #mustHaveManager(): void {
    const managers = [...this.#newest().values()].filter((row) => row.role === 'manager' && row.active === 1);
    if (managers.length === 0) throw new LoupeError('people.last_manager');
  }

  #newest(): Map<number, PersonRow> {
    const newest = new Map<number, PersonRow>();
    for (const sealed of this.#all.all()) {
      const row = this.#table.verify(sealed);
      // A row that an index or a hand took away would bring an old PIN or an old role back.
      if (row.version !== (newest.get(row.person_id)?.version ?? 0) + 1) {
        throw damaged(`Rows of person ${row.person_id} are gone.`);
      }
      newest.set(row.person_id, row);
    }
    return newest;
  }
}

export const toPerson = ({ person_id, name, role, active }: PersonRow): Person => ({
  id: person_id,
  ...{ name, role },
  active: active === 1,
});
