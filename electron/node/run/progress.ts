// How far a run is, how fast it goes and how long it will still take.
// Runs in the main process (Node).
import type { Run, RunProgress } from '../../common/domain.ts';

/** Long enough to smooth over one slow photograph, short enough to follow a change of pace. */
const WINDOW_MS = 5000;

/** Parts per second over the last seconds. */
export class RateMeter {
  readonly #now: () => number;
  readonly #marks: { at: number; count: number }[] = [];

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.mark(0);
  }

  mark(count: number): void {
    const at = this.#now();
    this.#marks.push({ at, count });
    // One mark older than the window stays: the counts after it are divided by the time since it.
    while ((this.#marks[1]?.at ?? at) < at - WINDOW_MS) this.#marks.shift();
  }

  /** 0 when unknown. */
  rate(): number {
    const [oldest, ...later] = this.#marks;
    const seconds = (this.#now() - (oldest?.at ?? 0)) / 1000;
    const counted = later.reduce((sum, mark) => sum + mark.count, 0);
    return counted > 0 && seconds > 0 ? counted / seconds : 0;
  }
}

/** The progress of a run as the page shows it. */
export function runProgress(
  run: Run,
  stage: string,
  rate: number,
  resting?: RunProgress['resting'],
): RunProgress {
  const { id: runId, state, total, scored, failed } = run;
  const left = total - scored - failed;
  const remaining = rate > 0 && resting === undefined ? left / rate : null;
  return { runId, state, stage, total, scored, failed, rate, remaining, ...(resting && { resting }) };
}
