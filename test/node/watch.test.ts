// Watching folders: half-written files are waited for, nothing is handed out twice, what is written anew comes again.
// Runs in Node on a temporary folder, with patience counted in milliseconds.
import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { watchFolders, type Arrival, type WatchTimes } from '../../electron/node/files/watch.ts';
import { looksWhole } from '../../electron/node/files/whole.ts';
import { WatchRecord } from '../../electron/node/run/watch-record.ts';
import { temporaryFolder } from '../support/tiny-pack.ts';

const TIMES: WatchTimes = { poll: 20, settle: 40, stalled: 60_000, unfinished: 60_000 };
const pictures: Record<string, Buffer> = {};
beforeAll(async () => {
  const create = { width: 40, height: 30, channels: 3, background: '#345' } as const;
  const plain = () => sharp({ create });
  pictures.jpg = await plain().jpeg().toBuffer();
  pictures.png = await plain().png().toBuffer();
  pictures.webp = await plain().webp().toBuffer();
  pictures.tif = await plain().tiff().toBuffer();
});
const picture = (ending: string): Buffer => pictures[ending] ?? Buffer.alloc(0);

let folder: string;
let watching: Watching | null = null;
beforeEach(() => void (folder = temporaryFolder('loupe-watch')));
afterEach(async () => {
  await watching?.stop();
  watching = null;
  rmSync(folder, { recursive: true, force: true });
});

class Watching {
  readonly arrived: Arrival[] = [];
  readonly reach: boolean[] = [];
  readonly #abort = new AbortController();
  readonly #stamps = new Map<string, string>();
  readonly #ended: Promise<void>;

  constructor(root: string, times: Partial<WatchTimes> = {}) {
    this.#ended = this.#follow(root, { ...TIMES, ...times });
  }

  async #follow(root: string, times: WatchTimes): Promise<void> {
    const known = (path: string, stamp: string): boolean => this.#stamps.get(path) === stamp;
    const { signal } = this.#abort;
    const onReach = (reachable: boolean): void => void this.reach.push(reachable);
    for await (const files of watchFolders({ folders: [root], signal, known, times, onReach })) {
      for (const file of files) this.#stamps.set(file.path, `${file.bytes} ${file.modified}`);
      this.arrived.push(...files);
    }
  }

  get names(): string[] {
    return this.arrived.map((file) => file.relative);
  }

  /** Looks for long enough that whatever will come has come. */
  async rest(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 400));
  }

  async until(count: number): Promise<void> {
    await expect.poll(() => this.arrived.length, { timeout: 20_000 }).toBe(count);
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#ended;
  }
}
const watch = (times?: Partial<WatchTimes>): Watching => (watching = new Watching(folder, times));

describe('a watched folder', () => {
  it('hands out what is there, and then what comes, also in new folders', async () => {
    writeFileSync(join(folder, 'a.jpg'), picture('jpg'));
    const seen = watch();
    await seen.until(1);
    mkdirSync(join(folder, 'tray 2'));
    writeFileSync(join(folder, 'tray 2/b.png'), picture('png'));
    await seen.until(2);
    expect(seen.names).toEqual(['a.jpg', 'tray 2/b.png']);
    await seen.rest();
    expect(seen.arrived).toHaveLength(2);
  });

  it('waits for a file that is still being written, however its pieces come', async () => {
    const whole = picture('jpg');
    const path = join(folder, 'a.jpg');
    writeFileSync(path, whole.subarray(0, 60));
    const seen = watch();
    await seen.rest(); // the same for long, but without an end
    expect(seen.arrived).toEqual([]);
    appendFileSync(path, whole.subarray(60));
    await seen.until(1);
    expect(seen.arrived[0]?.bytes).toBe(whole.length);
  });

  it('gives up waiting for the end after a time: the decoder says what is wrong', async () => {
    writeFileSync(join(folder, 'a.jpg'), picture('jpg').subarray(0, 60));
    const seen = watch({ stalled: 120 });
    await seen.until(1);
    expect(seen.arrived[0]?.error).toBeUndefined();
  });

  it('fails a file that never stays the same', async () => {
    const path = join(folder, 'log.png');
    writeFileSync(path, 'x');
    const grows = setInterval(() => appendFileSync(path, 'x'), 10);
    try {
      const seen = watch({ unfinished: 200 });
      await expect.poll(() => seen.arrived[0]?.error?.code, { timeout: 20_000 }).toBe('image.unfinished');
    } finally {
      clearInterval(grows);
    }
  });

  it('takes a file that was written anew for another photograph, and a rename for one', async () => {
    const path = join(folder, 'latest.png');
    writeFileSync(path, picture('png'));
    const seen = watch();
    await seen.until(1);
    writeFileSync(path, picture('png')); // the same size
    utimesSync(path, new Date(), new Date(Date.now() + 5000));
    await seen.until(2);
    renameSync(path, join(folder, 'kept.png'));
    await seen.until(3);
    expect(seen.names).toEqual(['latest.png', 'latest.png', 'kept.png']);
  });

  it('tells that the folder is out of reach, and goes on when it is back', async () => {
    writeFileSync(join(folder, 'a.png'), picture('png'));
    const seen = watch();
    await seen.until(1);
    renameSync(folder, `${folder}-away`);
    await expect.poll(() => seen.reach, { timeout: 20_000 }).toEqual([false]);
    renameSync(`${folder}-away`, folder);
    writeFileSync(join(folder, 'b.png'), picture('png'));
    await seen.until(2);
    expect(seen.reach).toEqual([false, true]);
    expect(seen.names).toEqual(['a.png', 'b.png']);
  });

  it('reads and never writes', async () => {
    const path = join(folder, 'a.tif');
    writeFileSync(path, picture('tif'));
    const before = readFileSync(path);
    await watch().until(1);
    expect(readFileSync(path).equals(before)).toBe(true);
  });
});

describe('the end of a photograph', () => {
  it.each(['jpg', 'png', 'webp'])('is seen in %s, and missed when it is cut off', async (ending) => {
    const whole = picture(ending);
    const path = join(folder, `a.${ending}`);
    writeFileSync(path, whole);
    expect(await looksWhole(path, whole.length)).toBe(true);
    writeFileSync(path, whole.subarray(0, -4));
    expect(await looksWhole(path, whole.length - 4)).toBe(false);
  });

  it('of a TIFF is there with its table of contents', async () => {
    const path = join(folder, 'a.tif');
    writeFileSync(path, picture('tif'));
    expect(await looksWhole(path, picture('tif').length)).toBe(true);
    writeFileSync(path, Buffer.from('49492a00e8030000', 'hex')); // at 1000, behind the end
    expect(await looksWhole(path, 8)).toBe(false);
  });

  it('is missed in room that was only set aside, in nothing, and in no file', async () => {
    const path = join(folder, 'a.bmp');
    writeFileSync(path, Buffer.alloc(5000));
    expect(await looksWhole(path, 5000)).toBe(false);
    writeFileSync(path, '');
    expect(await looksWhole(path, 0)).toBe(false);
    expect(await looksWhole(join(folder, 'none.bmp'), 10)).toBe(false);
  });
});

describe('the record of what was handed out', () => {
  const file = { path: '/in/a.png', bytes: 10, modified: 1234.5 };

  it('is found again, and a state that it does not have is new', async () => {
    const record = await WatchRecord.open(folder, 7, []);
    expect(record.empty).toBe(true);
    await record.add([file]);
    const again = await WatchRecord.open(folder, 7, []);
    expect(again.knows('/in/a.png', '10 1234.5')).toBe(true);
    expect(again.knows('/in/a.png', '10 1234.6')).toBe(false);
    expect(again.empty).toBe(false);
  });

  it('survives a line that was cut off, and takes the size from the history for it', async () => {
    await (await WatchRecord.open(folder, 7, [])).add([file]);
    appendFileSync(join(folder, 'media/7/watched.jsonl'), '\n["/in/b.pn');
    const record = await WatchRecord.open(folder, 7, [{ path: '/in/b.png', bytes: 20 }]);
    await record.add([{ ...file, path: '/in/c.png' }]);
    const again = await WatchRecord.open(folder, 7, [{ path: '/in/b.png', bytes: 20 }]);
    expect(['/in/a.png', '/in/c.png'].map((path) => again.knows(path, '10 1234.5'))).toEqual([true, true]);
    expect(again.knows('/in/b.png', '20 99')).toBe(true);
    expect(again.knows('/in/b.png', '21 99')).toBe(false);
  });
});
