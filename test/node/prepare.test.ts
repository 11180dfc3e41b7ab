// Preparing photographs in a thread of their own gives what preparing them here gives, and failures come back as they are.
// Runs in the tests (Node, a real worker thread).
import { execFile } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { InlinePreparer } from '../../electron/node/engine/prepare.ts';
import { ThreadPreparer } from '../../electron/node/engine/prepare-thread.ts';
import { writePhotograph } from '../support/photographs.ts';
import { temporaryFolder } from '../support/tiny-pack.ts';

const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true }));
const ENTRY = new URL('../../electron/services/inference-worker.ts', import.meta.url);
const PREPARER = new URL('../../electron/node/engine/prepare-thread.ts', import.meta.url);
const thread = new ThreadPreparer(ENTRY);
afterAll(async () => void (await thread.start().terminate()));
const here = new InlinePreparer();
const untimed = ({ decode: _, resize: __, ...rest }: Awaited<ReturnType<typeof here.prepare>>) => rest;

describe('the thread that prepares', () => {
  it.each([
    ['larger than the model', 40, 30, 24],
    ['of the very size of the model', 24, 24, 24],
    ['smaller than the model', 9, 7, 24],
  ])('gives the same bytes for a photograph %s', async (name, width, height, side) => {
    const path = await writePhotograph(join(folder, `${name}.png`), 1, width, height);
    for (const keepImage of [true, false]) {
      const request = { path, side, scales: [2, 3], keepImage };
      const [there, expected] = [await thread.prepare(request), await here.prepare(request)];
      expect(untimed(there)).toEqual(untimed(expected));
      expect(there.pixels).toHaveLength(side * side * 3);
      expect(there.tiles.map((tiles) => tiles.length)).toEqual([9, 16]);
      expect(there.image.data.length > 0).toBe(keepImage);
    }
  });

  it('does several at once and gives each its own answer', async () => {
    const paths = await Promise.all([1, 2, 3, 4].map((i) => writePhotograph(join(folder, `${i}.png`), i)));
    const request = { side: 16, scales: [], keepImage: false };
    const got = await Promise.all(paths.map((path) => thread.prepare({ path, ...request })));
    for (const [i, path] of paths.entries())
      expect(got[i]!.pixels).toEqual((await here.prepare({ path, ...request })).pixels);
    expect(new Set(got.map(({ pixels }) => Buffer.from(pixels).toString('hex'))).size).toBe(4);
  });

  it('hands on what is wrong with a photograph, with its parameters', async () => {
    const path = join(folder, 'no.png');
    const ask = () => thread.prepare({ path, side: 16, scales: [], keepImage: false });
    await expect(ask()).rejects.toMatchObject({ code: 'image.missing', params: { path } });
    writeFileSync(path, 'no picture');
    await expect(ask()).rejects.toMatchObject({ code: 'image.not_an_image' });
  });

  it('keeps a process alive as long as somebody waits for a photograph, and no longer', async () => {
    const path = await writePhotograph(join(folder, 'alone.png'), 1, 40, 30);
    const request = JSON.stringify({ path, side: 24, scales: [], keepImage: false });
    const program = join(folder, 'alone.ts');
    writeFileSync(
      program,
      `import { ThreadPreparer } from ${JSON.stringify(PREPARER.href)};
       const thread = new ThreadPreparer(new URL(${JSON.stringify(ENTRY.href)}));
       console.log((await thread.prepare(${request})).pixels.length);`,
    );
    // Killed when it does not end by itself.
    const { stdout } = await promisify(execFile)(process.execPath, [program], { timeout: 120_000 });
    expect(stdout.trim()).toBe(String(24 * 24 * 3));
  }, 150_000);

  it('is started again when it ended, and what was under way is refused', async () => {
    const path = await writePhotograph(join(folder, 'again.png'), 9);
    const request = { path, side: 16, scales: [], keepImage: false };
    await thread.prepare(request);
    // So many that the last ones are still under way, however fast the machine is.
    const asked = Promise.allSettled(Array.from({ length: 400 }, () => thread.prepare(request)));
    await thread.start().terminate();
    expect((await asked).at(-1)).toMatchObject({ status: 'rejected', reason: { code: 'internal' } });
    expect((await thread.prepare(request)).pixels).toHaveLength(16 * 16 * 3);
  });
});
