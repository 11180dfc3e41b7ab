// Which states of which files a watched folder has handed out: one line each, beside the run's pictures.
// Runs in the main process (Node). It only saves double work: the history is what counts.
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LoupeError } from '../../../models/errors.ts';
import { stampOf } from '../files/watch.ts';

type File = { readonly path: string; readonly bytes: number; readonly modified: number };

export class WatchRecord {
  readonly #file: string;
  readonly #stamps = new Map<string, string>();
  /** Of files that the history has and this record does not: cut off between the two. Their size alone is known. */
  readonly #sizes = new Map<string, number>();

  private constructor(file: string) {
    this.#file = file;
  }

  /** `listed`: what the history has of the run. */
  static async open(
    dataFolder: string,
    runId: number,
    listed: readonly { path: string; bytes: number }[],
  ): Promise<WatchRecord> {
    const record = new WatchRecord(join(dataFolder, 'media', String(runId), 'watched.jsonl'));
    for (const { path, bytes } of listed) record.#sizes.set(path, bytes);
    for (const line of await lines(record.#file)) {
      const [path, stamp] = line;
      record.#stamps.set(path, stamp);
      record.#sizes.delete(path);
    }
    return record;
  }

  /** Nothing was ever handed out or left aside. */
  get empty(): boolean {
    return this.#stamps.size === 0 && this.#sizes.size === 0;
  }

  knows(path: string, stamp: string): boolean {
    const known = this.#stamps.get(path);
    if (known !== undefined) return known === stamp;
    const size = this.#sizes.get(path);
    return size !== undefined && stamp.startsWith(`${size} `);
  }

  /** Throws `output.failed`. */
  async add(files: readonly File[]): Promise<void> {
    // The break comes first: a line that was cut off must not take the next one with it.
    const added = files.map((file) => `\n${JSON.stringify([file.path, stampOf(file)])}`);
    try {
      await mkdir(dirname(this.#file), { recursive: true });
      await appendFile(this.#file, added.join(''));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new LoupeError('output.failed', { path: this.#file, reason }, { cause: error });
    }
    for (const file of files) {
      this.#stamps.set(file.path, stampOf(file));
      this.#sizes.delete(file.path);
    }
  }
}

/** The lines that are whole: the last one may have been cut off with the power. */
async function lines(file: string): Promise<[string, string][]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => {
    try {
      const [path, stamp] = JSON.parse(line) as unknown[];
      return typeof path === 'string' && typeof stamp === 'string' ? [[path, stamp]] : [];
    } catch {
      return [];
    }
  });
}
