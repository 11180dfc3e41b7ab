// Trainings on the disk: <data>/training/<number>/ with the job as it was planned, the state as it is, and what came of it.
// Runs in the main process (Node).
import { mkdir, readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Training } from '../../common/training.ts';
import type { TrainingJob, TrainingOutcome } from '../../common/training-service.ts';
import { LoupeError } from '../../../models/errors.ts';
import { writeFileSafely } from '../engine/write-file.ts';

export class TrainingFiles {
  readonly #root: string;
  /** The tail of the writes of states: an older one must not arrive after a newer one. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(dataFolder: string) {
    this.#root = join(dataFolder, 'training');
  }

  folder(id: number): string {
    return join(this.#root, String(id));
  }

  /** Features of the photographs, for the next training too. */
  get cache(): string {
    return join(this.#root, 'cache');
  }

  async nextId(): Promise<number> {
    return ((await this.#ids()).at(-1) ?? 0) + 1;
  }

  /** The newest training that can be read; null when there is none. */
  async newest(): Promise<Training | null> {
    for (const id of (await this.#ids()).reverse()) {
      const state = await this.#read(id, 'state.json');
      // A folder without a state is a training that never began.
      if (state !== null) return Training.parse(state);
    }
    return null;
  }

  async job(id: number): Promise<TrainingJob> {
    return this.#needed(id, 'job.json') as Promise<TrainingJob>;
  }

  async outcome(id: number): Promise<TrainingOutcome> {
    return this.#needed(id, 'outcome.json') as Promise<TrainingOutcome>;
  }

  saveJob(id: number, job: TrainingJob): Promise<void> {
    return this.#write(id, 'job.json', job);
  }

  saveOutcome(id: number, outcome: TrainingOutcome): Promise<void> {
    return this.#write(id, 'outcome.json', outcome);
  }

  /** Progress is of the moment and is not kept. */
  saveState(training: Training): Promise<void> {
    const write = (): Promise<void> =>
      this.#write(training.id, 'state.json', { ...training, progress: null });
    const saved = this.#last.then(write);
    this.#last = saved.catch(() => undefined);
    return saved;
  }

  /** What a discarded training does not need: everything but its state and the record of what it learnt from. */
  async thinOut(id: number): Promise<void> {
    const names = ['head.safetensors', 'head.checkpoint', 'calibration.json', 'after'];
    for (const name of names) await rm(join(this.folder(id), name), { recursive: true, force: true });
  }

  #write(id: number, name: string, value: unknown): Promise<void> {
    return writeFileSafely(join(this.folder(id), name), `${JSON.stringify(value, null, 2)}\n`);
  }

  async #needed(id: number, name: string): Promise<unknown> {
    const value = await this.#read(id, name);
    if (value === null) throw new LoupeError('history.not_found', { what: `${name} of training ${id}` });
    return value;
  }

  async #read(id: number, name: string): Promise<unknown> {
    try {
      return JSON.parse(await readFile(join(this.folder(id), name), 'utf8')) as unknown;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
      throw error;
    }
  }

  /** Ascending. */
  async #ids(): Promise<number[]> {
    await mkdir(this.#root, { recursive: true });
    const numbers = (await readdir(this.#root)).filter((name) => /^[1-9]\d{0,8}$/.test(name)).map(Number);
    return numbers.sort((a, b) => a - b);
  }
}
