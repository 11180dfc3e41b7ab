// A challenge in the page, without a browser: whatever comes first, its answer or its end, the result is shown and nothing hangs.
// Runs in Node; the bridge is a table of answers.
import { beforeEach, expect, it, vi } from 'vitest';
import { ChallengeStore } from '../../renderer/src/features/history/challenge.svelte.ts';
import { Notices } from '../../renderer/src/state/notices.svelte.ts';

const RUN = { id: 7, challenge: 2, state: 'preparing', total: 1, scored: 0, failed: 0, error: null };
const result = { id: 5, setId: 2, runId: 7, passed: true, right: 1, size: 1 };
const set = { id: 2, name: 'Known nuts', daily: false, active: true, last: result };

let listeners: Record<string, (payload: unknown) => void>;
let answer: (run: unknown) => void;
let store: ChallengeStore;
beforeEach(() => {
  listeners = {};
  vi.stubGlobal('window', {
    loupe: {
      on: (event: string, listener: (payload: unknown) => void) => (listeners[event] = listener),
      invoke: (channel: string) => {
        if (channel === 'challenge.run') return new Promise((resolve) => (answer = resolve));
        const value = { 'challenge.list': [set], 'challenge.results': [result] }[channel];
        return Promise.resolve({ ok: true, value: value ?? { set, result, outcomes: [] } });
      },
    },
  });
  store = new ChallengeStore(new Notices());
  store.listen();
});

const over = (): void => listeners['run.changed']?.({ ...RUN, state: 'done', scored: 1 });
const answered = (): void => answer({ ok: true, value: RUN });

it.each([
  ['after its answer', [answered, over]],
  ['before its answer', [over, answered]],
])('that is over %s shows its result, and another one can begin', async (_, steps) => {
  const ran = store.run(2);
  for (const step of steps) {
    step();
    await new Promise((resolve) => setTimeout(resolve));
  }
  expect(await ran).toBe(true);
  await vi.waitFor(() => expect(store.report?.result.id).toBe(5));
  expect([store.progress, store.busy]).toEqual([null, false]);
});
