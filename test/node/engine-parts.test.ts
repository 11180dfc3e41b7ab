// The small parts of the engine and the command line: gate, shared pool, order of results, names of files, safe writing.
// Runs in the tests (Node).
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { inOrder } from '../../electron/cli/in-order.ts';
import { errorLine, printable, scoreBar } from '../../electron/cli/output.ts';
import { OutputNames } from '../../electron/cli/output-names.ts';
import { Gate } from '../../electron/node/engine/gate.ts';
import { quantise } from '../../electron/node/engine/save-files.ts';
import { SharedPool } from '../../electron/node/engine/shared.ts';
import { StageClock } from '../../electron/node/engine/stage-clock.ts';
import { defaultThreads } from '../../electron/node/engine/threads.ts';
import { writeFileSafely } from '../../electron/node/engine/write-file.ts';
import { temporaryFolder } from '../support/tiny-pack.ts';

const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true }));

describe('Gate', () => {
  it('lets no more in than it may, first come first served, also after a failure', async () => {
    const gate = new Gate(2);
    let [inside, most] = [0, 0];
    const order: number[] = [];
    const work = (i: number) =>
      gate.run(async () => {
        order.push(i);
        most = Math.max(most, ++inside);
        await sleep(2);
        inside--;
        if (i === 1) throw new Error('one fails');
      });
    const results = await Promise.allSettled([0, 1, 2, 3, 4].map(work));
    expect(results.map(({ status }) => status === 'fulfilled')).toEqual([true, false, true, true, true]);
    expect([most, order]).toEqual([2, [0, 1, 2, 3, 4]]);
  });
});

describe('SharedPool', () => {
  it('makes a thing once, disposes of it with its last user, and makes it again', async () => {
    let made = 0;
    const disposed: number[] = [];
    const pool = new SharedPool<number>((value) => disposed.push(value));
    const lease = () => pool.lease('key', async () => Promise.resolve(++made));
    const [a, b] = await Promise.all([lease(), lease()]);
    expect([a.value, b.value]).toEqual([1, 1]);
    a.release();
    a.release(); // twice is once
    expect(disposed).toEqual([]);
    b.release();
    expect(disposed).toEqual([1]);
    expect((await lease()).value).toBe(2);
  });

  it('tries again after a failure', async () => {
    const pool = new SharedPool<number>();
    const fails = () => pool.lease('key', () => Promise.reject(new Error('no')));
    expect((await Promise.allSettled([fails(), fails()])).map(({ status }) => status)).toEqual([
      'rejected',
      'rejected',
    ]);
    expect((await pool.lease('key', () => Promise.resolve(7))).value).toBe(7);
  });
});

describe('StageClock', () => {
  it('takes off what another photograph blocked meanwhile', async () => {
    let now = 0;
    const time = vi.spyOn(performance, 'now').mockImplementation(() => now);
    const clock = new StageClock();
    let decoded: (pixels: string) => void = () => undefined;
    const waiting = clock.beside(() => new Promise<string>((resolve) => (decoded = resolve)));
    const blocked = await clock.blocking(() => {
      now += 60;
      return 'network';
    });
    now += 5;
    decoded('pixels');
    expect([blocked, await waiting]).toEqual([
      ['network', 60],
      ['pixels', 5],
    ]);
    time.mockRestore();
  });
});

describe('inOrder', () => {
  it('keeps the order, the limit, and the errors where they belong', async () => {
    let [inside, most] = [0, 0];
    const work = async (ms: number): Promise<number> => {
      most = Math.max(most, ++inside);
      await sleep(ms);
      inside--;
      if (ms === 3) throw new Error('three');
      return ms;
    };
    const seen: unknown[] = [];
    for await (const settled of inOrder([9, 1, 3, 2, 5], 3, work))
      seen.push(settled.ok ? settled.value : 'error');
    expect(seen).toEqual([9, 1, 'error', 2, 5]);
    expect(most).toBe(3);
  });

  it('begins nothing more once it is stopped, and finishes what is under way', async () => {
    const seen: number[] = [];
    const numbers = Array.from({ length: 100 }, (_, i) => i);
    for await (const settled of inOrder(
      numbers,
      3,
      (n) => Promise.resolve(n),
      () => seen.length >= 2,
    )) {
      if (settled.ok) seen.push(settled.value);
    }
    expect(seen).toEqual([0, 1, 2, 3]);
  });
});

describe('OutputNames', () => {
  it('never gives a name twice and never that of a photograph', () => {
    const names = new OutputNames([resolve('/in/a.png')]);
    expect(names.take('/out', 'x/a.png', '.npy')).toEqual({ path: resolve('/out/x/a.npy'), renamed: false });
    expect(names.take('/out', 'x/a.jpg', '.npy')).toEqual({
      path: resolve('/out/x/a (2).npy'),
      renamed: true,
    });
    expect(names.take('/out', 'x/a.b.jpg', '.npy').path).toBe(resolve('/out/x/a.b.npy'));
    expect(names.take('/in', 'a.png', '.png').path).toBe(resolve('/in/a (2).png'));
  });
});

describe('writeFileSafely', () => {
  it('replaces a file whole and leaves nothing behind when it cannot', async () => {
    const path = join(folder, 'new/a.txt');
    await writeFileSafely(path, 'one');
    await writeFileSafely(path, 'two');
    expect(readFileSync(path, 'utf8')).toBe('two');
    mkdirSync(join(folder, 'new/taken'));
    writeFileSync(join(folder, 'new/taken/x'), '');
    await expect(writeFileSafely(join(folder, 'new/taken'), 'three')).rejects.toMatchObject({
      code: 'output.failed',
    });
    expect(readdirSync(join(folder, 'new')).sort()).toEqual(['a.txt', 'taken']);
  });
});

describe('small things', () => {
  it('heat becomes bytes on the fixed scale', () => {
    expect([...quantise(Float32Array.of(-9, 0, 0.5, 1, 9), { lo: 0, hi: 1 })]).toEqual([0, 0, 128, 255, 255]);
  });
  it('there is always a thread', () => expect(defaultThreads()).toBeGreaterThanOrEqual(1));
  it('names cannot move the cursor or turn the text', () => {
    expect(printable('a\u001b[2Jb\nc\u202ed')).toBe('a\ufffd[2Jb\ufffdc\ufffdd');
    expect(errorLine({ code: 'image.empty', params: { path: 'a\nb' } })).not.toContain('\n');
  });
  it('score bars have ten cells', () => {
    for (const score of [0, 0.01, 0.5, 0.999, 1]) expect(scoreBar(score)).toHaveLength(10);
  });
});
