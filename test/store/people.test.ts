// People at the workstation: rights by role, PINs, waiting after wrong ones, handover, and the chain that tells all of it.
// Runs in the tests (Node).
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Person, Role } from '../../electron/common/people.ts';
import { Desk } from '../../electron/node/store/desk.ts';
import { openStore } from '../../electron/node/store/open.ts';
import { hashPin, isPin } from '../../electron/node/store/pin.ts';
import { openSqlite } from '../../electron/node/store/sqlite.ts';
import type { Store } from '../../electron/node/store/store.ts';
import { waitAfter } from '../../electron/node/store/throttle.ts';
import { verifyChain } from '../../electron/node/store/verify.ts';
import { LoupeError } from '../../models/errors.ts';
import { databaseOf, dataFolder, fill, judged, refusal } from './support.ts';

const PINS = { Mia: '739216', Ana: '4812', Ben: '90517' } as const;

let folder: string;
let store: Store;
let desk: Desk;
/** Milliseconds on the steady clock. */
let now: number;

const open = (): void => {
  store = openStore(folder);
  desk = new Desk(store, () => now);
};
const find = (name: string): Person => {
  const person = desk.state().people.find((one) => one.name === name);
  if (!person) throw new Error(`no ${name}`);
  return person;
};
const add = (name: keyof typeof PINS, role: Role) => desk.add({ name, role, pin: PINS[name] }, 'shop-pc');
const signIn = (name: keyof typeof PINS, pin: string = PINS[name]) => desk.signIn(find(name).id, pin);
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'nothing was thrown',
    (thrown: unknown) => (thrown instanceof LoupeError ? thrown.code : String(thrown)),
  );
const events = (): string[] =>
  store.audit
    .list(1000)
    .map(({ action, actor, subject }) => `${action} ${subject} by ${actor}`)
    .filter((event) => event.includes('person'))
    .reverse();

beforeEach(() => {
  folder = dataFolder();
  now = 0;
  open();
  return () => store.close();
});

describe('before anybody is set up', () => {
  it('everybody may do everything, under the name that is claimed', () => {
    for (const right of ['work', 'change', 'manage'] as const) {
      expect(desk.author(right, 'shop-pc')).toBe('shop-pc');
      expect(desk.author(right)).toBeNull();
    }
    expect(desk.state()).toMatchObject({ people: [], on: null, lockedBy: null });
  });

  it('only a manager can be the first one, who is on at once', async () => {
    expect(await codeOf(add('Ana', 'operator'))).toBe('people.last_manager');
    expect(desk.state().people).toEqual([]);
    const state = await add('Mia', 'manager');
    expect(state.on).toMatchObject({ name: 'Mia', role: 'manager', active: true });
    expect(events()).toEqual(['person.added person 1 by shop-pc', 'person.signed_in person 1 by Mia']);
  });
});

describe('with people', () => {
  beforeEach(async () => {
    await add('Mia', 'manager');
    await add('Ana', 'operator');
    await add('Ben', 'engineer');
  });

  it('each role may do its own, and no more', async () => {
    const allowed = async (name: keyof typeof PINS): Promise<string[]> => {
      await signIn(name);
      return (['work', 'change', 'manage'] as const).filter((right) => {
        try {
          return desk.author(right) === name;
        } catch (thrown) {
          expect((thrown as LoupeError).code).toBe('people.not_allowed');
          return false;
        }
      });
    };
    expect(await allowed('Ana')).toEqual(['work']);
    expect(await allowed('Ben')).toEqual(['work', 'change']);
    expect(await allowed('Mia')).toEqual(['work', 'change', 'manage']);
  });

  it('nobody acts under another name, and nobody at all while nobody is on', async () => {
    await signIn('Ana');
    expect(refusal(() => desk.author('work', 'Mia')).code).toBe('people.not_you');
    expect(desk.sign('work', { author: 'Ana', partId: 1 })).toEqual({ author: 'Ana', partId: 1 });
    desk.signOut();
    expect(refusal(() => desk.author('work', 'Ana')).code).toBe('people.locked');
    expect(refusal(() => desk.sign('work', { author: 'Ana' })).code).toBe('people.locked');
  });

  it('a lock keeps in mind who was on; the same one or another one goes on', async () => {
    await signIn('Ana');
    expect(desk.lock(true)).toMatchObject({ on: null, lockedBy: { name: 'Ana' } });
    expect(refusal(() => desk.author('work')).code).toBe('people.locked');
    expect(await signIn('Ben')).toMatchObject({ on: { name: 'Ben' }, lockedBy: null });
    // A handover without signing out: the event tells who was on before.
    await signIn('Ana');
    expect(store.audit.list(1)[0]).toMatchObject({ action: 'person.signed_in', detail: { before: 'Ben' } });
    desk.lock(false);
    expect(events().slice(-2)).toEqual(['person.signed_in person 2 by Ana', 'person.locked person 2 by Ana']);
  });

  it('after a restart somebody has to sign in again, and people are still there', async () => {
    await signIn('Ben');
    store.close();
    open();
    expect(desk.state()).toMatchObject({ on: null, lockedBy: null });
    expect(desk.state().people.map(({ name }) => name)).toEqual(['Ana', 'Ben', 'Mia']);
    expect((await signIn('Ben')).on?.name).toBe('Ben');
  });

  it('only a manager changes people and the lock', async () => {
    await signIn('Ben');
    const ana = find('Ana');
    const refused = [
      desk.add({ name: 'Eve', role: 'manager', pin: '8264' }, 'shop-pc'),
      desk.change({ personId: find('Ben').id, role: 'manager' }),
      desk.change({ personId: ana.id, pin: '8264' }),
    ];
    for (const one of refused) expect(await codeOf(one)).toBe('people.not_allowed');
    expect(refusal(() => desk.setIdle(0)).code).toBe('people.not_allowed');
    await signIn('Mia');
    expect((await desk.change({ personId: ana.id, role: 'engineer' })).people[0]).toMatchObject({
      name: 'Ana',
      role: 'engineer',
    });
    expect(desk.setIdle(3).idleMinutes).toBe(3);
    expect(store.audit.list(1)[0]).toMatchObject({ action: 'lock.set', detail: { from: 10, to: 3 } });
  });

  it('somebody manages, always', async () => {
    const { id } = find('Mia');
    await signIn('Mia');
    expect(await codeOf(desk.change({ personId: id, role: 'operator' }))).toBe('people.last_manager');
    expect(await codeOf(desk.change({ personId: id, active: false }))).toBe('people.last_manager');
    expect(find('Mia')).toMatchObject({ role: 'manager', active: true });
    await desk.change({ personId: find('Ben').id, role: 'manager' });
    // Whoever takes the right off oneself has lost it at once.
    await desk.change({ personId: id, active: false });
    expect(desk.state().on).toBeNull();
    expect(await codeOf(signIn('Mia'))).toBe('people.not_active');
  });

  it('nobody gets a name that somebody has or had, or that rows carry already', async () => {
    await signIn('Mia');
    await desk.change({ personId: find('Ana').id, active: false });
    for (const name of ['ana', 'ＡＮＡ', 'Loupe', 'recipe', 'model pack']) {
      expect(await codeOf(desk.add({ name, role: 'operator', pin: '8264' }, 'x'))).toBe('people.name_taken');
    }
    for (const name of ['', '   ', 'two\nlines', 'x'.repeat(61)]) {
      await expect(desk.add({ name, role: 'operator', pin: '8264' }, 'x')).rejects.toThrow();
    }
    expect(desk.state().people).toHaveLength(3);
  });

  it('one’s own PIN takes the old one', async () => {
    await signIn('Ana');
    expect(await codeOf(desk.changePin('9999', '8264'))).toBe('people.wrong_pin');
    expect(await codeOf(desk.changePin(PINS.Ana, '1234'))).toBe('people.pin_weak');
    await desk.changePin(PINS.Ana, '8264');
    expect(await codeOf(signIn('Ana'))).toBe('people.wrong_pin');
    expect((await signIn('Ana', '8264')).on?.name).toBe('Ana');
  });
});

describe('PINs', () => {
  it('are kept as scrypt hashes with a salt each', async () => {
    const [one, two] = await Promise.all([hashPin('739216'), hashPin('739216')]);
    expect(one).toMatch(/^scrypt:32768:8:1:[\w-]{22}:[\w-]{43}$/);
    expect(one).not.toBe(two);
    expect(await isPin('739216', one)).toBe(true);
    expect(await isPin('739217', one)).toBe(false);
    expect(await isPin('', one)).toBe(false);
    await expect(isPin('739216', 'plain:739216')).rejects.toMatchObject({ code: 'history.damaged' });
  });

  it.each(['1111', '1234', '4321', '987654', '123', '1234567890123', '12a4', '٤٨١٢', ''])(
    'refuses %j',
    async (pin) => {
      await expect(desk.add({ name: 'Mia', role: 'manager', pin }, 'x')).rejects.toThrow();
      expect(desk.state().people).toEqual([]);
    },
  );

  it('stand nowhere in the files of the history, nor in what it tells', async () => {
    await add('Mia', 'manager');
    await codeOf(signIn('Mia', '55512345'));
    const told = JSON.stringify([desk.state(), store.audit.list(1000)]);
    store.close();
    const home = join(folder, 'history');
    const files = readdirSync(home, { withFileTypes: true }).filter((entry) => entry.isFile());
    const kept = files.map(({ name }) => readFileSync(join(home, name), 'latin1')).join('\n') + told;
    expect(kept).toContain('Mia');
    for (const pin of [PINS.Mia, '55512345']) expect(kept).not.toContain(pin);
    expect(told).not.toContain('scrypt');
    open();
  });
});

describe('wrong PINs', () => {
  beforeEach(async () => {
    await add('Mia', 'manager');
    await add('Ana', 'operator');
    desk.signOut();
  });
  const wrong = (): Promise<string> => codeOf(signIn('Ana', '0001'));

  it('cost time after the fifth, twice as much with each', async () => {
    for (let i = 0; i < 4; i++) expect(await wrong()).toBe('people.wrong_pin');
    expect(await wrong()).toBe('people.wait');
    // The right one waits as well, or else waiting would tell which is right.
    expect(await codeOf(signIn('Ana'))).toBe('people.wait');
    now += 29_999;
    expect(await codeOf(signIn('Ana'))).toBe('people.wait');
    now += 1;
    expect(await wrong()).toBe('people.wait');
    now += 59_999;
    await expect(signIn('Ana')).rejects.toMatchObject({ params: { seconds: 1, name: 'Ana' } });
    now += 1;
    expect((await signIn('Ana')).on?.name).toBe('Ana');
    // From the beginning again.
    expect(await wrong()).toBe('people.wrong_pin');
    expect([4, 5, 6, 7, 10, 100].map((n) => waitAfter(n) / 1000)).toEqual([0, 30, 60, 120, 900, 900]);
  });

  it('of one person keep nobody else waiting', async () => {
    for (let i = 0; i < 5; i++) await wrong();
    expect((await signIn('Mia')).on?.name).toBe('Mia');
  });

  it('are not forgotten by a restart, and a hundred at once are a hundred', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, wrong));
    expect(all.filter((code) => code === 'people.wrong_pin')).toHaveLength(4);
    store.close();
    open();
    expect(await codeOf(signIn('Ana'))).toBe('people.wait');
    now += 30_000;
    expect((await signIn('Ana')).on?.name).toBe('Ana');
  });

  it('are events of the chain, and a manager’s new PIN ends the waiting', async () => {
    for (let i = 0; i < 5; i++) await wrong();
    expect(events().filter((event) => event === 'person.refused person 2 by loupe')).toHaveLength(5);
    await signIn('Mia');
    await desk.change({ personId: find('Ana').id, pin: '8264' });
    expect((await signIn('Ana', '8264')).on?.name).toBe('Ana');
    expect(verifyChain(store.db)).toMatchObject({ fault: null, wrongPins: 5, people: 2 });
  });
});

describe('the chain', () => {
  /** As somebody does it who knows the sources: guards off, row changed, seal made right, guards on again. */
  function tamper(sql: string): void {
    store.close();
    const raw = openSqlite(databaseOf(folder));
    const guards = raw
      .prepare<{ name: string; sql: string }>("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
      .all();
    for (const { name } of guards) raw.exec(`DROP TRIGGER ${name}`);
    raw.exec(sql);
    for (const guard of guards) raw.exec(guard.sql);
    raw.close();
    open();
  }

  beforeEach(async () => {
    await add('Mia', 'manager');
    await add('Ana', 'operator');
    fill(store, 20);
    store.verdicts.record(judged(1, 'ng', 'Mia'));
  });

  it('holds', () => {
    expect(verifyChain(store.db)).toMatchObject({ fault: null, people: 2, verdicts: 1 });
  });

  it.each([
    ['a role', "UPDATE people SET role = 'manager' WHERE name = 'Ana'", 'people 2'],
    [
      'a PIN',
      "UPDATE people SET pin = (SELECT pin FROM people WHERE name = 'Ana') WHERE name = 'Mia'",
      'people 1',
    ],
    ['a person that is gone', "DELETE FROM people WHERE name = 'Ana'", 'people 2'],
    [
      'a person that nobody added',
      "INSERT INTO people SELECT 3, 3, 1, 'Eve', role, active, pin, author, made_at, seal FROM people WHERE id = 1",
      'people',
    ],
  ])('shows %s that was changed by hand', (_what, sql, row) => {
    tamper(sql);
    expect(verifyChain(store.db).fault).toMatchObject({ kind: 'disagrees', row });
  });

  it('rows are guarded and sealed', () => {
    expect(() => store.db.exec("UPDATE people SET role = 'manager'")).toThrow('never changed');
    expect(() => store.db.exec('DELETE FROM people')).toThrow('never deleted');
    tamper("UPDATE people SET role = 'manager' WHERE name = 'Ana'");
    expect(refusal(() => desk.state()).code).toBe('history.damaged');
  });
});
