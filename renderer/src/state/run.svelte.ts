// The open run: its parts in a plain array by position, the sorted scores, the progress. A version counter tells the page
// that parts changed; 100,000 deep proxies would freeze it. Runs in the page.
import { machineVerdict, type Part, type Run, type RunProgress } from '../../../electron/common/domain.ts';
import { mergeSorted } from '../lib/histogram.ts';
import { forget } from '../lib/media.ts';

/** What a person said of a part. */
export type Mark = Pick<Part, 'verdict' | 'defectKind' | 'comment'>;

export const markOf = ({ verdict, defectKind, comment }: Part): Mark => ({ verdict, defectKind, comment });

export const sameMark = (a: Mark, b: Mark): boolean =>
  a.verdict === b.verdict && a.defectKind === b.defectKind && a.comment === b.comment;

export class RunStore {
  current = $state.raw<Run | null>(null);
  /** Newest progress of the open run; null until one arrives. */
  progress = $state.raw<RunProgress | null>(null);
  /** Progress of a run that is inspected while another one is open. */
  elsewhere = $state.raw<RunProgress | null>(null);
  /** Grows whenever parts changed. Read it to depend on `parts`, `sorted`, `failed` and `judged`. */
  version = $state(0);

  parts: (Part | undefined)[] = [];
  /** Scores in ascending order. */
  sorted: Float64Array = new Float64Array(0);
  failed = 0;
  /** Verdicts on their way to the disk: shown already, and not undone by a batch that was sent before. */
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- read when a batch arrives, never drawn
  readonly saving = new Map<number, Mark>();
  #judged: Float64Array | null = null;
  #marks: { ok: Float64Array; ng: Float64Array } | null = null;

  readonly active = $derived(this.current?.state === 'running' || this.current?.state === 'preparing');

  open(run: Run, parts: readonly Part[]): void {
    this.current = run;
    this.progress = null;
    if (this.elsewhere?.runId === run.id) {
      this.progress = this.elsewhere;
      this.elsewhere = null;
    }
    this.parts = new Array<Part | undefined>(parts.length);
    this.saving.clear();
    for (const part of parts) this.parts[part.seq] = part;
    this.#recount();
    this.#changed();
  }

  close(): void {
    this.current = null;
    this.progress = null;
    this.parts = [];
    this.#recount();
    this.#changed();
  }

  /** A batch of changed parts. Merging it costs as much as copying the scores once. */
  apply(parts: readonly Part[]): void {
    const added: number[] = [];
    let recount = false;
    for (const incoming of parts) {
      const old = this.parts[incoming.seq];
      const part = this.#withSaving(incoming);
      this.parts[part.seq] = part;
      if (old !== undefined && old.score !== part.score) forget(part.id);
      if (old !== undefined && old.state !== 'pending')
        recount ||= old.score !== part.score || old.state !== part.state;
      else if (isScored(part)) added.push(part.score);
      else if (machineVerdict(part, ANY) === 'failed') this.failed++;
    }
    if (recount) this.#recount();
    else this.sorted = mergeSorted(this.sorted, Float64Array.from(added).sort());
    this.#changed();
  }

  /** A full list read while events went on: it never takes back what an event has brought already. */
  adopt(run: Run, parts: readonly Part[]): void {
    this.current = run;
    const known = (part: Part): boolean => (this.parts[part.seq]?.state ?? 'pending') !== 'pending';
    this.apply(parts.filter((part) => part.state !== 'pending' || !known(part)));
  }

  onProgress(progress: RunProgress): void {
    const run = this.current;
    if (run?.id !== progress.runId) {
      const goesOn = progress.state === 'running' || progress.state === 'preparing';
      this.elsewhere = goesOn ? progress : null;
      return;
    }
    this.progress = progress;
    const { state, total, scored, failed } = progress;
    this.current = { ...run, state, total, scored, failed };
  }

  onChanged(run: Run): void {
    if (this.current?.id === run.id) this.current = run;
    else if (this.elsewhere?.runId === run.id && run.state !== 'running' && run.state !== 'preparing')
      this.elsewhere = null;
  }

  setMark(part: Part, mark: Mark): void {
    this.apply([{ ...part, ...mark, verdictAt: null }]);
  }

  seqOf(partId: number): number | null {
    return this.parts.find((part) => part?.id === partId)?.seq ?? null;
  }

  /** Scores of the parts that a person has judged, in ascending order. */
  get judged(): Float64Array {
    this.#judged ??= Float64Array.from(
      this.parts.flatMap((part) => (part?.verdict != null && isScored(part) ? [part.score] : [])),
    ).sort();
    return this.#judged;
  }

  /** Scores of the parts that were called OK and NG, in ascending order. */
  get marks(): { ok: Float64Array; ng: Float64Array } {
    this.#marks ??= { ok: this.#scoresOf('ok'), ng: this.#scoresOf('ng') };
    return this.#marks;
  }

  #scoresOf(verdict: Part['verdict']): Float64Array {
    return Float64Array.from(
      this.parts.flatMap((part) => (part?.verdict === verdict && isScored(part) ? [part.score] : [])),
    ).sort();
  }

  #withSaving(part: Part): Part {
    const mark = this.saving.get(part.id);
    return mark === undefined || sameMark(mark, part) ? part : { ...part, ...mark, verdictAt: null };
  }

  #recount(): void {
    const scores: number[] = [];
    this.failed = 0;
    for (const part of this.parts) {
      if (part === undefined) continue;
      if (isScored(part)) scores.push(part.score);
      else if (part.state !== 'pending') this.failed++;
    }
    this.sorted = Float64Array.from(scores).sort();
  }

  #changed(): void {
    this.#judged = null;
    this.#marks = null;
    this.version++;
  }
}

/** Any thresholds do to tell failed from scored. */
const ANY = { review: 0, reject: 0 };

const isScored = (part: Part): part is Part & { score: number } =>
  part.state === 'scored' && part.score !== null && !Number.isNaN(part.score);
