// What the command line writes: JSON Lines or text on standard output, progress and problems on standard error.
// Runs in Node (command line).
import type { WriteStream } from 'node:tty';
import { describeError, LoupeError, type ErrorCode, type ErrorValue } from '../../models/errors.ts';
import { rgbOf, VERDICT_COLOURS } from '../common/colour-maps.ts';
import type { MachineVerdict } from '../common/domain.ts';

const BAR_WIDTH = 24;
const PROGRESS_MS = 100;
/** What a write says when its reader has gone; anything else, as a full disk, is a result that got lost. */
const READER_GONE = new Set(['EPIPE', 'EOF', 'ERR_STREAM_DESTROYED']);

/** File names may hold anything, also what would move the cursor or turn the writing direction. */
export const printable = (text: string): string =>
  text.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, '\ufffd');

/** Code, what happened, where, and what to do: one line. */
export function errorLine(error: ErrorValue): string {
  const { operator, engineer, remedy } = describeError(error);
  const detail = engineer === operator || operator.includes(engineer) ? '' : ` (${engineer})`;
  return printable(`${error.code}: ${operator}${detail} ${remedy}`);
}

/** For JSON: the same without the remedy. */
export function errorJson(error: ErrorValue): { code: ErrorCode; message: string } {
  const { operator, engineer } = describeError(error);
  return { code: error.code, message: engineer === operator ? operator : `${operator} (${engineer})` };
}

/** `good`, `review`, `reject` and `failed` in their colours, where colours can be seen. */
export function verdictWord(verdict: MachineVerdict, stream: WriteStream = process.stdout): string {
  const word = verdict.padEnd(6);
  if (!stream.isTTY || process.env.NO_COLOR) return word;
  return `\u001b[38;2;${rgbOf(VERDICT_COLOURS[verdict]).join(';')}m${word}\u001b[39m`;
}

/** A bar of ten cells with eighths; `score` is in 0..1. */
export function scoreBar(score: number): string {
  const eighths = Math.round(score * 80);
  const last = eighths % 8;
  const bar = '█'.repeat(Math.floor(eighths / 8)) + (last > 0 ? String.fromCodePoint(0x2590 - last) : '');
  return bar.padEnd(10, '·');
}

/** Columns of a table: text to the left, numbers to the right. */
export function table(rows: readonly (readonly string[])[], left: readonly number[] = [0]): string {
  const widths = (rows[0] ?? []).map((_, c) => Math.max(...rows.map((row) => (row[c] ?? '').length)));
  return rows
    .map((row) =>
      row
        .map((cell, c) => (left.includes(c) ? cell.padEnd(widths[c] ?? 0) : cell.padStart(widths[c] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export class Output {
  readonly json: boolean;
  /** Set when nobody reads standard output any more (`| head`): the command stops then, without complaint. */
  closed = false;
  /** Why standard output took no more, where that is not its reader's wish. */
  lost: LoupeError | null = null;
  /** Where and when the work began that the bar shows now. */
  #begin = { total: -1, done: 0, time: 0 };
  #lastProgress = 0;
  #progressShown = false;

  constructor(json: boolean) {
    this.json = json;
    process.stdout.on('error', (error: NodeJS.ErrnoException) => this.#noMore(error));
    process.stderr.on('error', () => undefined);
  }

  /** One line of JSON. Waits while the reader is slower than the inspection. */
  async record(value: unknown): Promise<void> {
    await this.#write(`${JSON.stringify(value)}\n`);
  }

  /** Text for people; nothing with --json. */
  async text(text: string): Promise<void> {
    if (!this.json) await this.#write(`${text}\n`);
  }

  /** On standard error, in both forms. */
  problem(text: string): void {
    this.clearProgress();
    process.stderr.write(`loupe: ${text}\n`);
  }

  /** A line that is drawn over itself on a terminal, at most ten times a second. Another total is another piece of work. */
  progress(done: number, total: number, what: string, failed = 0): void {
    if (!process.stderr.isTTY) return;
    const now = performance.now();
    if (total !== this.#begin.total) this.#begin = { total, done, time: now };
    if (now - this.#lastProgress < PROGRESS_MS && done < total) return;
    this.#lastProgress = now;
    const filled = Math.round((BAR_WIDTH * done) / Math.max(total, 1));
    const bar = '█'.repeat(filled) + '·'.repeat(BAR_WIDTH - filled);
    const seconds = ((now - this.#begin.time) / (done - this.#begin.done)) * ((total - done) / 1000);
    const left = seconds > 0 && seconds < Infinity ? `, ${duration(seconds)} left` : '';
    const line = `${bar} ${done}/${total} ${what}${failed > 0 ? `, ${failed} failed` : ''}${left}`;
    process.stderr.write(`\r\u001b[2K${line.slice(0, process.stderr.columns - 1)}`);
    this.#progressShown = true;
  }

  clearProgress(): void {
    if (this.#progressShown) process.stderr.write('\r\u001b[2K');
    this.#progressShown = false;
  }

  /** Settles when the text is written or can never be. */
  async #write(text: string): Promise<void> {
    if (this.closed) return;
    this.clearProgress();
    await new Promise<void>((resolve) =>
      process.stdout.write(text, (error) => {
        if (error) this.#noMore(error);
        resolve();
      }),
    );
  }

  #noMore(error: NodeJS.ErrnoException): void {
    this.closed = true;
    if (READER_GONE.has(error.code ?? '')) return;
    const params = { path: 'standard output', reason: error.message };
    this.lost ??= new LoupeError('output.failed', params, { cause: error });
  }
}

/** Seconds in people's words. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  if (seconds < 3600) return `${Math.ceil(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
