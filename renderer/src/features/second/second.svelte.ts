// A blind second review in the page: draw, judge part after part, end, and only then see how far both agree.
// Runs in the page.
import type { HumanVerdict, Part } from '../../../../electron/common/domain.ts';
import type {
  SampleSize,
  SecondPart,
  SecondResult,
  SecondReview,
} from '../../../../electron/common/second-review.ts';
import { call } from '../../lib/client.ts';
import { count } from '../../lib/format.ts';
import { texts } from '../../lib/texts.ts';
import { attempt } from '../../state/attempt.ts';
import type { Notices } from '../../state/notices.svelte.ts';
import type { RunStore } from '../../state/run.svelte.ts';
import type { ViewState } from '../../state/view.svelte.ts';

export class SecondStore {
  readonly #run: RunStore;
  readonly #view: ViewState;
  readonly #notices: Notices;

  /** Of the open run, newest first. */
  reviews = $state.raw<readonly SecondReview[]>([]);
  current = $state.raw<SecondReview | null>(null);
  parts = $state.raw<readonly SecondPart[]>([]);
  index = $state(0);
  result = $state.raw<SecondResult | null>(null);
  busy = $state(false);
  /** One after the other, in the order of the keys. */
  #chain: Promise<unknown> = Promise.resolve();

  readonly open = $derived(this.reviews.find((review) => review.endedAt === null) ?? null);
  readonly left = $derived(this.parts.filter((part) => part.verdict === null).length);
  readonly shown = $derived(this.parts[this.index] ?? null);

  /** The part as the second look may see it: no name, no score; without heat it counts as one that was never scored. */
  readonly blind = $derived.by<Part | null>(() => {
    const at = this.shown;
    const seq = at === null ? null : this.#run.seqOf(at.partId);
    const part = seq === null ? undefined : this.#run.parts[seq];
    if (at === null || part === undefined) return null;
    const heat = this.current?.heat === true && part.state === 'scored';
    return {
      ...part,
      name: texts.second.partName(count(this.index + 1)),
      state: heat ? 'scored' : 'pending',
      ...{ score: null, score0: null, score1: null },
      ...{ verdict: null, verdictAt: null, verdictBy: null, defectKind: null, comment: null },
    };
  });

  constructor(run: RunStore, view: ViewState, notices: Notices) {
    this.#run = run;
    this.#view = view;
    this.#notices = notices;
  }

  /** The sheet: what there is, and a new sample. */
  show(): void {
    const runId = this.#run.current?.id;
    if (runId === undefined) return;
    void this.#attempt(async () => {
      this.reviews = await call('second.list', { runId });
      // Its first button takes the focus as it opens, which it could not while something is on its way.
      this.busy = false;
      this.#view.secondOpen = true;
    });
  }

  draw(size: SampleSize, heat: boolean): Promise<void> {
    const runId = this.#run.current?.id;
    if (runId === undefined) return Promise.resolve();
    return this.#attempt(async () => this.#begin((await call('second.draw', { runId, size, heat })).id));
  }

  goOn(review: SecondReview): Promise<void> {
    return this.#attempt(() => this.#begin(review.id));
  }

  judge(verdict: HumanVerdict): void {
    const [review, part] = [this.current, this.shown];
    if (review === null || part === null) return;
    const before = this.parts;
    this.#put({ ...part, verdict });
    this.#notices.spoken = texts.second.marked(count(part.place + 1), texts.human[verdict]);
    const { partId } = part;
    this.#chain = this.#chain
      .then(() => call('second.judge', { reviewId: review.id, partId, verdict }))
      .catch((thrown: unknown) => {
        // Not on the disk: shown as it was, and the eye is led back to it.
        const old = before.find((one) => one.partId === partId);
        if (old !== undefined && this.current?.id === review.id) {
          this.#put(old);
          this.index = old.place;
        }
        this.#notices.fail(thrown, texts.second.notSaved);
      });
    this.#advance();
  }

  step(by: 1 | -1): void {
    this.index = Math.min(this.parts.length - 1, Math.max(0, this.index + by));
  }

  /** The review stays open: somebody goes on later. */
  leave(): void {
    this.current = this.result = null;
    this.#view.screen = 'run';
  }

  end(review: SecondReview | null = this.current): Promise<void> {
    if (review === null) return Promise.resolve();
    return this.#attempt(async () => {
      await this.#chain;
      this.#showResult(await call('second.end', { reviewId: review.id }));
    });
  }

  see(review: SecondReview): Promise<void> {
    return this.#attempt(async () => this.#showResult(await call('second.result', { reviewId: review.id })));
  }

  export(): Promise<void> {
    const runId = this.#run.current?.id;
    if (runId === undefined) return Promise.resolve();
    return this.#attempt(async () => {
      const written = await call('history.export', { runIds: [runId], by: 'run', format: 'csv' });
      if (written !== null) this.#notices.say(texts.recipes.exported(written.path));
    });
  }

  async #begin(reviewId: number): Promise<void> {
    const { review, parts } = await call('second.parts', { reviewId });
    this.current = review;
    this.parts = parts;
    this.result = null;
    this.index = Math.max(
      0,
      parts.findIndex((part) => part.verdict === null),
    );
    this.#view.secondOpen = false;
    this.#view.screen = 'second';
  }

  #showResult(result: SecondResult): void {
    this.current = result.review;
    this.result = result;
    this.#view.secondOpen = false;
    this.#view.screen = 'second';
  }

  #put(part: SecondPart): void {
    this.parts = this.parts.map((one) => (one.partId === part.partId ? part : one));
  }

  /** To the next one without a verdict, behind this one first. */
  #advance(): void {
    const order = [...this.parts.slice(this.index + 1), ...this.parts.slice(0, this.index)];
    const next = order.find((part) => part.verdict === null);
    if (next !== undefined) this.index = next.place;
  }

  async #attempt(action: () => Promise<void>): Promise<void> {
    await attempt(this, this.#notices, action);
  }
}
