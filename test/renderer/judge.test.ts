// Judging without a browser: one part or many, kinds, comments, one undo for all, two-stage keys, what goes wrong.
// Runs in Node; the bridge is a table of answers.
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Part } from '../../electron/common/domain.ts';
import { TwoStage } from '../../renderer/src/features/review/two-stage.svelte.ts';
import { Judge } from '../../renderer/src/state/judge.svelte.ts';
import { ListStore } from '../../renderer/src/state/list.svelte.ts';
import { Notices } from '../../renderer/src/state/notices.svelte.ts';
import { PreferenceStore } from '../../renderer/src/state/preferences.svelte.ts';
import { RunStore } from '../../renderer/src/state/run.svelte.ts';
import { ThresholdStore } from '../../renderer/src/state/thresholds.svelte.ts';
import { UndoStack } from '../../renderer/src/state/undo.svelte.ts';
import { ViewState } from '../../renderer/src/state/view.svelte.ts';
import { pendingPart } from './fake-data.ts';

interface Saved {
  partId: number;
  verdict: Part['verdict'];
  defectKind?: string;
  comment?: string;
}
let saved: Saved[] = [];
let refuse = false;

const run = {
  id: 1,
  createdAt: '',
  product: 'nut',
  source: 'lot',
  packId: 'p',
  packVersion: '1',
  modelSha256: '',
  method: 'sdp',
  device: 'CPU',
  state: 'done' as const,
  total: 5,
  scored: 5,
  failed: 0,
  thresholds: { review: 0.4, reject: 0.7 },
  heat: { lo: 0, hi: 1 },
  mapSize: 8,
  error: null,
  recipe: null,
  lot: null,
  regions: null,
};

function station() {
  const parts = [0.1, 0.5, 0.6, 0.65, 0.9].map((score, seq): Part => ({
    ...pendingPart(1, seq, null),
    state: 'scored',
    score,
  }));
  vi.stubGlobal('window', {
    loupe: {
      invoke: (channel: string, args: Saved) => {
        if (channel !== 'part.verdict') return Promise.resolve({ ok: true, value: undefined });
        if (refuse)
          return Promise.resolve({
            ok: false,
            error: { code: 'history.write_failed', params: { reason: 'full' } },
          });
        saved.push(args);
        const { verdict, defectKind = null, comment = null } = args;
        const part = parts.find((p) => p.id === args.partId)!;
        return Promise.resolve({
          ok: true,
          value: { ...part, verdict, defectKind, comment, verdictAt: 'now' },
        });
      },
    },
  });
  const view = new ViewState();
  const notices = new Notices();
  const undo = new UndoStack();
  const store = new RunStore();
  const thresholds = new ThresholdStore(store, notices, undo);
  const list = new ListStore(store, view, thresholds);
  const preferences = new PreferenceStore(notices);
  const judge = new Judge(store, list, notices, undo, preferences);
  store.open(run, parts);
  list.rebuild();
  return { view, notices, undo, store, list, preferences, judge };
}
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

beforeEach(() => {
  saved = [];
  refuse = false;
});

describe('one part', () => {
  it('is marked and leads to the next doubtful one', async () => {
    const { list, judge, store } = station();
    list.select(1);
    judge.press('unsure');
    expect(list.selected).toBe(2);
    expect(store.parts[1]?.verdict).toBe('unsure');
    await settle();
    expect(saved.map((s) => s.verdict)).toEqual(['unsure']);
  });

  it('stays where it is without auto-advance', () => {
    const { list, judge, preferences } = station();
    preferences.set({ autoAdvance: false });
    list.select(1);
    judge.press('ok');
    expect(list.selected).toBe(1);
  });

  it('gets a kind that is at hand the next time; OK takes it off again, a comment stays', async () => {
    const { list, judge, preferences, store } = station();
    preferences.set({ autoAdvance: false });
    list.select(1);
    judge.comment(' deep ');
    expect(store.parts[1]).toMatchObject({ verdict: 'unsure', comment: 'deep' });
    judge.mark('ng', 'scratch');
    expect(store.parts[1]).toMatchObject({ verdict: 'ng', defectKind: 'scratch', comment: 'deep' });
    expect(preferences.current.defectKinds).toEqual(['scratch']);
    judge.mark('ok');
    await settle();
    expect(saved.at(-1)).toEqual({ partId: store.parts[1]!.id, verdict: 'ok', comment: 'deep' });
  });

  it('shows its old mark again when the new one could not be kept', async () => {
    const { list, judge, store, notices } = station();
    refuse = true;
    list.select(1);
    judge.press('ng');
    expect(store.parts[1]?.verdict).toBe('ng');
    await settle();
    expect(store.parts[1]?.verdict).toBeNull();
    expect(notices.list[0]?.error.code).toBe('history.write_failed');
  });
});

describe('several parts', () => {
  it('are chosen by range and one by one, marked together, and taken back together', async () => {
    const { list, judge, store } = station();
    list.select(0);
    list.extendTo(2);
    list.toggle(4);
    list.toggle(1);
    expect(list.targets.map((part) => part.seq)).toEqual([0, 2, 4]);
    judge.press('ng');
    await settle();
    expect(saved).toHaveLength(3);
    expect(list.chosen.size).toBe(0);
    await judge.undo();
    await settle();
    expect(saved).toHaveLength(6);
    expect(store.parts.map((part) => part?.verdict)).toEqual([null, null, null, null, null]);
  });

  it('a range turns round its beginning', () => {
    const { list } = station();
    list.select(2);
    list.extendTo(4);
    list.extendTo(1);
    expect([...list.chosen]).toEqual([1, 2]);
    list.extendTo(2);
    expect(list.chosen.size).toBe(0);
    expect(list.targets.map((part) => part.seq)).toEqual([2]);
  });

  it('are no longer chosen once the list leaves them out', () => {
    const { list, view } = station();
    list.chooseAll();
    expect(list.chosen.size).toBe(5);
    view.filter = 'review';
    list.rebuild();
    expect([...list.chosen]).toEqual([1, 2, 3]);
    view.filter = 'reject';
    list.rebuild();
    expect(list.targets.map((part) => part.seq)).toEqual([4]);
  });
});

describe('two-stage keys', () => {
  it('count at the second press of the same verdict only', async () => {
    const { list, judge, preferences } = station();
    preferences.set({ twoStage: true });
    list.select(1);
    judge.press('ok');
    judge.press('ng');
    await settle();
    expect(saved).toEqual([]);
    judge.press('ng');
    await settle();
    expect(saved.map((s) => s.verdict)).toEqual(['ng']);
  });

  it('let go after a moment', () => {
    vi.useFakeTimers();
    const stage = new TwoStage();
    expect(stage.press('ok')).toBe(false);
    vi.advanceTimersByTime(2100);
    expect(stage.armed).toBeNull();
    expect(stage.press('ok')).toBe(false);
    expect(stage.press('ok')).toBe(true);
    vi.useRealTimers();
  });
});
