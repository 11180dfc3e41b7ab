// The people at a workstation: what each role may do, who is on now. Without anybody set up, everybody may do everything.
// Runs anywhere (pure TypeScript).
import { z } from 'zod';
import { line } from './line.ts';

export const ROLES = ['operator', 'engineer', 'manager'] as const;
const Role = z.enum(ROLES);
export type Role = z.infer<typeof Role>;

/**
 * work: inspect, judge, run challenges, export results. change: recipes, their thresholds and regions, challenges, training,
 * masks, backups, restoring.
 * manage: people, the lock, where backups go and what is kept.
 */
export type Right = 'work' | 'change' | 'manage';

const RIGHTS: Readonly<Record<Role, readonly Right[]>> = {
  operator: ['work'],
  engineer: ['work', 'change'],
  manager: ['work', 'change', 'manage'],
};

export const roleMay = (role: Role, right: Right): boolean => RIGHTS[role].includes(right);

/** The least role with a right, for the sentence that refuses. */
export const roleFor = (right: Right): Role => ROLES.find((role) => roleMay(role, right)) ?? 'manager';

export const PIN_LEAST = 4;
export const PIN_MOST = 12;
/** Digits, for gloves and a touch screen. */
export const Pin = z.string().regex(/^\d{4,12}$/);

/** Author of verdicts, recipes and audit rows: one line, and nobody else's. */
const PersonName = line(1, 60);

export const Person = z.object({
  id: z.number().int().positive(),
  name: z.string(),
  role: Role,
  /** Somebody who has left stays in the history, but cannot sign in. */
  active: z.boolean(),
});
export type Person = z.infer<typeof Person>;

/** Minutes without a key or a touch until the screen locks; 0 = never. */
export const IdleMinutes = z.number().int().min(0).max(240);
export const USUAL_IDLE_MINUTES = 10;

export const PeopleState = z.object({
  /** Everybody, also those who have left; empty: nobody is set up. */
  people: z.array(Person),
  /** Who is on; null: nobody is set up, or somebody has to sign in. */
  on: Person.nullable(),
  /** Who was on when the screen was locked. */
  lockedBy: Person.nullable(),
  idleMinutes: IdleMinutes,
});
export type PeopleState = z.infer<typeof PeopleState>;

export const NewPerson = z.object({ name: PersonName, role: Role, pin: Pin });
export type NewPerson = z.infer<typeof NewPerson>;

/** What is absent stays as it is. */
export const PersonChange = z.object({
  personId: z.number().int().positive(),
  role: Role.optional(),
  active: z.boolean().optional(),
  /** For somebody who forgot it. */
  pin: Pin.optional(),
});
export type PersonChange = z.infer<typeof PersonChange>;

/** What the one who is on may do; before anybody is set up, everything. */
export const mayNow = ({ people, on }: PeopleState, right: Right): boolean =>
  people.length === 0 || (on !== null && roleMay(on.role, right));
