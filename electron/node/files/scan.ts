// Finds the photographs below files and folders, one after the other in natural order, however many there are.
// Runs in Node (services and the command line).
import type { Stats } from 'node:fs';
import { lstat, opendir, realpath, stat } from 'node:fs/promises';
import { dirname, join, parse, relative as pathBetween, resolve, sep } from 'node:path';
import { LoupeError } from '../../../models/errors.ts';
import { fileError } from '../image/read-file.ts';

export interface ScannedFile {
  /** Absolute path. */
  readonly path: string;
  /**
   * Path with '/' below the chosen folder; with several inputs, below the deepest folder that holds them all, so that no two
   * photographs of a scan share it.
   */
  readonly relative: string;
  /** Size of the file. */
  readonly bytes: number;
  /** When it was last written, in milliseconds since 1970. */
  readonly modified: number;
}

export interface ScanOptions {
  /** Stop after that many photographs. */
  readonly limit?: number;
  /** True leaves a file below a folder, or a folder with all that is in it, out. Gets the relative path of ScannedFile. */
  readonly skip?: (relative: string) => boolean;
  /**
   * Told about everything that could not be looked at (an unreadable folder, a dead link, a link out of the chosen folder, a
   * file that vanished meanwhile); the scan goes on. Without it the first one is thrown.
   */
  readonly onError?: (error: LoupeError, path: string) => void;
}

/** The folder of the masks in the layout of MVTec AD: they are drawings of defects and no photographs of parts. For `skip`. */
export const isMasks = (relative: string): boolean => /(^|\/)ground_truth$/.test(relative);

const PHOTOGRAPH = /\.(jpe?g|png|bmp|tiff?|webp)$/i;

type Kind = 'file' | 'folder' | 'link' | 'other';
interface Entry {
  readonly name: string;
  readonly kind: Kind;
}

/** A folder that is being worked through. `real` is its path without links. */
interface Frame {
  readonly path: string;
  readonly real: string;
  readonly relative: string;
  readonly entries: readonly Entry[];
  next: number;
}

// One fixed language, so that the order is the same on every machine; img2 comes before img10.
const collator = new Intl.Collator('en', { numeric: true });
const naturally = (a: Entry, b: Entry): number =>
  collator.compare(a.name, b.name) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

const isInside = (folder: string, path: string): boolean =>
  path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);

const folderMissing = (path: string, cause: unknown) =>
  new LoupeError('data.folder_missing', { path }, { cause });

/** The entries that matter, sorted. Holds one folder's names in memory, never those of a whole tree. */
async function list(folder: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const entry of await opendir(folder, { bufferSize: 1024 })) {
    const { name } = entry;
    if (name.startsWith('.')) continue;
    if (entry.isDirectory()) entries.push({ name, kind: 'folder' });
    else if (entry.isSymbolicLink()) entries.push({ name, kind: 'link' });
    else if (PHOTOGRAPH.test(name)) entries.push({ name, kind: entry.isFile() ? 'file' : 'other' });
  }
  return entries.sort(naturally);
}

/** The deepest folder that holds all of them; '' when there is none (two drives of Windows). */
function commonFolder(folders: readonly string[]): string {
  const [first = '', ...others] = folders;
  let common = first;
  while (!others.every((folder) => isInside(common, folder))) {
    const parent = dirname(common);
    if (parent === common) return '';
    common = parent;
  }
  return common;
}

/** Path below a root with '/'; with no common root the drive becomes the first folder ("C/photos"). */
function below(root: string, path: string): string {
  const between = root
    ? pathBetween(root, path)
    : path.replace(parse(path).root, (drive) => drive.replace(/[:\\/]+/g, '') + sep);
  return between.split(sep).join('/');
}

/** What the user named: absolute, existing. */
interface Input {
  readonly path: string;
  readonly real: string;
  readonly stats: Stats;
}

async function resolveInput(input: string): Promise<Input> {
  const path = resolve(input);
  try {
    return { path, real: await realpath(path), stats: await stat(path) };
  } catch (thrown) {
    throw folderMissing(input, thrown);
  }
}

class Walk {
  readonly #options: ScanOptions;
  /** Real paths of the folders that were entered: each is entered once, so links cannot make the scan run in circles. */
  readonly #entered = new Set<string>();
  /** Real paths of the files that were named; they are given at their own place and not again below a folder. */
  readonly #named: ReadonlySet<string>;

  constructor(options: ScanOptions, named: ReadonlySet<string>) {
    this.#options = options;
    this.#named = named;
  }

  #report(error: LoupeError, path: string): void {
    if (!this.#options.onError) throw error;
    this.#options.onError(error, path);
  }

  async #enter(path: string, real: string, relative: string): Promise<Frame | null> {
    if (this.#entered.has(real)) return null;
    this.#entered.add(real);
    return { path, real, relative, entries: await list(path), next: 0 };
  }

  /** Where a link leads, as an entry of its folder; null (and reported where it matters) when it is not to be followed. */
  async #follow(path: string, name: string, rootReal: string): Promise<{ kind: Kind; real: string } | null> {
    const mayBePhotograph = PHOTOGRAPH.test(name);
    try {
      const real = await realpath(path);
      const stats = await stat(real);
      const kind: Kind = stats.isDirectory() ? 'folder' : stats.isFile() ? 'file' : 'other';
      if (kind !== 'folder' && !mayBePhotograph) return null;
      if (isInside(rootReal, real)) return { kind, real };
      this.#report(
        new LoupeError('image.unreadable', { path, reason: 'a link out of the chosen folder' }),
        path,
      );
    } catch (thrown) {
      if (thrown instanceof LoupeError) throw thrown;
      this.#report(mayBePhotograph ? fileError(path, thrown) : folderMissing(path, thrown), path);
    }
    return null;
  }

  async #file(path: string, relative: string, real: string, kind: Kind): Promise<ScannedFile | null> {
    if (this.#named.has(real)) return null;
    if (kind === 'other') {
      this.#report(new LoupeError('image.unreadable', { path, reason: 'not a regular file' }), path);
      return null;
    }
    try {
      const { size, mtimeMs } = await lstat(real);
      return { path, relative, bytes: size, modified: mtimeMs };
    } catch (thrown) {
      this.#report(fileError(path, thrown), path);
      return null;
    }
  }

  /** All photographs below one named folder, depth first. A stack instead of recursion: trees may be deep. */
  async *below(root: Input, relative: string): AsyncGenerator<ScannedFile> {
    let first: Frame | null;
    try {
      first = await this.#enter(root.path, root.real, relative);
    } catch (thrown) {
      throw folderMissing(root.path, thrown);
    }
    const stack = first ? [first] : [];
    for (let frame = stack.at(-1); frame; frame = stack.at(-1)) {
      const entry = frame.entries[frame.next++];
      if (!entry) {
        stack.pop();
        continue;
      }
      const path = join(frame.path, entry.name);
      const below = frame.relative ? `${frame.relative}/${entry.name}` : entry.name;
      if (this.#options.skip?.(below)) continue;
      const found =
        entry.kind === 'link'
          ? await this.#follow(path, entry.name, root.real)
          : { kind: entry.kind, real: join(frame.real, entry.name) };
      if (!found) continue;
      if (found.kind === 'folder') {
        try {
          const inner = await this.#enter(path, found.real, below);
          if (inner) stack.push(inner);
        } catch (thrown) {
          this.#report(folderMissing(path, thrown), path);
        }
      } else {
        const file = await this.#file(path, below, found.real, found.kind);
        if (file) yield file;
      }
    }
  }
}

/**
 * Yields the photographs below files and folders: the inputs in the given order, each folder in natural order.
 *
 * Below folders: .jpg .jpeg .png .bmp .tif .tiff .webp in any case, no hidden files or folders. Named files are always taken,
 * whatever they are called. Links are followed while they stay inside of the named folder; every real folder is visited once.
 *
 * @throws LoupeError data.folder_missing before the first photograph when an input does not exist, or when a named folder
 *   cannot be read; data.no_images at the end when there was none
 */
export async function* scanPhotographs(
  inputs: readonly string[],
  options: ScanOptions = {},
): AsyncGenerator<ScannedFile, void, void> {
  const { limit = Infinity } = options;
  const resolved: Input[] = [];
  for (const input of inputs) resolved.push(await resolveInput(input));

  const isFolder = (input: Input) => input.stats.isDirectory();
  const root = commonFolder(resolved.map((input) => (isFolder(input) ? input.path : dirname(input.path))));
  const named = new Set(resolved.filter((input) => !isFolder(input)).map((input) => input.real));
  const walk = new Walk(options, named);
  const given = new Set<string>();

  let count = 0;
  for (const input of resolved) {
    if (count >= limit) return;
    if (!isFolder(input)) {
      // Named twice is still one photograph.
      if (given.has(input.real)) continue;
      given.add(input.real);
      const { size, mtimeMs } = input.stats;
      yield { path: input.path, relative: below(root, input.path), bytes: size, modified: mtimeMs };
      count++;
      continue;
    }
    for await (const file of walk.below(input, below(root, input.path))) {
      yield file;
      if (++count >= limit) return;
    }
  }
  if (count === 0) throw new LoupeError('data.no_images', { path: inputs.join(', ') });
}
