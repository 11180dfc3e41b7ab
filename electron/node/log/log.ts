// The log of the workstation: one JSON object a line, from main and from every service. Words, numbers and paths; never pixels,
// never a PIN. Runs in the main process (Node).
import { isErrorCode, describeError, type ErrorValue } from '../../../models/errors.ts';
import type { LogLevel, LogSource } from '../../common/rpc.ts';
import { RotatingFile, type Limits } from './rotating-file.ts';

export type Fields = Readonly<Record<string, unknown>>;
export interface Log {
  write(level: LogLevel, from: LogSource, event: string, fields?: Fields): void;
}

/** Where nobody wants to know: tests, and the command line, which says everything itself. */
export const NO_LOG: Log = { write: () => undefined };

const MOST_TEXT = 2000;
const MOST_FIELDS = 24;
/** Whatever is called so never gets into a file, wherever it comes from. */
const SECRET = /pin|password|passphrase|secret|token|privatekey/i;

/** Plain values only. Bytes, pictures and everything nested is left out: nobody can slip an image into a log by accident. */
function plain(fields: Fields): Record<string, string | number | boolean | null> {
  const kept: Record<string, string | number | boolean | null> = {};
  for (const [name, value] of Object.entries(fields).slice(0, MOST_FIELDS)) {
    if (SECRET.test(name)) continue;
    if (typeof value === 'string') kept[name] = short(value);
    else if (typeof value === 'number' || typeof value === 'boolean' || value === null) kept[name] = value;
  }
  return kept;
}

/** `data:` addresses and long base64 are pictures in words. */
const short = (text: string): string => {
  const bare = text.replace(/data:[\w/+.-]+;base64,[A-Za-z0-9+/=]+|[A-Za-z0-9+/]{400,}={0,2}/g, '[bytes]');
  return bare.length > MOST_TEXT ? `${bare.slice(0, MOST_TEXT)}… (${bare.length} characters)` : bare;
};

/** What a failure says in a log. */
export const errorFields = (error: ErrorValue): Fields => ({
  code: error.code,
  text: isErrorCode(error.code) ? describeError(error).engineer : '',
});

export class FileLog implements Log {
  readonly #file: RotatingFile;
  readonly #now: () => Date;

  constructor(folder: string, limits?: Limits, now: () => Date = () => new Date()) {
    this.#file = new RotatingFile(folder, 'loupe', limits);
    this.#now = now;
  }

  get lost(): number {
    return this.#file.lost;
  }

  write(level: LogLevel, from: LogSource, event: string, fields: Fields = {}): void {
    const line = { at: this.#now().toISOString(), level, from, event: short(event), ...plain(fields) };
    this.#file.add(JSON.stringify(line));
  }
}
