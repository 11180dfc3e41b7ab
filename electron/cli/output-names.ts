// Where --maps and --overlays put their files: named after the photographs, and never over another file of the same run.
// Runs in Node (command line).
import { extname, join, resolve } from 'node:path';

/** Windows and macOS ignore case, and macOS also how accents are composed. */
const sameFile = (path: string): string =>
  process.platform === 'linux' ? path : path.normalize('NFC').toLowerCase();

export class OutputNames {
  readonly #taken: Set<string>;

  /** The photographs themselves are never overwritten. */
  constructor(photographs: Iterable<string>) {
    this.#taken = new Set(Array.from(photographs, (path) => sameFile(resolve(path))));
  }

  /**
   * `<folder>/<relative path without extension><ending>`, and for the next photograph of that name (a.png beside a.jpg)
   * `… (2)`. `renamed` tells which happened.
   */
  take(folder: string, relative: string, ending: string): { path: string; renamed: boolean } {
    const stem = relative.slice(0, relative.length - extname(relative).length);
    for (let n = 1; ; n++) {
      const path = resolve(join(folder, `${stem}${n > 1 ? ` (${n})` : ''}${ending}`));
      if (this.#taken.has(sameFile(path))) continue;
      this.#taken.add(sameFile(path));
      return { path, renamed: n > 1 };
    }
  }
}
