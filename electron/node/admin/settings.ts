// What this workstation keeps about itself outside of the history, because it is needed before the history is open.
// Runs in the main process and on the command line (Node).
import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { insist, writeAtomic } from '../files/write-atomic.ts';

export const Settings = z.strictObject({
  schema: z.literal(1),
  updateFolder: z.string().min(1).max(4096).optional(),
  /** Since when the graphics card is left alone, after its process crashed so often in one session. */
  softwareDrawing: z.strictObject({ since: z.iso.datetime(), crashes: z.int().positive() }).optional(),
});
export type Settings = z.infer<typeof Settings>;

export const settingsFile = (dataFolder: string): string => join(dataFolder, 'workstation.json');

const AS_DELIVERED: Settings = { schema: 1 };

export class SettingsFile {
  readonly path: string;
  readonly #tell: (problem: string) => void;
  #current: Settings;

  /** `tell`: what could not be read or written, for the log; it is never a reason not to start. */
  constructor(dataFolder: string, tell: (problem: string) => void) {
    this.path = settingsFile(dataFolder);
    this.#tell = tell;
    this.#current = this.#read();
  }

  get current(): Settings {
    return this.#current;
  }

  /** `undefined` takes a setting back. False when it could not be written; it holds for this session all the same. */
  set(change: { readonly [K in keyof Omit<Settings, 'schema'>]?: Settings[K] }): boolean {
    this.#current = Settings.parse({ ...this.#current, ...change });
    try {
      writeAtomic(this.path, `${JSON.stringify(this.#current, null, 2)}\n`);
      return true;
    } catch (thrown) {
      this.#tell(`${this.path} could not be written: ${reasonOf(thrown)}`);
      return false;
    }
  }

  #read(): Settings {
    let text: string;
    try {
      text = insist(() => readFileSync(this.path, 'utf8'));
    } catch (thrown) {
      const missing = thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT';
      if (!missing) this.#tell(`${this.path} could not be read: ${reasonOf(thrown)}`);
      return AS_DELIVERED;
    }
    try {
      return Settings.parse(JSON.parse(text));
    } catch (thrown) {
      this.#tell(`${this.path} is not right and was put aside: ${reasonOf(thrown)}`);
      try {
        renameSync(this.path, `${this.path}.bad`); // kept: somebody wrote it by hand
      } catch {
        // It stays where it is; the next change replaces it.
      }
      return AS_DELIVERED;
    }
  }
}

const reasonOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));
