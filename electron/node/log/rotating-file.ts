// A log file that never grows beyond its limit: full, it becomes `name.1.jsonl`, what was `.1` becomes `.2`, the oldest goes.
// Runs in the main process (Node). Nothing here ever throws: a log that cannot be written is no reason to stop inspecting.
import { appendFileSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface Limits {
  /** Of one file. */
  readonly maxBytes: number;
  /** The one that is written included. */
  readonly maxFiles: number;
}

/** 5 x 2 MB: weeks of a quiet workstation, and a bundle that still fits into a mail. */
const LOG_LIMITS: Limits = { maxBytes: 2_000_000, maxFiles: 5 };

export class RotatingFile {
  readonly #folder: string;
  readonly #name: string;
  readonly #limits: Limits;
  #bytes = -1;
  /** Lines that could not be written, since the last one that could. */
  #lost = 0;

  constructor(folder: string, name: string, limits: Limits = LOG_LIMITS) {
    this.#folder = folder;
    this.#name = name;
    this.#limits = limits;
  }

  get path(): string {
    return this.#numbered(0);
  }

  /** Number of lines that were lost in a row; 0 while everything is well. */
  get lost(): number {
    return this.#lost;
  }

  /** Adds a line. Written at once: the last lines before a crash are those that matter. */
  add(line: string): void {
    const text = `${line}\n`;
    const bytes = Buffer.byteLength(text);
    try {
      if (this.#bytes < 0) this.#open();
      if (this.#bytes > 0 && this.#bytes + bytes > this.#limits.maxBytes) this.#rotate();
      appendFileSync(this.path, text);
      this.#bytes += bytes;
      this.#lost = 0;
    } catch {
      this.#lost++;
      this.#bytes = -1; // looked at afresh with the next line: the disk may have room again by then
    }
  }

  #open(): void {
    mkdirSync(this.#folder, { recursive: true });
    this.#bytes = statSync(this.path, { throwIfNoEntry: false })?.size ?? 0;
  }

  #rotate(): void {
    const { maxFiles } = this.#limits;
    rmSync(this.#numbered(maxFiles - 1), { force: true });
    for (let i = maxFiles - 2; i >= 0; i--) {
      try {
        renameSync(this.#numbered(i), this.#numbered(i + 1));
      } catch {
        // Not there, or held open by somebody who reads it: then the file grows a little beyond its limit.
      }
    }
    this.#bytes = statSync(this.path, { throwIfNoEntry: false })?.size ?? 0;
  }

  #numbered(i: number): string {
    return join(this.#folder, i === 0 ? `${this.#name}.jsonl` : `${this.#name}.${i}.jsonl`);
  }
}
