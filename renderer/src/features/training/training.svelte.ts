// Training from reviewed parts: which parts are taken, what is missing, how far it is, and the decision at the end.
// Runs in the page; needs no browser but the bridge.
/* eslint svelte/prefer-svelte-reactivity: off -- sets and maps are replaced as a whole, never changed */
import type { Part } from '../../../../electron/common/domain.ts';
import {
  changesVerdict,
  GOOD_PARTS,
  LEAST_PARTS,
  type MaskInfo,
  type Training,
} from '../../../../electron/common/training.ts';
import { call } from '../../lib/client.ts';
import { texts } from '../../lib/texts.ts';
import { attempt } from '../../state/attempt.ts';
import type { Notices } from '../../state/notices.svelte.ts';
import type { RunStore } from '../../state/run.svelte.ts';

export class TrainingStore {
  current = $state.raw<Training | null>(null);
  masks = $state.raw<ReadonlyMap<number, MaskInfo>>(new Map());
  /** Parts that the engineer left out. */
  leftOut = $state.raw<ReadonlySet<number>>(new Set());
  /** The part whose mask is drawn. */
  editing = $state.raw<Part | null>(null);
  busy = $state(false);
  /** Grows with each saved mask, so that pictures of masks are read again. */
  maskVersion = $state(0);

  readonly #run: RunStore;
  readonly #notices: Notices;
  /** What was learnt is a version more of a recipe. */
  readonly #onVersion: () => void;

  constructor(run: RunStore, notices: Notices, onVersion: () => void = () => undefined) {
    this.#run = run;
    this.#notices = notices;
    this.#onVersion = onVersion;
  }

  /** The parts of the open run that a person called OK and NG, and that have a heat map. */
  readonly reviewed = $derived.by(() => {
    void this.#run.version;
    const of = (verdict: 'ok' | 'ng'): Part[] =>
      this.#run.parts.filter(
        (part): part is Part => part?.verdict === verdict && part.state === 'scored' && part.width !== null,
      );
    return { ok: of('ok'), ng: of('ng') };
  });

  readonly chosen = $derived.by(() => {
    const taken = (parts: readonly Part[]): Part[] => parts.filter(({ id }) => !this.leftOut.has(id));
    const ng = taken(this.reviewed.ng);
    const masked = ng.filter(({ id }) => this.masks.has(id));
    return { ok: taken(this.reviewed.ok), masked, bare: ng.length - masked.length };
  });

  /** What keeps a training from starting, in words; empty when nothing does. */
  readonly missing = $derived.by(() => {
    const { ok, masked } = this.chosen;
    const missing: string[] = [];
    if (ok.length < LEAST_PARTS.ok) missing.push(texts.training.needsOk(LEAST_PARTS.ok, ok.length));
    if (masked.length < LEAST_PARTS.ng) missing.push(texts.training.needsNg(LEAST_PARTS.ng, masked.length));
    return missing;
  });

  /** It can be done, but it will say little. */
  readonly few = $derived(this.chosen.ok.length < GOOD_PARTS.ok || this.chosen.masked.length < GOOD_PARTS.ng);

  /** A training that somebody has to wait for, or to decide about. */
  readonly pending = $derived(
    this.current !== null && this.current.state !== 'adopted' && this.current.state !== 'discarded'
      ? this.current
      : null,
  );

  /** How far the step of the moment is, 0..1; null unless a training runs. */
  readonly share = $derived.by(() => {
    if (this.current?.state !== 'running') return null;
    const { done, total } = this.current.progress ?? { done: 0, total: 1 };
    return total > 0 ? done / total : 0;
  });

  readonly changing = $derived(this.current?.comparison?.parts.filter(changesVerdict) ?? []);

  /** A training may be under way since before this page. */
  async load(): Promise<void> {
    await this.#attempt(async () => (this.current = await call('training.current')));
  }

  async open(): Promise<void> {
    this.leftOut = new Set();
    this.editing = null;
    await this.#attempt(async () => {
      const runId = this.#run.current?.id;
      const [current, masks] = await Promise.all([
        call('training.current'),
        runId === undefined ? [] : call('mask.list', { runId }),
      ]);
      this.current = current;
      this.masks = new Map(masks.map((mask) => [mask.partId, mask]));
    });
  }

  onChanged(training: Training): void {
    const before = this.current;
    this.current = training;
    if (before?.state !== 'running' || before.id !== training.id) return;
    if (training.state === 'done') this.#notices.spoken = texts.training.spokenDone;
  }

  toggle(partId: number): void {
    const leftOut = new Set(this.leftOut);
    if (!leftOut.delete(partId)) leftOut.add(partId);
    this.leftOut = leftOut;
  }

  /** Answers whether it is on the disk. */
  async saveMask(part: Part, runs: number[]): Promise<boolean> {
    return this.#attempt(async () => {
      const mask = await call('mask.save', { partId: part.id, runs });
      this.masks = new Map(this.masks).set(mask.partId, mask);
      this.maskVersion++;
    });
  }

  async start(): Promise<void> {
    const run = this.#run.current;
    if (run === null || this.missing.length > 0) return;
    const partIds = [...this.chosen.ok, ...this.chosen.masked].map(({ id }) => id);
    await this.#attempt(async () => this.onChanged(await call('training.start', { runId: run.id, partIds })));
  }

  async stop(): Promise<void> {
    await this.#attempt(async () => (this.current = await call('training.stop')));
  }

  async resume(): Promise<void> {
    const id = this.current?.id;
    if (id === undefined) return;
    await this.#attempt(async () => this.onChanged(await call('training.resume', { id })));
  }

  async discard(): Promise<void> {
    const id = this.current?.id;
    if (id === undefined) return;
    await this.#attempt(async () => {
      this.current = await call('training.discard', { id });
      this.#notices.say(texts.training.discarded);
    });
  }

  /** `name`: of the recipe that is made, for a run without one. Answers whether it was adopted. */
  async adopt(reason: string, name: string | null): Promise<boolean> {
    const id = this.current?.id;
    if (id === undefined) return false;
    return this.#attempt(async () => {
      const args = { id, reason, ...(name !== null && { name }) };
      const { training, recipe } = await call('training.adopt', args);
      this.#onVersion();
      this.current = training;
      this.#notices.say(texts.recipes.saved(recipe.name, recipe.version));
    });
  }

  #attempt(action: () => Promise<unknown>): Promise<boolean> {
    return attempt(this, this.#notices, action);
  }
}
