// The watch over an idle workstation, and what each role may do before and after people are set up.
// Runs in Node.
import { describe, expect, it } from 'vitest';
import { mayNow, roleFor, type PeopleState, type Role } from '../../electron/common/people.ts';
import { IdleClock, lockAfter } from '../../renderer/src/features/people/idle.ts';

describe('the idle clock', () => {
  it('is due after the chosen minutes without a touch, and each touch begins anew', () => {
    let now = 0;
    const clock = new IdleClock(() => now);
    now = 5 * 60_000 - 1;
    expect(clock.isDue(5)).toBe(false);
    now += 1;
    expect(clock.isDue(5)).toBe(true);
    clock.touch();
    expect(clock.isDue(5)).toBe(false);
    now += 5 * 60_000;
    expect(clock.isDue(5)).toBe(true);
  });

  it('is never due with 0 minutes', () => {
    let now = 0;
    const clock = new IdleClock(() => now);
    now = 1e9;
    expect(clock.isDue(0)).toBe(false);
  });
});

it('the minutes of the policy win over the chosen ones, never included', () => {
  expect(lockAfter(10, null)).toBe(10);
  expect(lockAfter(10, 5)).toBe(5);
  expect(lockAfter(2, 30)).toBe(30);
  expect(lockAfter(0, 5)).toBe(5);
});

describe('what may be done now', () => {
  const person = (role: Role) => ({ id: 1, name: 'Ana', role, active: true });
  const state = (role: Role | null, setUp = true): PeopleState => ({
    people: setUp ? [person('manager')] : [],
    on: role && person(role),
    lockedBy: null,
    idleMinutes: 10,
  });

  it('everything before anybody is set up, nothing while nobody is on, else by role', () => {
    expect(mayNow(state(null, false), 'manage')).toBe(true);
    expect(mayNow(state(null), 'work')).toBe(false);
    expect(mayNow(state('operator'), 'work')).toBe(true);
    expect(mayNow(state('operator'), 'change')).toBe(false);
    expect(mayNow(state('engineer'), 'change')).toBe(true);
    expect(mayNow(state('engineer'), 'manage')).toBe(false);
    expect(mayNow(state('manager'), 'manage')).toBe(true);
  });

  it('a refusal names the least role that may', () => {
    expect([roleFor('work'), roleFor('change'), roleFor('manage')]).toEqual([
      'operator',
      'engineer',
      'manager',
    ]);
  });
});
