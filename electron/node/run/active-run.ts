// One run from its first photograph to its last: prepares, keeps the inference service fed, records, reports, ends.
// Runs in the main process (Node).
import type { EventPayload } from '../../common/contract.ts';
import type { Run, RunProgress, RunState } from '../../common/domain.ts';
import type { PartOutcome } from '../../common/history-service.ts';
import type { SessionInfo } from '../../common/inference-service.ts';
import type { History } from '../history-client.ts';
import { LoupeError, toErrorValue, type ErrorCode, type ErrorValue } from '../../../models/errors.ts';
import { FeatureWriter, featureFile, featureKey } from '../reference/feature-file.ts';
import { partFiles } from './part-files.ts';
import type { Feed } from './feed.ts';
import { Gate } from './gate.ts';
import { RateMeter, runProgress } from './progress.ts';
import { ResultRecorder } from './recorder.ts';
import { SessionLost, type RunSession } from './session.ts';
import { WorkOrder, type Pending } from './work-order.ts';

/** Enough that decoding one photograph overlaps with inferring another; more would only make stopping slower. */
const IN_FLIGHT = 3;

type RunEvent = 'run.progress' | 'run.parts' | 'run.changed';
export type Emit = <E extends RunEvent>(event: E, payload: EventPayload<E>) => void;

/** What the scan found but may not or cannot be read, by path, and why. */
export type Refused = ReadonlyMap<string, ErrorValue>;
/** Adds the photographs to the run, telling how many there are so far. Must heed the signal. */
export type List = (signal: AbortSignal, onListed: (total: number) => void) => Promise<Refused>;

export interface ActiveRunOptions {
  readonly run: Run;
  readonly session: RunSession;
  readonly history: History;
  readonly dataFolder: string;
  readonly emit: Emit;
  /** Absent when a run is resumed: its photographs are known. */
  readonly list?: List;
  /** Adds photographs for as long as the run lives: it ends only when it is stopped. */
  readonly feed?: Feed;
}

/** A full disk or a broken driver would fail every photograph that follows; the rest can be resumed once it is mended. */
const ENDS_THE_RUN: ReadonlySet<ErrorCode> = new Set([
  'output.failed',
  'output.disk_full',
  'session.failed',
  'device.unavailable',
]);

/** Maps and thumbnails lie on the disk of the history: for whoever waits at the line it is the same full disk. */
const pausing = (error: ErrorValue): ErrorValue =>
  error.code === 'output.disk_full'
    ? { code: 'history.disk_full', params: { reason: String(error.params.reason ?? '') } }
    : error;

/** A run without a model never began, and nobody knows whether all its photographs were listed. */
export const hasBegun = (run: Run): boolean => run.modelSha256 !== '';

/** Settles as `work` does, or with the reason of the signal as soon as it is aborted. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

export class ActiveRun {
  /** Resolves with the run as it ended; never rejects. */
  readonly ended: Promise<Run>;
  readonly #options: ActiveRunOptions;
  readonly #abort = new AbortController();
  readonly #recorder: ResultRecorder;
  #run: Run;
  #rate = new RateMeter();
  #stage = '';
  #refused: Refused = new Map();
  #features: FeatureWriter | null = null;
  /** What the inference service settled on; null until it has. */
  #settled: Omit<SessionInfo, 'session'> | null = null;
  #recording: Promise<unknown> = Promise.resolve();
  /** Closed while a person holds the run. */
  readonly #gate = new Gate();
  /** Opened whenever a feed brought something. */
  readonly #news = new Gate();
  #reachable = true;
  readonly #order: WorkOrder;

  constructor(options: ActiveRunOptions) {
    this.#options = options;
    this.#run = options.run;
    this.#order = new WorkOrder((afterSeq, limit) =>
      options.history.request('run.pending', { runId: this.id, limit, afterSeq }),
    );
    this.#recorder = new ResultRecorder({
      write: (outcomes) => options.history.request('results.record', { runId: this.id, outcomes }),
      onWritten: (parts) => {
        const failed = parts.filter((part) => part.state === 'failed').length;
        const { scored, failed: before } = this.#run;
        this.#run = { ...this.#run, scored: scored + parts.length - failed, failed: before + failed };
        this.#rate.mark(parts.length);
        options.emit('run.parts', { runId: this.id, parts });
        this.#report();
      },
      onFailure: (error) => this.#abort.abort(error),
    });
    this.ended = this.#live();
  }

  get id(): number {
    return this.#run.id;
  }

  get state(): RunState {
    return this.#run.state;
  }

  /** Stops within one photograph: what is under way is left to itself and stays pending. */
  stop(): Promise<Run> {
    this.#abort.abort(new LoupeError('run.cancelled'));
    return this.ended;
  }

  /** Holds the run with its model loaded, or lets it go on; what is under way is finished. */
  pause(paused: boolean): void {
    if (paused) this.#gate.close();
    else this.#gate.open();
    this.#rate = new RateMeter(); // the pause says nothing about the pace
    this.#report();
  }

  /** The parts that somebody has on the screen: they come next. */
  look(seqs: readonly number[]): void {
    this.#order.look(seqs);
  }

  /** Called while the model loads. */
  preparing(stage: string): void {
    if (this.#run.state !== 'preparing') return;
    this.#stage = stage;
    this.#report();
  }

  async #live(): Promise<Run> {
    try {
      await this.#prepare();
      await this.#inspectAll();
      await this.#recorder.flush();
      return await this.#end('done');
    } catch (thrown) {
      const error = pausing(thrown instanceof SessionLost ? thrown.why : toErrorValue(thrown));
      this.#abort.abort(thrown); // whatever still runs has nobody to report to
      await this.#recorder.flush().catch(() => undefined);
      return await this.#end(hasBegun(this.#run) ? 'interrupted' : 'failed', error);
    } finally {
      this.#options.session.close();
      await this.#features?.close();
    }
  }

  async #prepare(): Promise<void> {
    const { list, session, history, emit } = this.#options;
    const { signal } = this.#abort;
    this.#report();
    if (list) {
      this.preparing('Looking for photographs');
      this.#refused = await list(signal, (total) => {
        this.#run = { ...this.#run, total };
        this.#report();
      });
    }
    this.preparing('Loading the model');
    const { session: _, ...settled } = await orAborted(session.open(), signal);
    this.#settled = settled;
    const { dataFolder } = this.#options;
    this.#features = new FeatureWriter(featureFile(dataFolder, this.id), featureKey(settled));
    // A resumed run begins again: the history keeps its thresholds and refuses to mix the scores of two models.
    this.#run = await orAborted(history.request('run.begin', { runId: this.id, session: settled }), signal);
    this.#stage = '';
    this.#rate = new RateMeter(); // the time that the model took says nothing about the pace
    emit('run.changed', this.#run);
    this.#report();
  }

  async #inspectAll(): Promise<void> {
    this.#follow();
    const queue = this.#pending();
    await Promise.all(Array.from({ length: IN_FLIGHT }, () => this.#work(queue)));
    this.#abort.signal.throwIfAborted();
  }

  /** Lets the feed bring photographs beside the inspection; when it fails, the run ends. */
  #follow(): void {
    const { feed } = this.#options;
    if (!feed) return;
    const { signal } = this.#abort;
    const refused = new Map(this.#refused);
    this.#refused = refused;
    let told = Promise.resolve();
    const listed = (total: number): void => {
      told = told.then(() => this.#tellAdded(total));
      told.catch((error: unknown) => this.#abort.abort(error));
    };
    const reach = (reachable: boolean): void => {
      this.#reachable = reachable;
      this.#report();
    };
    const refuse = (path: string, error: ErrorValue): void => void refused.set(path, error);
    feed(signal, { listed, refuse, reach }).catch((error: unknown) => this.#abort.abort(error));
    this.#report();
  }

  /** The page gets to know parts that wait from here: nobody lists them for it. */
  async #tellAdded(total: number): Promise<void> {
    const { history, emit } = this.#options;
    const afterSeq = this.#run.total - 1;
    const limit = total - this.#run.total;
    const parts = await history.request('run.page', { runId: this.id, afterSeq, limit });
    this.#run = { ...this.#run, total };
    emit('run.parts', { runId: this.id, parts });
    this.#order.arrived(parts.map(({ seq }) => seq));
    this.#report();
    this.#news.open();
  }

  /** A generator gives them out one by one, whoever asks meanwhile. */
  async *#pending(): AsyncGenerator<Pending, undefined> {
    for (;;) {
      this.#news.close();
      const next = await this.#order.next();
      if (next) yield next;
      else if (!this.#options.feed) return;
      else await orAborted(this.#news.passed, this.#abort.signal);
    }
  }

  async #work(queue: AsyncGenerator<Pending, undefined>): Promise<void> {
    const { signal } = this.#abort;
    for (;;) {
      await orAborted(this.#gate.passed, signal);
      const next = await queue.next();
      await orAborted(this.#gate.passed, signal);
      if (next.done || signal.aborted) return;
      await this.#record(await orAborted(this.#inspect(next.value), signal));
    }
  }

  /** One after the other: what another device scored is recorded as scored there, and nothing else is. */
  #record(outcome: PartOutcome): Promise<void> {
    const device = outcome.ok ? outcome.result.device : undefined;
    const recorded = this.#recording.then(async () => {
      if (device !== undefined && device !== this.#settled?.device) await this.#moveTo(device);
      await this.#recorder.add(outcome);
    });
    this.#recording = recorded.catch(() => undefined);
    return recorded;
  }

  /** A device gave up and another one took over: the run begins again there. */
  async #moveTo(device: string): Promise<void> {
    if (!this.#settled) return;
    const { history, emit } = this.#options;
    await this.#recorder.flush();
    this.#settled = { ...this.#settled, device };
    this.#run = await history.request('run.begin', { runId: this.id, session: this.#settled });
    emit('run.changed', this.#run);
  }

  /** Errors that belong to the photograph become its outcome; all others end the run and leave the photograph pending. */
  async #inspect({ id: partId, seq, path }: Pending): Promise<PartOutcome> {
    const refused = this.#refused.get(path);
    if (refused) return { partId, ok: false, error: refused };
    try {
      const save = partFiles(this.#options.dataFolder, this.id, seq);
      const { map: _, feature, ...result } = await this.#options.session.inspect(path, save);
      if (feature) await this.#features?.write(seq, feature);
      return { partId, ok: true, result };
    } catch (thrown) {
      const error = toErrorValue(thrown);
      if (thrown instanceof SessionLost || ENDS_THE_RUN.has(error.code)) throw thrown;
      return { partId, ok: false, error };
    }
  }

  async #end(state: RunState, error?: ErrorValue): Promise<Run> {
    const change = error ? { state, error } : { state };
    // A history that cannot be written must not keep the page from learning that the run stands still; nothing is done
    // that is not written.
    this.#run = await this.#options.history
      .request('run.setState', { runId: this.id, ...change })
      .catch((thrown: unknown) => ({
        ...this.#run,
        state: state === 'done' ? 'interrupted' : state,
        error: error ?? toErrorValue(thrown),
      }));
    this.#stage = '';
    this.#options.emit('run.changed', this.#run);
    this.#report();
    return this.#run;
  }

  #report(): void {
    const rate = this.#run.state === 'running' ? this.#rate.rate() : 0;
    this.#options.emit('run.progress', runProgress(this.#run, this.#stage, rate, this.#resting()));
  }

  #resting(): RunProgress['resting'] {
    const { state, total, scored, failed } = this.#run;
    if (state !== 'running') return undefined;
    if (!this.#gate.isOpen) return 'paused';
    if (!this.#options.feed) return undefined;
    if (!this.#reachable) return 'unreachable';
    return scored + failed >= total ? 'waiting' : undefined;
  }
}
