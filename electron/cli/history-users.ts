// `loupe history users`: who is set up at a workstation, and the way back when the last manager forgot the PIN.
// Runs in Node (command line). PINs are never shown, but for a new one that is made here.
import { randomInt } from 'node:crypto';
import { LoupeError } from '../../models/errors.ts';
import type { Person } from '../common/people.ts';
import { checkPin } from '../node/store/pin.ts';
import type { HistoryReader } from '../node/store/reader.ts';
import { table, printable } from './output.ts';
import { owning } from './owning.ts';

export interface ListedUser extends Person {
  /** UTC, ISO 8601. */
  readonly since: string;
  readonly lastSignIn: string | null;
  /** Since the last right one. */
  readonly wrongPins: number;
}

export function listUsers({ people, tables }: HistoryReader): ListedUser[] {
  const rows = tables.people.select('WHERE person_id = ? AND version = 1');
  const events = tables.audit.select(
    "WHERE subject = ? AND action IN ('person.signed_in', 'person.refused', 'person.pin_set') ORDER BY link",
  );
  return people.list().map((person) => {
    let lastSignIn: string | null = null;
    let wrongPins = 0;
    for (const sealed of events.iterate(`person ${person.id}`)) {
      const { action, made_at } = tables.audit.verify(sealed);
      if (action === 'person.refused') wrongPins++;
      else wrongPins = 0;
      if (action === 'person.signed_in') lastSignIn = made_at;
    }
    return { ...person, since: rows.get(person.id)?.made_at ?? '', lastSignIn, wrongPins };
  });
}

export function usersText(users: readonly ListedUser[]): string {
  if (users.length === 0) return 'Nobody is set up: whoever uses the computer may do everything.';
  const rows = users.map(({ name, role, active, since, lastSignIn, wrongPins }) => [
    printable(name),
    active ? role : `${role}, has left`,
    since,
    lastSignIn ?? 'never',
    String(wrongPins),
  ]);
  return table([['name', 'role', 'since', 'last signed in', 'wrong PINs'], ...rows], [0, 1, 2, 3]);
}

/** Gives somebody a new PIN by chance, under the computer's account; wants Loupe closed. Throws `usage`, `history.locked`. */
export async function resetPin(folder: string, name: string, account: string): Promise<string> {
  return owning(folder, async ({ people }) => {
    const person = people.list().find((one) => one.name === name);
    if (!person) throw new LoupeError('usage', { reason: `There is nobody with the name "${name}".` });
    const pin = newPin();
    await people.change({ personId: person.id, pin }, account);
    return pin;
  });
}

function newPin(): string {
  const pin = String(randomInt(0, 1_000_000)).padStart(6, '0');
  try {
    checkPin(pin);
    return pin;
  } catch {
    return newPin(); // 111111 and the like
  }
}
