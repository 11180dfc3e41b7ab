// Starts, resumes and stops runs, one at a time; the only place that makes the two services work together.
// Runs in the main process (Node, no Electron: the tests drive it with the real services).
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { KnownPart } from '../common/challenge.ts';
import type { Run, Watch } from '../common/domain.ts';
import type { RecipeRef } from '../common/recipe.ts';
import type { NewPart } from '../common/history-service.ts';
import type { InferenceApi, InferenceEvents, SessionOptions } from '../common/inference-service.ts';
import { LoupeError, type ErrorValue } from '../../models/errors.ts';
import type { History } from './history-client.ts';
import { ActiveRun, hasBegun, type Emit, type List, type Refused } from './run/active-run.ts';
import type { WatchTimes } from './files/watch.ts';
import { folderFeed, type Feed } from './run/feed.ts';
import { photographsOf } from './run/photographs-of.ts';
import { RunSession } from './run/session.ts';
import { sessionOptions, type PackPlaces } from './run/session-options.ts';
import type { ServiceClient } from './service-client.ts';

/** Deaths of the history that listing the photographs survives. */
const MOST_TRIES = 5;
/** Photographs per message to the history: a batch of this size is written in milliseconds. */
const BATCH = 500;

/** A photograph that was found in the chosen folders. */
export interface Photograph {
  readonly path: string;
  /** Below the chosen folder, with '/' between the folders. */
  readonly relative: string;
  readonly bytes: number;
  /** Why it cannot be inspected although it is there. */
  readonly error?: ErrorValue;
}

export interface RunControllerOptions extends PackPlaces {
  readonly inference: Pick<ServiceClient<InferenceApi, InferenceEvents>, 'request' | 'on' | 'deaths'>;
  readonly history: History;
  readonly scan: (inputs: readonly string[]) => AsyncIterable<Photograph>;
  readonly emit: Emit;
  /** How patiently folders are watched; absent: as the program does. */
  readonly watchTimes?: WatchTimes;
}

/** What to inspect, and how: by words, or by a recipe that brings its own. */
export type StartRequest = {
  readonly inputs: readonly string[];
  readonly lot?: string | undefined;
  readonly author?: string | undefined;
  /** Goes on with what comes into the folders until it is stopped. */
  readonly watch?: Watch | undefined;
} & ({ readonly product: string } | { readonly recipe: RecipeRef });

const STAGES = { model: 'Loading the model', words: 'Reading the words', device: 'Trying the devices' };

export class RunController {
  readonly #options: RunControllerOptions;
  #active: ActiveRun | null = null;
  /** True from the moment a run is asked for: two requests in one breath must not both start. */
  #claimed = false;

  constructor(options: RunControllerOptions) {
    this.#options = options;
    options.inference.on('session.progress', ({ stage, done, total }) =>
      this.#active?.preparing(total > 1 ? `${STAGES[stage]} ${done}/${total}` : STAGES[stage]),
    );
  }

  get busy(): boolean {
    return this.#claimed;
  }

  /** Starts a run over everything below `inputs`; answers as soon as the first photograph is found. */
  start(args: StartRequest): Promise<Run> {
    return this.#claim(async () => {
      const { inputs, lot, author, watch } = args;
      const recipe = 'recipe' in args ? await this.#options.history.request('recipe.get', args.recipe) : null;
      const product = 'product' in args ? args.product : (recipe?.product ?? '');
      if (!product.trim()) throw new LoupeError('text.empty');
      const session = await sessionOptions(this.#options, product, recipe);
      // Looked at before anything is written: an empty folder leaves no empty run behind, unless it is watched.
      const photographs = watch === undefined ? await unlessEmpty(this.#options.scan(inputs)) : null;
      if (watch !== undefined) await demandFolders(inputs);
      else if (!photographs) throw new LoupeError('data.no_images', { path: inputs.join(', ') });
      const run = await this.#options.history.request('run.create', {
        product,
        source: inputs.map((input) => basename(input) || input).join(', '),
        inputs,
        // The version that was read, not the one that is newest by now.
        ...(recipe && { recipe: { recipeId: recipe.id, version: recipe.version } }),
        ...{ lot, author, watch },
      });
      if (!photographs) return this.#launch(run, session);
      return this.#launch(run, session, (...how) => this.#list(run.id, photographs, ...how));
    });
  }

  /** A new run over the photographs of an earlier one, by this version of a recipe (absent: as before). */
  repeat(args: { runId: number; recipe?: RecipeRef | undefined; author?: string | undefined }): Promise<Run> {
    return this.#claim(async () => {
      const { history } = this.#options;
      const earlier = await history.request('run.get', { runId: args.runId });
      const before = earlier.recipe && { recipeId: earlier.recipe.id, version: earlier.recipe.version };
      const ref = args.recipe ?? before;
      const recipe = ref && (await history.request('recipe.get', ref));
      const product = recipe?.product ?? earlier.product;
      const session = await sessionOptions(this.#options, product, recipe);
      const { inputs, photographs } = await photographsOf(history, earlier.id);
      const found = await unlessEmpty(photographs());
      if (!found) throw new LoupeError('data.no_images', { path: inputs.join(', ') });
      const run = await history.request('run.create', {
        ...{ product, source: earlier.source, inputs, repeats: earlier.id },
        ...(recipe && { recipe: { recipeId: recipe.id, version: recipe.version } }),
        ...(earlier.lot !== null && { lot: earlier.lot }),
        author: args.author,
      });
      return this.#launch(run, session, (...how) => this.#list(run.id, found, ...how));
    });
  }

  /** A run over the known parts of a challenge, by the newest version of its recipe. Throws `challenge.ended`. */
  challenge(args: { setId: number; author?: string | undefined }): Promise<Run> {
    return this.#claim(async () => {
      const { history } = this.#options;
      const { set, parts } = await history.request('challenge.get', { setId: args.setId });
      if (!set.active) throw new LoupeError('challenge.ended');
      const recipe = await history.request('recipe.get', { recipeId: set.recipeId });
      const session = await sessionOptions(this.#options, recipe.product, recipe);
      const run = await history.request('run.create', {
        ...{ product: recipe.product, source: set.name, inputs: [], challenge: set.id, author: args.author },
        recipe: { recipeId: recipe.id, version: recipe.version },
      });
      return this.#launch(run, session, (...how) => this.#list(run.id, eachOf(parts), ...how));
    });
  }

  /** Goes on with the photographs that are still pending, after a stop, a crash or a restart. */
  resume(args: { runId: number }): Promise<Run> {
    return this.#claim(async () => {
      const run = await this.#options.history.request('run.get', args);
      if (!hasBegun(run)) throw new LoupeError('run.incomplete');
      if (run.scored + run.failed >= run.total && run.watch === undefined) {
        this.#claimed = false;
        return this.#options.history.request('run.setState', { ...args, state: 'done' });
      }
      const ref = run.recipe && { recipeId: run.recipe.id, version: run.recipe.version };
      const recipe = ref && (await this.#options.history.request('recipe.get', ref));
      const session = await sessionOptions(this.#options, run.product, recipe);
      return this.#launch({ ...run, state: 'preparing', error: null }, session);
    });
  }

  /** Stops the run if it is under way; answers with the run as it is then. */
  async cancel(args: { runId: number }): Promise<Run> {
    if (this.#active?.id === args.runId) return this.#active.stop();
    return this.asItIs(await this.#options.history.request('run.get', args));
  }

  /** Holds the run that is under way with its model loaded, or lets it go on; one that is not under way stays as it is. */
  pause({ runId, paused }: { runId: number; paused: boolean }): void {
    if (this.#active?.id === runId) this.#active.pause(paused);
  }

  /** The parts of a run that somebody has on the screen: they are inspected next. */
  look({ runId, seqs }: { runId: number; seqs: readonly number[] }): void {
    if (this.#active?.id === runId) this.#active.look(seqs);
  }

  /** Stops whatever is under way, so that the program can end. */
  async stop(): Promise<void> {
    await this.#active?.stop();
  }

  /**
   * A stored run with the state that it is really in: nobody works on a `running` one when a full disk kept the history
   * from being told that it stopped, and a restarted history takes the run under way for interrupted.
   */
  asItIs(run: Run): Run {
    if (this.#active?.id === run.id) return { ...run, state: this.#active.state, error: null };
    const stale = run.state === 'running' || run.state === 'preparing';
    return stale ? { ...run, state: 'interrupted' } : run;
  }

  async #claim(begin: () => Promise<Run>): Promise<Run> {
    if (this.#claimed) throw new LoupeError('run.busy');
    this.#claimed = true;
    try {
      return await begin();
    } catch (error) {
      this.#claimed = false;
      throw error;
    }
  }

  #launch(run: Run, options: SessionOptions, list?: List): Run {
    const { inference, history, dataFolder, emit } = this.#options;
    const session = new RunSession(inference, options);
    emit('run.changed', run);
    const feed = run.watch && this.#feed(run.id, run.watch);
    const active = new ActiveRun({
      ...{ run, session, history, dataFolder, emit },
      ...(list && { list }),
      ...(feed && { feed }),
    });
    this.#active = active;
    void active.ended.then(() => {
      this.#active = null;
      this.#claimed = false;
    });
    return run;
  }

  #feed(runId: number, watch: Watch): Feed {
    const { history, dataFolder, watchTimes: times } = this.#options;
    const add = (parts: readonly NewPart[], listed: number): Promise<number> =>
      this.#add(runId, parts, listed);
    return folderFeed({ runId, watch, history, dataFolder, times, add });
  }

  async #list(
    runId: number,
    photographs: AsyncIterable<Photograph>,
    ...[signal, onListed]: Parameters<List>
  ): Promise<Refused> {
    const refused = new Map<string, ErrorValue>();
    let parts: NewPart[] = [];
    let listed = 0;
    const write = async (): Promise<void> => {
      if (parts.length === 0) return;
      listed = await this.#add(runId, parts, listed);
      onListed(listed);
      parts = [];
    };
    for await (const { path, relative: name, bytes, error } of photographs) {
      signal.throwIfAborted();
      if (error) refused.set(path, error);
      if (parts.push({ path, name, bytes }) >= BATCH) await write();
    }
    await write();
    return refused;
  }

  /** Adding twice would list a photograph twice: after a death of the history the run tells whether they are in. */
  async #add(runId: number, parts: readonly NewPart[], listed: number): Promise<number> {
    const { history } = this.#options;
    for (let tries = 1; ; tries++) {
      try {
        return (await history.request('run.addParts', { runId, parts })).total;
      } catch (error) {
        const died = error instanceof LoupeError && error.code === 'service.died';
        if (!died || tries >= MOST_TRIES) throw error;
        const { total } = await history.request('run.get', { runId });
        if (total === listed + parts.length) return total;
      }
    }
  }
}

/** Known parts as a scan would find them. */
async function* eachOf(parts: readonly KnownPart[]): AsyncGenerator<Photograph> {
  for (const { path, name, bytes } of parts) yield await Promise.resolve({ path, relative: name, bytes });
}

/** Only folders can be watched. Throws `data.folder_missing`. */
async function demandFolders(inputs: readonly string[]): Promise<void> {
  for (const path of inputs) {
    const stats = await stat(path).catch(() => null);
    if (!stats?.isDirectory()) throw new LoupeError('data.folder_missing', { path });
  }
}

/** The same photographs, or null when there is not even one. */
async function unlessEmpty(found: AsyncIterable<Photograph>): Promise<AsyncIterable<Photograph> | null> {
  const rest = found[Symbol.asyncIterator]();
  const first = await rest.next();
  if (first.done) return null;
  return (async function* () {
    yield first.value;
    yield* { [Symbol.asyncIterator]: () => rest };
  })();
}
