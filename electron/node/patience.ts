// How long a service may be silent before it counts as hung. Its one thread works and answers, so it is silent while it works.
// Runs in the main process and on the command line (Node).

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** A ping is sent so often. */
export const BEAT_MS = 2 * SECOND;
/** Until the first word after a start: a cold disk and a virus scanner take their time. */
export const START_MS = MINUTE;
/** With nothing to do, and with requests that take moments. */
const IDLE_MS = 30 * SECOND;

/**
 * Requests during which the thread may be away for long, on a slow computer with a large model or history. A hung process is
 * found that much later while one of them is under way; taking a working one for hung would be worse.
 */
const LONG_MS: Readonly<Record<string, number>> = {
  'session.open': 10 * MINUTE,
  selfTest: 10 * MINUTE,
  inspect: 2 * MINUTE,
  open: 60 * MINUTE, // a migration copies the whole database first
  'history.verify': 60 * MINUTE,
  'history.export': 60 * MINUTE,
  'history.health': 60 * MINUTE,
  'backup.make': 60 * MINUTE,
  'training.run': 10 * MINUTE,
};

/** The longest silence that one of these requests excuses. */
export const patienceFor = (names: Iterable<string>): number =>
  Math.max(IDLE_MS, ...[...names].map((name) => LONG_MS[name] ?? IDLE_MS));
