// The cache and the queue behind the pictures.
// Runs in Node.
import { describe, expect, it, vi } from 'vitest';
import { LruCache } from '../../renderer/src/lib/lru.ts';
import { NeedQueue } from '../../renderer/src/lib/need-queue.ts';

describe('LruCache', () => {
  it('gives up what was used longest ago, and disposes of it', () => {
    const gone: string[] = [];
    const cache = new LruCache<number, string>(3, (value) => gone.push(value));
    for (const id of [1, 2, 3]) cache.set(id, `v${id}`, 1);
    cache.get(1);
    cache.set(4, 'v4', 1);
    expect(gone).toEqual(['v2']);
    expect(cache.get(1)).toBe('v1');
    expect(cache.cost).toBe(3);
  });

  it('keeps the newest even when it alone is over the limit', () => {
    const cache = new LruCache<number, string>(10);
    cache.set(1, 'small', 5);
    cache.set(2, 'huge', 100);
    expect(cache.get(2)).toBe('huge');
    expect(cache.size).toBe(1);
  });

  it('counts a replaced value once', () => {
    const cache = new LruCache<number, string>(10);
    cache.set(1, 'a', 4);
    cache.set(1, 'b', 6);
    expect(cache.cost).toBe(6);
    cache.clear();
    expect(cache.cost).toBe(0);
  });
});

/** A loader whose loads end when the test says so. */
function handLoader() {
  const started: number[] = [];
  const aborted: number[] = [];
  const ends = new Map<number, (value: string | null) => void>();
  const load = (key: number, signal: AbortSignal): Promise<string | null> =>
    new Promise((resolve, reject) => {
      started.push(key);
      ends.set(key, resolve);
      signal.addEventListener('abort', () => {
        aborted.push(key);
        reject(new Error('aborted'));
      });
    });
  const end = async (key: number, value: string | null = `p${key}`): Promise<void> => {
    ends.get(key)?.(value);
    await new Promise((resolve) => setTimeout(resolve, 0));
  };
  return { load, started, aborted, end };
}
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

describe('NeedQueue', () => {
  it('loads the newest need first, a few at a time', async () => {
    const { load, started, end } = handLoader();
    const queue = new NeedQueue(load, 2, 0);
    for (const key of [1, 2, 3, 4]) queue.need(key, () => undefined);
    await settle();
    expect(started).toEqual([4, 3]);
    await end(4);
    expect(started).toEqual([4, 3, 2]);
    expect(queue.running).toBe(2);
  });

  it('never starts what was scrolled away, and aborts what had started', async () => {
    const { load, started, aborted, end } = handLoader();
    const queue = new NeedQueue(load, 1, 0);
    const leave = [1, 2, 3].map((key) => queue.need(key, () => undefined));
    await settle();
    leave.forEach((end) => end());
    await settle();
    expect(started).toEqual([3]);
    expect(aborted).toEqual([3]);
    queue.need(9, () => undefined);
    await settle();
    expect(started).toEqual([3, 9]);
    await end(9);
    expect(queue.running).toBe(0);
  });

  it('loads once for several who wait, and goes on while one of them still does', async () => {
    const { load, started, aborted, end } = handLoader();
    const queue = new NeedQueue(load, 2, 0);
    const first = vi.fn();
    const second = vi.fn();
    const leave = queue.need(7, first);
    queue.need(7, second);
    await settle();
    leave();
    await end(7);
    expect(started).toEqual([7]);
    expect(aborted).toEqual([]);
    expect(first).not.toHaveBeenCalled();
    expect(second).toHaveBeenCalledExactlyOnceWith('p7');
  });

  it('answers null where there is nothing, and asks again for a new need', async () => {
    const { load, started, end } = handLoader();
    const queue = new NeedQueue(load, 2, 0);
    const done = vi.fn();
    queue.need(5, done);
    await settle();
    await end(5, null);
    expect(done).toHaveBeenCalledExactlyOnceWith(null);
    queue.need(5, done);
    await settle();
    expect(started).toEqual([5, 5]);
  });

  it('asks for nearly nothing while thousands fly past', async () => {
    const { load, started } = handLoader();
    const queue = new NeedQueue(load, 6, 10);
    for (let key = 0; key < 20_000; key++) queue.need(key, () => undefined)();
    const last = queue.need(-1, () => undefined);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(started).toEqual([-1]);
    last();
  });
});
