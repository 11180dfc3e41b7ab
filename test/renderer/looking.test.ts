// What the page tells about the parts that are on the screen.
// Runs in Node; the bridge keeps what it is told.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Part } from '../../electron/common/domain.ts';
import { Looking } from '../../renderer/src/state/looking.ts';
import type { RunStore } from '../../renderer/src/state/run.svelte.ts';

let told: unknown[] = [];
let refuse = false;
beforeEach(() => {
  [told, refuse] = [[], false];
  vi.useFakeTimers();
  vi.stubGlobal('window', {
    loupe: {
      invoke: (channel: string, args: unknown) => {
        told.push([channel, args]);
        return Promise.resolve(
          refuse
            ? { ok: false, error: { code: 'people.locked', params: {} } }
            : { ok: true, value: undefined },
        );
      },
    },
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** Parts 0 to 3 are scored, all others wait. */
const store = (state = 'running'): RunStore =>
  ({
    current: { id: 7 },
    active: state === 'running',
    parts: Array.from({ length: 1000 }, (_, seq) => ({ state: seq < 4 ? 'scored' : 'pending' }) as Part),
  }) as unknown as RunStore;

it('names what waits, once it stands still, and the same only once', async () => {
  const looking = new Looking(store());
  looking.at([1, 2, 5]);
  await vi.advanceTimersByTimeAsync(100);
  looking.at(Uint32Array.of(2, 9, 8));
  await vi.advanceTimersByTimeAsync(500);
  looking.at([2, 3, 9, 8]);
  await vi.advanceTimersByTimeAsync(500);
  expect(told).toEqual([['run.look', { runId: 7, seqs: [9, 8] }]]);
});

it('what stands still is told of while results make a new list ten times a second', async () => {
  const run = store();
  const looking = new Looking(run);
  for (let i = 0; i < 5; i++) {
    // Every progress makes another object of the run, and every batch another list of the same parts.
    (run as { current: unknown }).current = { id: 7, scored: i };
    looking.at(Uint32Array.of(2, 9, 8));
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(told).toEqual([['run.look', { runId: 7, seqs: [9, 8] }]]);
});

it('a list that never rests is told of all the same, but not with every change', async () => {
  const looking = new Looking(store());
  for (let i = 0; i < 40; i++) {
    looking.at([2, 10 + i]);
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(told.length).toBeGreaterThanOrEqual(3);
  expect(told.length).toBeLessThanOrEqual(5);
});

it('a run that goes on is told again: what it knew before went with its session', async () => {
  const run = store();
  const looking = new Looking(run);
  for (const active of [true, false, true]) {
    (run as { active: boolean }).active = active;
    looking.at([8]);
    await vi.advanceTimersByTimeAsync(500);
  }
  expect(told).toHaveLength(2);
});

it('is silent where nothing waits, and while no run is under way', async () => {
  new Looking(store()).at([0, 1]);
  new Looking(store('done')).at([8]);
  new Looking({ current: null, active: false, parts: [] } as unknown as RunStore).at([8]);
  await vi.advanceTimersByTimeAsync(500);
  expect(told).toEqual([]);
});

it('tells no more than the contract takes, and a refusal troubles nobody', async () => {
  refuse = true;
  new Looking(store()).at(Array.from({ length: 900 }, (_, i) => i + 4));
  await vi.advanceTimersByTimeAsync(500);
  const [[, { seqs }]] = told as [[string, { seqs: number[] }]];
  expect(seqs).toHaveLength(500);
});
