// Starts, stops, continues and decides trainings, one at a time; the line learns of a head only when a person adopts it.
// Runs in the main process (Node, no Electron: the tests drive it with the real service).
import type { Part, Run } from '../../common/domain.ts';
import type { Recipe } from '../../common/recipe.ts';
import type { Training } from '../../common/training.ts';
import type { JobPart, TrainingJob, TrainingOutcome } from '../../common/training-service.ts';
import { LoupeError, toErrorValue, type ErrorValue } from '../../../models/errors.ts';
import { afterMapFile } from './after-map.ts';
import type { History } from '../history-client.ts';
import { sessionOptions, type PackPlaces } from '../run/session-options.ts';
import { ActiveTraining, type TrainingService } from './active-training.ts';
import { baseSettings, mustStillFit, settingsWithHead } from './adopt.ts';
import { keepHead } from './heads.ts';
import type { MaskStore } from './masks.ts';
import { planTraining } from './plan.ts';
import { TrainingFiles } from './training-files.ts';

/** Bytes that the features of photographs may take. */
const CACHE_LIMIT = 5e9;

export interface TrainingControllerOptions extends PackPlaces {
  readonly history: History;
  readonly masks: MaskStore;
  /** A new service, which starts with its first request. */
  readonly startService: () => TrainingService;
  readonly version: string;
  readonly emit: (training: Training) => void;
}

export interface StartTraining {
  readonly runId: number;
  readonly partIds: readonly number[];
  readonly author: string;
}

export interface AdoptTraining {
  readonly id: number;
  readonly reason: string;
  readonly author: string;
  /** Of the recipe that is made, when the run had none. */
  readonly name?: string | undefined;
}

export class TrainingController {
  readonly #options: TrainingControllerOptions;
  readonly #files: TrainingFiles;
  #training: Training | null = null;
  #loading: Promise<void> | null = null;
  #active: { readonly work: ActiveTraining; readonly ended: Promise<void> } | null = null;
  /** True while something about trainings is being decided: two requests in one breath must not both succeed. */
  #claimed = false;

  constructor(options: TrainingControllerOptions) {
    this.#options = options;
    this.#files = new TrainingFiles(options.dataFolder);
  }

  /** The newest training, whatever became of it; null when there was none. */
  async current(): Promise<Training | null> {
    this.#loading ??= this.#load();
    await this.#loading.catch((error: unknown) => {
      this.#loading = null; // the next question looks again
      throw error;
    });
    return this.#training;
  }

  /** The heat map by the new head of a part kept aside; null when the newest training has none. */
  async afterMap(partId: number): Promise<string | null> {
    const training = await this.current();
    const known = training?.comparison?.parts.some((part) => part.partId === partId) ?? false;
    return training && known ? afterMapFile(this.#files.folder(training.id), partId) : null;
  }

  /** Throws `train.busy`, `train.category` for too few parts, `train.mask`, `pack.missing`, `history.*`. */
  start({ runId, partIds, author }: StartTraining): Promise<Training> {
    return this.#claim(async (last) => {
      if (last && !isDecided(last)) throw new LoupeError('train.busy');
      const { history } = this.#options;
      const { run, parts } = await history.request('run.load', { runId });
      const recipe = await this.#recipeOf(run);
      const chosen = await this.#jobParts(run, parts, partIds);
      const plan = planTraining(run.product, chosen);
      const before = { ...(await sessionOptions(this.#options, run.product, recipe)) };
      const id = await this.#files.nextId();
      const job: TrainingJob = {
        folder: this.#files.folder(id),
        // The thresholds of the run, which may have been moved since it began.
        before: { ...before, thresholds: run.thresholds },
        ...plan,
        cache: { folder: this.#files.cache, limit: CACHE_LIMIT },
        version: this.#options.version,
      };
      const training: Training = {
        ...{ id, runId, product: run.product, recipe: run.recipe },
        ...{ createdAt: new Date().toISOString(), state: 'running', progress: null },
        ...{ learnt: count(plan.learnt), aside: count(plan.aside), epochs: plan.settings.epochs },
        ...{ curve: [], error: null, comparison: null, adopted: null },
      };
      await this.#files.saveJob(id, job);
      await this.#audit(author, 'training.started', training, {
        run: runId,
        recipe: run.recipe,
        learnt: plan.learnt.map(({ partId }) => partId),
        aside: plan.aside.map(({ partId }) => partId),
        settings: plan.settings,
      });
      await this.#change(training);
      return this.#launch(training, job);
    });
  }

  /** Goes on with a training that stopped. Throws `train.busy`, `history.not_found`. */
  resume({ id }: { readonly id: number }): Promise<Training> {
    return this.#claim(async (last) => {
      const training = mustBe(last, id, 'stopped');
      const job = await this.#files.job(id);
      return this.#launch(await this.#change({ ...training, state: 'running', error: null }), job);
    });
  }

  /** Stops the training that is under way; answers when what it has is in its checkpoint. */
  async stop(): Promise<Training | null> {
    const active = this.#active;
    active?.work.stop();
    await active?.ended;
    return this.current();
  }

  /** Throws the head away. Throws `train.busy` while it runs. */
  discard({ id, author }: { readonly id: number; readonly author: string }): Promise<Training> {
    return this.#claim(async (last) => {
      const training = mustBe(last, id, 'stopped', 'done');
      await this.#audit(author, 'training.discarded', training, {});
      const discarded = await this.#change({ ...training, state: 'discarded', error: null });
      await this.#files.thinOut(id);
      return discarded;
    });
  }

  /**
   * Makes a version of the run's recipe, or a new recipe, that uses the head. Nothing else ever changes what the line uses.
   * Throws `recipe.changed`, `recipe.name_taken`, `head.invalid`.
   */
  adopt({ id, reason, author, name }: AdoptTraining): Promise<{ training: Training; recipe: Recipe }> {
    return this.#claim(async (last) => {
      const training = mustBe(last, id, 'done');
      const { history, dataFolder } = this.#options;
      const [job, outcome] = await Promise.all([this.#files.job(id), this.#files.outcome(id)]);
      const hashes = { sha256: outcome.head.sha256, calibrationSha256: outcome.calibration.sha256 };
      const on = training.recipe && (await this.#newest(training.recipe));
      // The files first: a recipe must never name a head that is not there.
      const files = { head: outcome.head.file, calibration: outcome.calibration.file };
      await keepHead(dataFolder, hashes, files);
      const run = await history.request('run.get', { runId: training.runId });
      const settings = settingsWithHead(on ?? baseSettings(run, name ?? run.product), job, outcome);
      const base = on ? { recipeId: on.id, basedOn: on.version } : {};
      const recipe = await history.request('recipe.save', { settings, reason, author, ...base });
      const adopted = { id: recipe.id, version: recipe.version, name: recipe.name };
      await this.#audit(author, 'training.adopted', training, { recipe: adopted, ...hashes }, reason);
      return { training: await this.#change({ ...training, state: 'adopted', adopted }), recipe };
    });
  }

  async #newest({ id, version }: NonNullable<Training['recipe']>): Promise<Recipe> {
    const { history } = this.#options;
    const newest = await history.request('recipe.get', { recipeId: id });
    mustStillFit(newest, await history.request('recipe.get', { recipeId: id, version }));
    return newest;
  }

  #recipeOf(run: Run): Promise<Recipe | null> {
    if (run.recipe === null) return Promise.resolve(null);
    const { id: recipeId, version } = run.recipe;
    return this.#options.history.request('recipe.get', { recipeId, version });
  }

  /** Parts that nobody judged, or that were not scored, cannot be learnt from: they are left out, and then there may be too few. */
  async #jobParts(run: Run, parts: readonly Part[], partIds: readonly number[]): Promise<JobPart[]> {
    const { history, masks } = this.#options;
    const wanted = new Set(partIds);
    const marked = new Map((await masks.list(run.id)).map((mask) => [mask.partId, mask]));
    const jobParts: JobPart[] = [];
    for (const { id: partId, name, state, verdict } of parts) {
      const mask = marked.get(partId);
      const usable = state === 'scored' && (verdict === 'ok' || (verdict === 'ng' && mask));
      if (!wanted.has(partId) || !usable) continue;
      const defective = verdict === 'ng';
      const file = defective && mask ? await masks.verified(mask) : null;
      const { path } = await history.request('part.get', { partId });
      jobParts.push({ partId, name, path, defective, mask: file });
    }
    return jobParts;
  }

  #launch(training: Training, job: TrainingJob): Training {
    const { id } = training;
    const work = new ActiveTraining(this.#options.startService(), {
      progress: (progress) => this.#tell({ progress }),
      epoch: (epoch, loss) => void this.#onEpoch(epoch, loss),
    });
    const ended = work
      .run(job)
      // The service is gone: whoever hears of the new state may act on it at once.
      .finally(() => (this.#active = null))
      .then(
        (outcome) => this.#finish(id, outcome),
        (error: unknown) => this.#cutOff(toErrorValue(error)),
      );
    this.#active = { work, ended };
    return training;
  }

  async #onEpoch(epoch: number, loss: number): Promise<void> {
    const curve = (this.#training?.curve ?? []).filter((known) => known.epoch < epoch);
    this.#tell({ curve: [...curve, { epoch, loss }] });
    // The curve is only for looking at: a disk that is full for a moment must not end a training.
    if (this.#training) await this.#files.saveState(this.#training).catch(() => undefined);
  }

  async #finish(id: number, outcome: TrainingOutcome): Promise<void> {
    try {
      await this.#files.saveOutcome(id, outcome);
      const { head, calibration, record, comparison } = outcome;
      const { before, after } = comparison;
      const detail = {
        ...{ head: head.sha256, calibration: calibration.sha256, data: record.dataSha256 },
        ...{ model: record.modelSha256, before, after },
      };
      if (this.#training) {
        await this.#audit('loupe', 'training.finished', this.#training, detail);
        await this.#change({ ...this.#training, state: 'done', progress: null, comparison });
      }
    } catch (error) {
      await this.#cutOff(toErrorValue(error));
    }
  }

  async #cutOff(error: ErrorValue): Promise<void> {
    if (!this.#training) return;
    const byPerson = error.code === 'train.cancelled';
    const stopped: Training = {
      ...this.#training,
      ...{ state: 'stopped', progress: null },
      error: byPerson ? null : { code: error.code, params: { ...error.params } },
    };
    // What cannot be written is found out by the next start: nobody works on a training that was running then.
    await this.#change(stopped).catch(() => this.#tell(stopped));
  }

  async #claim<T>(work: (last: Training | null) => Promise<T>): Promise<T> {
    if (this.#claimed || this.#active) throw new LoupeError('train.busy');
    this.#claimed = true;
    try {
      return await work(await this.current());
    } finally {
      this.#claimed = false;
    }
  }

  /** A training that was running when the program ended stands still now. */
  async #load(): Promise<void> {
    const newest = await this.#files.newest();
    this.#training = newest?.state === 'running' ? { ...newest, state: 'stopped' } : newest;
  }

  async #change(training: Training): Promise<Training> {
    await this.#files.saveState(training);
    this.#training = training;
    this.#options.emit(training);
    return training;
  }

  #tell(change: Partial<Training>): void {
    if (!this.#training) return;
    this.#training = { ...this.#training, ...change };
    this.#options.emit(this.#training);
  }

  async #audit(
    actor: string,
    action: string,
    { id }: Training,
    detail: Readonly<Record<string, unknown>>,
    reason: string | null = null,
  ): Promise<void> {
    const event = { actor, action, subject: `training ${id}`, reason, detail };
    await this.#options.history.request('audit.add', event);
  }
}

const isDecided = ({ state }: Training): boolean => state === 'adopted' || state === 'discarded';

function mustBe(training: Training | null, id: number, ...states: Training['state'][]): Training {
  if (training?.id === id && states.includes(training.state)) return training;
  throw new LoupeError('history.not_found', { what: `Training ${id}, ${states.join(' or ')},` });
}

const count = (parts: readonly JobPart[]): Training['learnt'] => {
  const ng = parts.filter(({ defective }) => defective).length;
  return { ok: parts.length - ng, ng };
};
