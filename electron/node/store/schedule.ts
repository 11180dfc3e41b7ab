// What is due daily, backup and retention: looked after while the program runs, whatever time of day it is started.
// Runs in the history service (Node).
import { toErrorValue, type ErrorValue } from '../../../models/errors.ts';

/** The first screen comes first. */
const FIRST_LOOK_MS = 60_000;
const LOOK_EVERY_MS = 3_600_000;
const DAY_MS = 86_400_000;

export interface ScheduleOptions<T> {
  /** When it was last done, UTC, ISO 8601; null when it never was. */
  readonly newest: () => string | null;
  readonly make: () => Promise<T>;
  readonly onEnd: (end: { readonly made: T } | { readonly error: ErrorValue }) => void;
}

/** A time in the future says that the clock was moved: then it is due as well. */
export function isDue(newest: string | null, now: number): boolean {
  if (newest === null) return true;
  const age = now - Date.parse(newest);
  return age >= DAY_MS || age < 0;
}

/** Looks once a minute after the start and then every hour; returns the function that ends it. */
export function scheduleDaily<T>({ newest, make, onEnd }: ScheduleOptions<T>): () => void {
  let busy = false;
  const look = (): void => {
    if (busy || !isDue(newest(), Date.now())) return;
    busy = true;
    make()
      .then((made) => onEnd({ made }))
      .catch((error: unknown) => onEnd({ error: toErrorValue(error) }))
      .finally(() => (busy = false));
  };
  // Neither keeps a service alive that is told to end.
  const first = setTimeout(look, FIRST_LOOK_MS).unref();
  const later = setInterval(look, LOOK_EVERY_MS).unref();
  return () => {
    clearTimeout(first);
    clearInterval(later);
  };
}
