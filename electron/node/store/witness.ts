// The witness: how many changes were acknowledged, noted outside the database, so that a shortened log is noticed.
// Runs in the history service (Node).
import { closeSync, constants, openSync, readFileSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';

export interface Testimony {
  /** Which history: a restored backup counts as another one, so that it is not taken for a loss. */
  readonly history: string;
  readonly commits: number;
}

const line = ({ history, commits }: Testimony): string => {
  const words = `${history} ${String(commits).padStart(16, '0')}`;
  return `${words} ${crc32(words).toString(16).padStart(8, '0')}\n`;
};

/** Null when there is no witness or it cannot be understood: then it cannot testify against the database. */
export function readWitness(path: string): Testimony | null {
  let text: string;
  try {
    text = readFileSync(path, 'latin1');
  } catch {
    return null;
  }
  const [history = '', commits = ''] = text.split(' ');
  const testimony = { history, commits: Number(commits) };
  return line(testimony) === text ? testimony : null;
}

/**
 * Why it exists: SQLite reads its write-ahead log up to the first frame that does not add up and takes the rest
 * for an unfinished write. A flipped bit or a cut there silently takes back changes that were acknowledged.
 *
 * It is written after the commit and not flushed: it can only lag behind the database, never run ahead of it.
 */
export class Witness {
  readonly #fd: number;
  readonly #history: string;

  constructor(path: string, now: Testimony) {
    this.#fd = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o644);
    this.#history = now.history;
    this.note(now.commits);
  }

  note(commits: number): void {
    try {
      writeSync(this.#fd, line({ history: this.#history, commits }), 0);
    } catch {
      // The change itself is safe on the disk; a witness that lags only notices less.
    }
  }

  close(): void {
    closeSync(this.#fd);
  }
}
