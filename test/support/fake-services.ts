// The two services without their processes: as much of them as the run controller needs, with failures on request.
// Runs in the tests (Node).
import type { Part, Run } from '../../electron/common/domain.ts';
import type { Recipe, RecipeRef } from '../../electron/common/recipe.ts';
import type { NewRun, PartOutcome } from '../../electron/common/history-service.ts';
import type {
  InferenceApi,
  InferenceEvents,
  InspectResult,
  SessionInfo,
  SessionOptions,
} from '../../electron/common/inference-service.ts';
import type { History } from '../../electron/node/history-client.ts';
import { LoupeError } from '../../models/errors.ts';

export const RESULT: InspectResult = {
  ...{ width: 640, height: 480, score: 0.5, score0: 0.1, score1: 0.2 },
  ms: { decode: 1, resize: 1, infer: 1, post: 1 },
};

const SESSION: Omit<SessionInfo, 'session'> = {
  packId: 'fake',
  packTitle: 'Fake',
  packVersion: '1.0.0',
  modelSha256: 'f'.repeat(64),
  method: 'base',
  tap: 'official',
  rvs: 'mean',
  sigma: 4,
  device: 'CPU',
  product: 'nut',
  mapSize: 4,
  score0: { lo: 0, hi: 1 },
  score1: { lo: 0, hi: 1 },
  heat: { lo: 0, hi: 1 },
  thresholds: { review: 0.4, reject: 0.6 },
};

export const FAKE_RECIPE: Recipe = {
  ...{ id: 1, name: 'Gear', product: 'gear', packId: 'other', method: 'sdp', tap: null, rvs: null, sigma: 3 },
  ...{ heat: { lo: 0.2, hi: 0.8 }, thresholds: { review: 0.3, reject: 0.7 }, regions: null },
  ...{ version: 1, versions: 1, author: 'eva', reason: 'new', createdAt: '2026-11-23T00:00:00.000Z' },
  sha256: 'a'.repeat(64),
};

type Progress = (payload: InferenceEvents['session.progress']) => void;

/** An inference service whose photographs are functions: what happens when this path is inspected. */
export class FakeInference {
  deaths = 0;
  sessions = 0;
  /** What each session was opened with. */
  readonly options: SessionOptions[] = [];
  underWay = 0;
  mostUnderWay = 0;
  readonly inspected: string[] = [];
  readonly closed: number[] = [];
  /** Replaces the answer for a path. */
  readonly script = new Map<string, (tries: number) => Promise<InspectResult>>();
  openFails: LoupeError | null = null;
  msPerImage = 1;
  readonly #tries = new Map<string, number>();
  #cutOff: ((error: LoupeError) => void)[] = [];
  #progress: Progress | null = null;

  on<K extends keyof InferenceEvents>(name: K, listener: (payload: InferenceEvents[K]) => void) {
    if (name === 'session.progress') this.#progress = listener as Progress;
    return () => true;
  }

  async request<K extends keyof InferenceApi>(
    name: K,
    args: InferenceApi[K][0],
  ): Promise<InferenceApi[K][1]> {
    if (name === 'session.open') {
      if (this.openFails) throw this.openFails;
      this.options.push(args as SessionOptions);
      this.#progress?.({ stage: 'model', done: 1, total: 1 });
      return { ...SESSION, session: ++this.sessions } as InferenceApi[K][1];
    }
    if (name === 'session.close') {
      this.closed.push((args as InferenceApi['session.close'][0]).session);
      return null;
    }
    return await this.#inspect(args as InferenceApi['inspect'][0]);
  }

  /** As when the process ends: everything under way is refused. */
  die(): LoupeError {
    this.deaths++;
    const error = new LoupeError('service.died', { service: 'inference', reason: 'signal SIGSEGV' });
    for (const reject of this.#cutOff.splice(0)) reject(error);
    return error;
  }

  async #inspect({ session, path }: InferenceApi['inspect'][0]): Promise<InspectResult> {
    if (session !== this.sessions) throw new LoupeError('internal', { reason: 'stale session' });
    const tries = (this.#tries.get(path) ?? 0) + 1;
    this.#tries.set(path, tries);
    this.inspected.push(path);
    this.mostUnderWay = Math.max(this.mostUnderWay, ++this.underWay);
    try {
      return await new Promise((resolve, reject) => {
        this.#cutOff.push(reject);
        const scripted = this.script.get(path);
        const work =
          scripted?.(tries) ??
          new Promise<InspectResult>((done) => setTimeout(done, this.msPerImage, RESULT));
        work.then(resolve, reject);
      });
    } finally {
      this.underWay--;
    }
  }
}

interface StoredPart extends Part {
  path: string;
}

/** A history in memory. */
export class FakeHistory implements History {
  readonly runs: Run[] = [];
  readonly parts: StoredPart[] = [];
  readonly settings = new Map<string, string>();
  readonly recipes: Recipe[] = [];
  /** Outcomes per write, in order. */
  readonly batches: number[] = [];
  /** Thrown by every change from now on. */
  writeFails: LoupeError | null = null;

  request: History['request'] = (name, args) =>
    new Promise((resolve) => {
      const answer = (this.#handlers as Record<string, (args: never) => unknown>)[name];
      if (!answer) throw new Error(`the fake history knows no ${name}`);
      resolve(answer(args as never) as never);
    });

  run(id: number): Run {
    const run = this.runs.find((candidate) => candidate.id === id);
    if (!run) throw new LoupeError('history.not_found', { what: `Run ${id}` });
    return run;
  }

  #change(id: number, change: Partial<Run>): Run {
    if (this.writeFails) throw this.writeFails;
    const changed = { ...this.run(id), ...change };
    this.runs[this.runs.findIndex((run) => run.id === id)] = changed;
    return changed;
  }

  #record(runId: number, outcomes: readonly PartOutcome[]): Part[] {
    if (this.writeFails) throw this.writeFails;
    this.batches.push(outcomes.length);
    const changed = outcomes.map((outcome) => {
      const part = this.parts.find(({ id }) => id === outcome.partId);
      if (part?.state !== 'pending') throw new Error(`part ${outcome.partId} is not pending`);
      if (outcome.ok) Object.assign(part, { state: 'scored', score: outcome.result.score });
      else Object.assign(part, { state: 'failed', error: outcome.error });
      return { ...part };
    });
    const count = (state: string): number =>
      this.parts.filter((part) => part.runId === runId && part.state === state).length;
    this.#change(runId, { scored: count('scored'), failed: count('failed') });
    return changed;
  }

  readonly #handlers = {
    'run.create': ({ product, source, recipe, lot }: NewRun): Run => {
      if (this.writeFails) throw this.writeFails;
      const run: Run = {
        ...{ id: this.runs.length + 1, createdAt: '2026-11-23T00:00:00.000Z', product, source },
        ...{ packId: '', packVersion: '', modelSha256: '', method: '', device: '', state: 'preparing' },
        ...{ total: 0, scored: 0, failed: 0, thresholds: { review: 0.5, reject: 0.5 } },
        ...{ heat: { lo: 0, hi: 1 }, mapSize: 0, error: null, lot: lot ?? null, regions: null },
        recipe: recipe ? { id: recipe.recipeId, version: recipe.version ?? 1, name: 'fake' } : null,
      };
      this.runs.push(run);
      return run;
    },
    'run.addParts': ({ runId, parts }: { runId: number; parts: { path: string; name: string }[] }) => {
      for (const { path, name } of parts) {
        const seq = this.parts.filter((part) => part.runId === runId).length;
        this.parts.push({
          ...{
            id: this.parts.length + 1,
            runId,
            seq,
            name,
            path,
            state: 'pending',
            score: null,
            score0: null,
          },
          ...{ score1: null, width: null, height: null, error: null, verdict: null, verdictAt: null },
          ...{ verdictBy: null, defectKind: null, comment: null },
        });
      }
      const total = this.parts.filter((part) => part.runId === runId).length;
      this.#change(runId, { total });
      return { total };
    },
    'run.begin': ({ runId, session }: { runId: number; session: SessionInfo }) =>
      this.#change(runId, {
        ...{ state: 'running', error: null, packId: session.packId, modelSha256: session.modelSha256 },
        ...{ heat: session.heat, mapSize: session.mapSize, thresholds: session.thresholds },
      }),
    'run.setState': ({
      runId,
      state,
      error = null,
    }: Pick<Run, 'state'> & { runId: number; error?: Run['error'] }) => this.#change(runId, { state, error }),
    'run.list': () => this.runs.toReversed(),
    'run.get': ({ runId }: { runId: number }) => this.run(runId),
    'run.load': ({ runId }: { runId: number }) => ({
      run: this.run(runId),
      parts: this.parts.filter((part) => part.runId === runId),
    }),
    'run.pending': ({ runId, limit, afterSeq }: { runId: number; limit: number; afterSeq: number }) =>
      this.parts
        .filter((part) => part.runId === runId && part.state === 'pending' && part.seq > afterSeq)
        .slice(0, limit)
        .map(({ id, seq, path }) => ({ id, seq, path })),
    'results.record': ({ runId, outcomes }: { runId: number; outcomes: PartOutcome[] }) =>
      this.#record(runId, outcomes),
    'part.get': ({ partId }: { partId: number }) => {
      const part = this.parts.find(({ id }) => id === partId);
      if (!part) throw new LoupeError('history.not_found', { what: `Part ${partId}` });
      return { part, path: part.path };
    },
    'recipe.get': ({ recipeId, version }: RecipeRef): Recipe => {
      const versions = this.recipes.filter(({ id }) => id === recipeId);
      const recipe = version === undefined ? versions.at(-1) : versions.find((r) => r.version === version);
      if (!recipe) throw new LoupeError('history.not_found', { what: `Recipe ${recipeId}` });
      return recipe;
    },
    'setting.get': ({ key }: { key: string }) => ({ value: this.settings.get(key) ?? null }),
    'setting.set': ({ key, value }: { key: string; value: string }) => {
      this.settings.set(key, value);
      return null;
    },
  };
}
