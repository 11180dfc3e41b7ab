// One training while it runs: its service from start to end, its progress, and one second try when the service dies.
// Runs in the main process (Node).
import type { Training, TrainingStage } from '../../common/training.ts';
import type {
  TrainingApi,
  TrainingEvents,
  TrainingJob,
  TrainingOutcome,
} from '../../common/training-service.ts';
import { LoupeError } from '../../../models/errors.ts';
import { RateMeter } from '../run/progress.ts';
import type { ServiceClient } from '../service-client.ts';

export type TrainingService = Pick<ServiceClient<TrainingApi, TrainingEvents>, 'request' | 'on' | 'stop'>;

/** The page draws no faster than this. */
const EVERY_MS = 200;

export interface Watch {
  progress(progress: Training['progress']): void;
  epoch(epoch: number, loss: number): void;
}

export class ActiveTraining {
  readonly #service: TrainingService;
  readonly #watch: Watch;
  #stopping = false;
  #stage: TrainingStage | null = null;
  #rate = new RateMeter();
  #done = 0;
  #told = 0;

  constructor(service: TrainingService, watch: Watch) {
    this.#service = service;
    this.#watch = watch;
    service.on('training.progress', (progress) => this.#onProgress(progress));
    service.on('training.epoch', ({ epoch, loss }) => watch.epoch(epoch, loss));
  }

  /** Throws what the training throws; `train.cancelled` after `stop`. The service is gone when this settles. */
  async run(job: TrainingJob): Promise<TrainingOutcome> {
    try {
      return await this.#once(job);
    } finally {
      await this.#service.stop();
    }
  }

  stop(): void {
    this.#stopping = true;
    // A service that dies of it has stopped, too.
    this.#service.request('training.stop', null).catch(() => undefined);
  }

  async #once(job: TrainingJob): Promise<TrainingOutcome> {
    try {
      return await this.#service.request('training.run', job);
    } catch (error) {
      const died = error instanceof LoupeError && error.code === 'service.died';
      if (!died) throw error;
      if (this.#stopping) throw new LoupeError('train.cancelled');
    }
    // From its checkpoint on: at most half a minute is done twice.
    return this.#service.request('training.run', job);
  }

  #onProgress({ stage, done, total }: TrainingEvents['training.progress']): void {
    const now = performance.now();
    if (stage !== this.#stage) {
      this.#stage = stage;
      this.#rate = new RateMeter();
      this.#done = done; // what a checkpoint or the cache had already says nothing about the pace
      this.#told = 0;
    }
    this.#rate.mark(Math.max(0, done - this.#done));
    this.#done = done;
    if (now - this.#told < EVERY_MS && done < total) return;
    this.#told = now;
    const rate = this.#rate.rate();
    this.#watch.progress({ stage, done, total, remaining: rate > 0 ? (total - done) / rate : null });
  }
}
