// The check of rows beside the chain against it: each was told there, by an event with its number, when it was written.
// Runs in Node (command line, history service). Reads only.
import type { AuditRow } from './tables.ts';

/** An event that tells of a row. */
export interface Told<T extends string> {
  readonly link: number;
  readonly actor: string;
  readonly table: T;
  readonly row: number;
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface Disagrees {
  readonly link: number | null;
  readonly row: string;
  readonly text: string;
}

/** One table: how many rows it has, as its ids tell, and whether a row is the one that was told. */
export interface Check<T extends string> {
  readonly rows: { nextId(): number };
  readonly holds: (told: Told<T>) => boolean;
}

/** What an event tells of, by its action; null for one that tells of no row. */
export function toldBy<T extends string>(
  tells: Readonly<Record<string, T>>,
  event: AuditRow,
): Told<T> | null {
  const table = tells[event.action];
  if (table === undefined) return null;
  const detail = JSON.parse(event.detail) as Record<string, unknown>;
  return { link: event.link, actor: event.actor, table, row: Number(detail.row), detail };
}

/** The first row that does not hold; null when all do. */
export function compareTold<T extends string>(
  told: readonly Told<T>[],
  checks: Readonly<Record<T, Check<T>>>,
): Disagrees | null {
  for (const one of told) {
    if (!checks[one.table].holds(one)) {
      const text = 'it is not the row that was told when it was written';
      return { link: one.link, row: `${one.table} ${one.row}`, text };
    }
  }
  for (const [table, { rows }] of Object.entries(checks) as [T, Check<T>][]) {
    const known = told.filter((one) => one.table === table).length;
    const last = rows.nextId() - 1;
    // Ids are given without gaps: more rows than events were put there by somebody else.
    if (last !== known) return { link: null, row: table, text: `${known} rows were told, ${last} are there` };
  }
  return null;
}
