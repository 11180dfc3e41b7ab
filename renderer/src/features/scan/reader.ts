// Reads a barcode scanner that acts as a keyboard: its prefix, then letters faster than anybody types, then Enter.
// Runs anywhere (pure): it is given key presses and the time.

/** A scanner sends a key every few milliseconds; nobody types three in a row this fast. */
const LONGEST_GAP_MS = 120;
const LONGEST_CODE = 200;

export interface ScanPress {
  key: string;
  ctrlKey: boolean;
  altKey: boolean;
  metaKey: boolean;
  timeStamp: number;
}

/** `taken`: the key belongs to a scan; `code`: the scan is complete; `typed`: what was held back was typed by hand. */
export interface Taken {
  taken: boolean;
  code?: string;
  typed?: string;
}

export class ScanReader {
  #buffer: string | null = null;
  #last = 0;

  /** `prefix` '': nothing is a scan. */
  take(press: ScanPress, prefix: string): Taken {
    // A foreign layout makes some prefixes of Alt or Shift together with another key.
    if (press.key === 'Shift' || press.key === 'Alt' || press.key === 'AltGraph')
      return { taken: this.#buffer !== null };
    const late = press.timeStamp - this.#last > LONGEST_GAP_MS;
    if (this.#buffer !== null && late) {
      const typed = prefix + this.#buffer;
      this.#buffer = null;
      return { ...this.take(press, prefix), typed };
    }
    if (this.#buffer === null) {
      if (prefix === '' || press.key !== prefix || press.ctrlKey || press.metaKey) return { taken: false };
      this.#buffer = '';
      this.#last = press.timeStamp;
      return { taken: true };
    }
    this.#last = press.timeStamp;
    if (press.key === 'Enter' || press.key === 'Tab') {
      const code = this.#buffer.trim();
      this.#buffer = null;
      return code === '' ? { taken: true } : { taken: true, code };
    }
    if (press.key.length === 1 && this.#buffer.length < LONGEST_CODE) this.#buffer += press.key;
    return { taken: true };
  }

  /** What was held back and never became a scan; '' when nothing was. Call some time after the last key. */
  giveUp(now: number, prefix: string): string {
    if (this.#buffer === null || now - this.#last <= LONGEST_GAP_MS) return '';
    const typed = prefix + this.#buffer;
    this.#buffer = null;
    return typed;
  }
}

export const GIVE_UP_MS = LONGEST_GAP_MS + 30;

interface Named {
  id: number;
  name: string;
}

/** The recipe with this name in any case, or with this number ("12", "R12", "#12"); a name goes before a number. */
export function findRecipe<R extends Named>(recipes: readonly R[], code: string): R | null {
  const wanted = code.trim().toLocaleLowerCase();
  const named = recipes.find((recipe) => recipe.name.toLocaleLowerCase() === wanted);
  if (named !== undefined) return named;
  const number = /^[r#]?0*([1-9]\d*)$/.exec(wanted)?.[1];
  return recipes.find((recipe) => String(recipe.id) === number) ?? null;
}

/** For a scan in an open run: a bare number is more likely on a part than on the card of a recipe. */
export const findScannedRecipe = <R extends Named>(recipes: readonly R[], code: string): R | null =>
  /^\d+$/.test(code.trim()) && !recipes.some((recipe) => recipe.name === code.trim())
    ? null
    : findRecipe(recipes, code);

/** Positions of the parts whose name holds the code; with an exact file name among them, that one alone. */
export function findParts(parts: readonly ({ name: string } | undefined)[], code: string): number[] {
  const wanted = code.trim().toLowerCase();
  const hits: number[] = [];
  for (let seq = 0; seq < parts.length; seq++) {
    const name = parts[seq]?.name.toLowerCase();
    if (!name?.includes(wanted)) continue;
    const stem = name.slice(name.lastIndexOf('/') + 1).replace(/\.[^.]*$/, '');
    if (stem === wanted) return [seq];
    hits.push(seq);
  }
  return hits;
}
