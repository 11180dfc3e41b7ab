// What was found out about the devices of this computer, on the disk: one small JSON file in the data folder.
// Runs in the inference service, in main and on the command line (Node).
import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { writeFileSafely } from './write-file.ts';

const provider = z.enum(['cpu', 'cuda', 'dml', 'coreml', 'webgpu']);

/**
 * What became of a provider: taken; right, but slower than the one that was taken; other numbers than the processor's; did
 * not start or failed; took the whole process down.
 */
const Outcome = z.enum(['chosen', 'slower', 'wrong', 'failed', 'crashed']);

const Trial = z.strictObject({
  device: provider,
  outcome: Outcome,
  /** Milliseconds for one photograph, the median; absent where it never came so far. */
  msPerImage: z.number().nonnegative().exactOptional(),
  /** Largest difference from the processor as a share of the largest value. */
  difference: z.number().nonnegative().exactOptional(),
  /** What the provider said, in its own words. */
  detail: z.string().max(400).exactOptional(),
});
export type Trial = z.infer<typeof Trial>;

const Place = z.strictObject({
  machine: z.string().max(100),
  /** SHA-256 of the model. */
  model: z.string().max(100),
  /** Versions of Loupe and of ONNX Runtime. */
  program: z.string().max(200),
  drivers: z.string().max(2000),
});
/** For what a choice holds: where one of these is another, it is made anew. */
export type Place = z.infer<typeof Place>;

const Choice = z.strictObject({
  ...Place.shape,
  /** UTC, ISO 8601. */
  at: z.iso.datetime(),
  pack: z.string().max(100),
  trials: z.array(Trial).min(1).max(8),
});
export type Choice = z.infer<typeof Choice>;

const schema = z.strictObject({
  schema: z.literal(1),
  choices: z.array(Choice).max(1000),
  /** A provider that is being tried right now; still there at the next start, it took the process down. */
  trying: z.strictObject({ ...Place.shape, device: provider }).nullable(),
});
type Stored = z.infer<typeof schema>;

const EMPTY: Stored = { schema: 1, choices: [], trying: null };
/** The oldest go first: each costs 500 bytes. */
const MOST = 200;

const same = (a: Place, b: Place): boolean =>
  a.machine === b.machine && a.model === b.model && a.program === b.program && a.drivers === b.drivers;

/** The trial of the provider that was taken. */
export const chosen = (choice: Choice): Trial | undefined =>
  choice.trials.find(({ outcome }) => outcome === 'chosen');

/** One file; without a name nothing is kept. A file that cannot be used counts as none and is replaced by the next choice. */
export class DeviceStore {
  readonly #file: string | null;

  constructor(file: string | null) {
    this.#file = file;
  }

  async choices(): Promise<readonly Choice[]> {
    return (await this.#read()).choices;
  }

  async find(place: Place): Promise<Choice | null> {
    return (await this.choices()).find((choice) => same(choice, place)) ?? null;
  }

  /** Replaces what was known about the same model on the same computer. Throws `output.failed`. */
  async put(choice: Choice): Promise<void> {
    const { choices } = await this.#read();
    const others = choices.filter(
      ({ machine, model }) => machine !== choice.machine || model !== choice.model,
    );
    await this.#write({ schema: 1, choices: [...others, choice].slice(-MOST), trying: null });
  }

  /** The provider whose trial in this place never came to an end, or null. */
  async interrupted(place: Place): Promise<Trial['device'] | null> {
    const { trying } = await this.#read();
    return trying && same(trying, place) ? trying.device : null;
  }

  /** Noted before a provider is tried, and taken back after it. Throws `output.failed`. */
  async trying(place: Place, device: Trial['device'] | null): Promise<void> {
    const { choices } = await this.#read();
    await this.#write({ schema: 1, choices, trying: device && { ...place, device } });
  }

  /** Forgets everything. */
  async clear(): Promise<void> {
    if (this.#file !== null) await rm(this.#file, { force: true });
  }

  async #read(): Promise<Stored> {
    if (this.#file === null) return EMPTY;
    try {
      return schema.parse(JSON.parse(await readFile(this.#file, 'utf8')));
    } catch {
      return EMPTY; // not there yet, or damaged: trying again costs seconds
    }
  }

  async #write(stored: Stored): Promise<void> {
    if (this.#file === null) return;
    await mkdir(dirname(this.#file), { recursive: true });
    await writeFileSafely(this.#file, `${JSON.stringify(stored, null, 1)}\n`);
  }
}
