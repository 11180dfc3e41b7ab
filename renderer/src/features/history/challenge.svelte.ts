// Challenges in the page: the sets of known parts, what is due today, the run over one, and its result.
// Runs in the page.
import {
  dueToday,
  type ChallengeReport,
  type ChallengeResult,
  type ChallengeSet,
} from '../../../../electron/common/challenge.ts';
import type { ChannelArgs } from '../../../../electron/common/contract.ts';
import type { Run, RunProgress } from '../../../../electron/common/domain.ts';
import { call, listen } from '../../lib/client.ts';
import { texts } from '../../lib/texts.ts';
import { attempt } from '../../state/attempt.ts';
import type { Notices } from '../../state/notices.svelte.ts';

export class ChallengeStore {
  readonly #notices: Notices;
  busy = $state(false);
  /** Newest first, also those that were given up. */
  sets = $state.raw<readonly ChallengeSet[]>([]);
  /** Of the set that is looked at, newest first. */
  results = $state.raw<readonly ChallengeResult[]>([]);
  report = $state.raw<ChallengeReport | null>(null);
  /** Of the challenge that is inspected now. */
  progress = $state.raw<RunProgress | null>(null);
  /** Moves with the clock, so that a new day is one. */
  now = $state(Date.now());
  #running: { setId: number; runId: number } | null = null;
  /** The challenge that ended last since one was asked for. */
  #ended: Run | null = null;

  /** What is lacking today, and of which set. */
  readonly due = $derived(
    this.sets.flatMap((set) => {
      const due = dueToday(set, this.now);
      return due === 'none' ? [] : [{ set, due }];
    }),
  );

  constructor(notices: Notices) {
    this.#notices = notices;
  }

  listen(): void {
    listen('run.progress', (progress) => {
      if (progress.runId === this.#running?.runId) this.progress = progress;
    });
    listen('run.changed', (run) => this.#changed(run));
  }

  /** Answers whether the sets are as the history has them. */
  async load(): Promise<boolean> {
    try {
      this.sets = await call('challenge.list');
      return true;
    } catch (thrown) {
      this.#notices.fail(thrown);
      return false;
    }
  }

  /** Answers whether it is there. */
  create(asked: ChannelArgs<'challenge.create'>): Promise<boolean> {
    return this.#attempt(async () => {
      const set = await call('challenge.create', asked);
      this.sets = [set, ...this.sets];
      this.#notices.say(texts.history.challenge.created(set.name, set.ok, set.ng));
    });
  }

  change({ id: setId }: ChallengeSet, rule: { daily: boolean; active: boolean }): Promise<boolean> {
    return this.#attempt(async () => this.#put(await call('challenge.change', { setId, ...rule })));
  }

  run(setId: number): Promise<boolean> {
    return this.#attempt(async () => {
      this.#ended = null;
      const run = await call('challenge.run', { setId });
      // Not before: a challenge that is refused leaves on the screen what was there.
      this.report = null;
      this.#running = { setId, runId: run.id };
      // A small one may be over before its answer is here.
      const ended = this.#endOf(run.id);
      if (ended !== null) {
        this.#changed(ended);
        return;
      }
      const { id: runId, total, scored, failed, state } = run;
      this.progress ??= { runId, state, stage: '', total, scored, failed, rate: 0, remaining: null };
    });
  }

  show(resultId: number): Promise<boolean> {
    return this.#attempt(async () => {
      this.report = await call('challenge.result', { resultId });
      this.results = await call('challenge.results', { setId: this.report.set.id });
    });
  }

  certify(format: 'pdf' | 'html'): Promise<boolean> {
    const resultId = this.report?.result.id;
    if (resultId === undefined) return Promise.resolve(false);
    return this.#attempt(async () => {
      const written = await call('challenge.certificate', { resultId, format });
      if (written !== null) this.#notices.say(texts.recipes.exported(written.path));
    });
  }

  #endOf(runId: number): Run | null {
    return this.#ended?.id === runId ? this.#ended : null;
  }

  /** A run over known parts has its result when it is done, also one that was resumed from elsewhere. */
  #changed(run: Run): void {
    if (run.challenge === undefined || run.state === 'running' || run.state === 'preparing') return;
    this.#ended = run;
    const own = this.#running?.runId === run.id;
    if (own) this.#running = this.progress = null;
    if (run.state !== 'done') {
      if (own) this.#hasNone(run);
      return;
    }
    const setId = run.challenge;
    void this.load().then((loaded) => {
      if (!loaded) return;
      const last = this.sets.find((set) => set.id === setId)?.last;
      if (last?.runId !== run.id) {
        if (own) this.#hasNone(run);
        return;
      }
      this.#notices.spoken = texts.history.challenge.told(last.passed, last.right, last.size);
      if (own) void this.show(last.id);
    });
  }

  /** Somebody waits for the result of this run, and there is none. */
  #hasNone({ error }: Run): void {
    if (error === null) this.#notices.say(texts.history.challenge.stopped);
    else this.#notices.fail(error, texts.history.challenge.stopped);
  }

  #put(set: ChallengeSet): void {
    this.sets = this.sets.map((one) => (one.id === set.id ? set : one));
  }

  #attempt(action: () => Promise<void>): Promise<boolean> {
    return attempt(this, this.#notices, action);
  }
}
