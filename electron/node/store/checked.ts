// When the whole database was last checked: a file that nobody has touched since a clean end need not be read again at once.
// Runs in the history service (Node).
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { sizeOf, type Layout } from './files.ts';

/** As long as damage that the drive does by itself may stay unseen in rows that nobody reads. */
const LONGEST_MS = 7 * 86_400_000;

/** Size and time of the file to the nanosecond: every write changes one of them, whoever writes. */
function stamp(database: string): string {
  const { size, mtimeNs } = statSync(database, { bigint: true });
  return `${size} ${mtimeNs}`;
}

/**
 * Milliseconds since 1970 of the last whole check, or null when one is due: after a crash, a change from outside, a week,
 * or a clock that was set back. With a million results it takes longer than everything else at a start.
 */
export function lastCheck(at: Pick<Layout, 'database' | 'checked'>, now = Date.now()): number | null {
  if (at.checked === '' || sizeOf(`${at.database}-wal`) > 0) return null;
  let text: string;
  try {
    text = readFileSync(at.checked, 'latin1');
  } catch {
    return null; // none yet
  }
  const [time = '', ...rest] = text.split(' ');
  const age = now - Number(time);
  return rest.join(' ') === stamp(at.database) && age >= 0 && age < LONGEST_MS ? Number(time) : null;
}

/** After a clean end. Without it the next start checks, which is always right. */
export function noteCheck(at: Pick<Layout, 'database' | 'checked'>, time: number): void {
  try {
    writeFileSync(at.checked, `${time} ${stamp(at.database)}`);
  } catch {
    // A disk that is full, or a folder that is gone: the next start takes longer.
  }
}
