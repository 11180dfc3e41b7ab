// Waits for photographs that come into folders, and hands out each once it is written to its end.
// Runs in the main process (Node). Reads the folders and never writes there.
import { watch, type FSWatcher } from 'node:fs';
import { stat } from 'node:fs/promises';
import { LoupeError, toErrorValue, type ErrorValue } from '../../../models/errors.ts';
import { scanPhotographs } from './scan.ts';
import { looksWhole } from './whole.ts';

/** A photograph that came, as it was when it was handed out. */
export interface Arrival {
  readonly path: string;
  /** Below the watched folder, with '/' between the folders. */
  readonly relative: string;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
  /** Why it cannot be inspected although it is there. */
  readonly error?: ErrorValue;
}

/** In milliseconds. */
export interface WatchTimes {
  /** Between two looks. Folders on a network tell nobody of a change, so they are looked at again and again. */
  readonly poll: number;
  /** A file must stay the same for so long. */
  readonly settle: number;
  /** A file that stays the same but does not look whole is handed out after this: the decoder says what is wrong. */
  readonly stalled: number;
  /** A file that never stays the same fails after this. */
  readonly unfinished: number;
}

const WATCH_TIMES: WatchTimes = { poll: 1000, settle: 900, stalled: 30_000, unfinished: 600_000 };

/** One look may take no more than this part of the time: a large folder on a slow network is looked at less often. */
const REST_FACTOR = 5;
/** After a sign from the file system: what comes in one go is looked at in one go. */
const AFTER_SIGN_MS = 150;

/** A state of a file: written again, it is another photograph. */
export const stampOf = ({ bytes, modified }: Pick<Arrival, 'bytes' | 'modified'>): string =>
  `${bytes} ${modified}`;

export interface WatchOptions {
  readonly folders: readonly string[];
  readonly signal: AbortSignal;
  /** Whether this state of a file was handed out before. */
  readonly known: (path: string, stamp: string) => boolean;
  /** Told when the folders cannot be reached, and when they can again. */
  readonly onReach?: (reachable: boolean) => void;
  readonly times?: WatchTimes;
  readonly skip?: (relative: string) => boolean;
}

interface Candidate {
  stamp: string;
  /** Since when it has been the same, and since when it has been there. */
  since: number;
  readonly first: number;
}

/** Hands out what came, in the order of the scan, until the signal is aborted. */
export async function* watchFolders(options: WatchOptions): AsyncGenerator<readonly Arrival[]> {
  const { signal, times = WATCH_TIMES } = options;
  const candidates = new Map<string, Candidate>();
  const rest = new Rest(options.folders, signal);
  let reachable = true;
  try {
    while (!signal.aborted) {
      const started = performance.now();
      const reached = await canReach(options.folders);
      if (reached !== reachable) options.onReach?.((reachable = reached));
      const arrived = reached ? await look(options, candidates, times) : [];
      if (arrived.length > 0) yield arrived;
      const took = performance.now() - started;
      await rest.take(Math.max(times.poll, REST_FACTOR * took), Math.max(AFTER_SIGN_MS, took));
    }
  } finally {
    rest.end();
  }
}

/** All photographs as they are now: what was there before a watch for new ones began. */
export async function presentIn(options: WatchOptions): Promise<Arrival[]> {
  const present: Arrival[] = [];
  for await (const file of scan(options, () => undefined)) {
    options.signal.throwIfAborted();
    present.push(file);
  }
  return present;
}

/** A share that was unplugged must not look like a folder that was emptied. */
async function canReach(folders: readonly string[]): Promise<boolean> {
  const there = await Promise.all(
    folders.map((folder) =>
      stat(folder).then(
        (stats) => stats.isDirectory(),
        () => false,
      ),
    ),
  );
  return there.every(Boolean);
}

/** The photographs below the folders; none is no error here, and a folder that goes away meanwhile is met at the next look. */
async function* scan(
  { folders, skip }: WatchOptions,
  onError: (error: LoupeError, path: string) => void,
): AsyncGenerator<Arrival> {
  try {
    yield* scanPhotographs(folders, { onError, ...(skip && { skip }) });
  } catch (thrown) {
    const code = thrown instanceof LoupeError ? thrown.code : '';
    if (code !== 'data.no_images' && code !== 'data.folder_missing') throw thrown;
  }
}

async function look(
  options: WatchOptions,
  candidates: Map<string, Candidate>,
  times: WatchTimes,
): Promise<Arrival[]> {
  const ready: Arrival[] = [];
  const met = new Set<string>();
  const unseen: Arrival[] = [];
  const consider = async (file: Arrival): Promise<void> => {
    const stamp = stampOf(file);
    if (options.known(file.path, stamp)) return;
    met.add(file.path);
    const now = performance.now();
    const before = candidates.get(file.path);
    if (before?.stamp !== stamp) {
      candidates.set(file.path, { stamp, since: now, first: before?.first ?? now });
      if (before === undefined || now - before.first < times.unfinished) return;
      const seconds = Math.round(times.unfinished / 1000);
      const error = new LoupeError('image.unfinished', { path: file.path, seconds }).toValue();
      ready.push({ ...file, error });
    } else if (file.error !== undefined) {
      if (now - before.since >= times.stalled) ready.push(file);
    } else if (now - before.since >= times.settle) {
      const stalled = now - before.since >= times.stalled;
      if (stalled || (await looksWhole(file.path, file.bytes))) ready.push(file);
    }
  };
  for await (const file of scan(options, (thrown, path) => unseen.push(unseenFile(thrown, path)))) {
    if (options.signal.aborted) return [];
    await consider(file);
  }
  // What vanished between two breaths was never for us; all other obstacles are told in the end.
  for (const file of unseen) if (file.error?.code !== 'image.missing') await consider(file);
  for (const { path } of ready) candidates.delete(path);
  for (const path of candidates.keys()) if (!met.has(path)) candidates.delete(path);
  return ready;
}

const unseenFile = (thrown: LoupeError, path: string): Arrival => ({
  ...{ path, relative: path.replaceAll('\\', '/'), bytes: 0, modified: 0 },
  error: toErrorValue(thrown),
});

/** The pause between two looks, cut short by a sign of the file system where it gives any. */
class Rest {
  readonly #watchers: FSWatcher[] = [];
  readonly #signal: AbortSignal;
  #sign = false;
  #wake: () => void = () => undefined;

  constructor(folders: readonly string[], signal: AbortSignal) {
    this.#signal = signal;
    // On Linux, Node watches a tree by walking it; the next look does that anyway.
    const recursive = process.platform !== 'linux';
    for (const folder of folders) {
      try {
        const watcher = watch(folder, { recursive, persistent: false }, () => this.#onSign());
        // A share that does not tell, or goes away: the looks go on without signs.
        watcher.on('error', () => watcher.close());
        this.#watchers.push(watcher);
      } catch {
        continue;
      }
    }
  }

  /** At most `longest`; after a sign, `shortest` (both in milliseconds). */
  async take(longest: number, shortest: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    let soon: NodeJS.Timeout | undefined;
    let stop = (): void => undefined;
    await new Promise<void>((resolve) => {
      stop = () => resolve();
      timer = setTimeout(resolve, longest);
      this.#wake = () => {
        soon ??= setTimeout(resolve, shortest);
      };
      if (this.#sign) this.#wake();
      this.#signal.addEventListener('abort', stop, { once: true });
      if (this.#signal.aborted) stop();
    });
    clearTimeout(timer);
    clearTimeout(soon);
    this.#signal.removeEventListener('abort', stop);
    this.#wake = () => undefined;
    this.#sign = false;
  }

  end(): void {
    for (const watcher of this.#watchers) watcher.close();
  }

  #onSign(): void {
    this.#sign = true;
    this.#wake();
  }
}
