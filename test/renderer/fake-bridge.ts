// A stand-in for main: makes runs, streams parts, keeps verdicts, thresholds and the session over a reload.
// Runs in the browser, pasted behind fake-data.ts before the page's own script.
import type {
  Channel,
  ChannelArgs,
  EventName,
  LoupeBridge,
  Reply,
  Session,
} from '../../electron/common/contract.ts';
import type { Recipe, RecipeSettings } from '../../electron/common/recipe.ts';
import type { Preferences } from '../../electron/common/preferences.ts';
import type { MaskInfo, Training } from '../../electron/common/training.ts';
import type { Part, Run, RunState, Thresholds } from '../../electron/common/domain.ts';
import type { ErrorValue } from '../../models/errors.ts';
import type {} from '../../renderer/src/lib/client.ts';
import { finishedPart, ID_SPACE, MAP_SIZE, pendingPart, type CatalogueEntry } from './fake-data.ts';

/** What a test may set before the page starts. */
export interface FakeSettings {
  /** Number of photographs by the last piece of the path; 200 for any other. */
  totals: Record<string, number>;
  /** Parts a batch, every `every` milliseconds. */
  batch: number;
  every: number;
  /** What the native dialog answers. */
  chosen: string[];
  samples: { title: string; product: string; folder: string }[];
  catalogue: CatalogueEntry[] | null;
  /** Runs that exist already when the page starts for the first time. */
  /** What was set before; the tour is over unless a test asks for it. */
  preferences: Preferences | null;
  /** Verdicts that people gave before, by position in the first run. */
  judged: Record<number, 'ok' | 'ng'>;
  earlier: { product: string; source: string; total: number; state: RunState; done: number }[];
}

/** What a test may ask of the fake while the page runs. */
interface FakeControls {
  emit(event: EventName, payload: unknown): void;
  /** The next call of the channel fails with this error. */
  failNext(channel: Channel, error: ErrorValue): void;
  calls: { channel: Channel; args: unknown }[];
}

declare global {
  interface Window {
    fakeSettings?: Partial<FakeSettings>;
    fake: FakeControls;
  }
}

type Mark = Pick<Part, 'verdict' | 'defectKind' | 'comment'>;

interface Stored {
  runs: (Run & { done: number })[];
  verdicts: Record<number, Mark & { at: string }>;
  session: Session | null;
  preferences: Preferences | null;
  /** All versions of all recipes. */
  recipes: Recipe[];
  /** By run. */
  masks: Record<number, MaskInfo[]>;
  training: Training | null;
}

(() => {
  const KEY = 'fake';
  const HISTORY_STATE = {
    disk: { database: 23_000_000, backups: 69_000_000, media: 410_000_000, free: 90_000_000_000 },
    code: '1284-9f3c-07be-51aa-e0d2',
    backupFolder: '/home/ana/.local/share/Loupe/history/backups',
    keep: 14,
    backups: [],
  };
  const settings: FakeSettings = {
    totals: {},
    batch: 25,
    every: 60,
    chosen: ['/photographs/nuts'],
    samples: [],
    catalogue: null,
    preferences: {
      language: 'en',
      autoAdvance: true,
      twoStage: false,
      askKind: false,
      defectKinds: [],
      keys: {},
      tourSeen: true,
    },
    judged: {},
    earlier: [],
    ...window.fakeSettings,
  };
  const listeners = new Map<EventName, Set<(payload: never) => void>>();
  const failures = new Map<Channel, ErrorValue>();
  let timer: ReturnType<typeof setInterval> | undefined;

  const newRun = (
    id: number,
    product: string,
    source: string,
    total: number,
    state: RunState,
    done: number,
  ) => ({
    id,
    createdAt: new Date(Date.UTC(2026, 10, 20 + id, 7, 31)).toISOString(),
    product,
    source,
    packId: 'loupe-mini',
    packVersion: '0.1.0',
    modelSha256: '0'.repeat(64),
    method: 'sdp',
    device: 'CPU',
    state,
    total,
    scored: 0,
    failed: 0,
    thresholds: { review: 0.42, reject: 0.62 },
    heat: { lo: 0.05, hi: 0.35 },
    mapSize: MAP_SIZE,
    error: null,
    recipe: null as Run['recipe'],
    lot: null as Run['lot'],
    regions: null as Run['regions'],
    done,
  });

  const store: Stored = load();
  function load(): Stored {
    const kept = localStorage.getItem(KEY);
    if (kept === null) {
      const runs = settings.earlier.map((r, i) =>
        newRun(i + 1, r.product, r.source, r.total, r.state, r.done),
      );
      return {
        runs: runs.map(counted),
        verdicts: Object.fromEntries(
          Object.entries(settings.judged).map(([seq, verdict]) => [
            ID_SPACE + Number(seq) + 1,
            { verdict, defectKind: null, comment: null, at: '2026-11-23T07:31:00.000Z' },
          ]),
        ),
        session: null,
        preferences: settings.preferences,
        recipes: [],
        masks: {},
        training: null,
      };
    }
    const read = JSON.parse(kept) as Stored;
    // What ran when the page went away was stopped by it, as after a crash.
    for (const run of read.runs)
      if (run.state === 'running' || run.state === 'preparing') run.state = 'interrupted';
    if (read.training?.state === 'running') read.training.state = 'stopped';
    return read;
  }
  const keep = (): void => localStorage.setItem(KEY, JSON.stringify(store));

  function partAt(run: Run & { done: number }, seq: number): Part {
    const part = (seq < run.done ? finishedPart : pendingPart)(run.id, seq, settings.catalogue);
    const judged = store.verdicts[part.id];
    return judged === undefined
      ? part
      : {
          ...part,
          verdict: judged.verdict,
          defectKind: judged.defectKind,
          comment: judged.comment,
          verdictAt: judged.at,
          verdictBy: 'ana',
        };
  }
  const partsOf = (run: Run & { done: number }, from = 0, to = run.total): Part[] =>
    Array.from({ length: to - from }, (_, i) => partAt(run, from + i));

  function counted<T extends Run & { done: number }>(run: T): T {
    let failed = 0;
    for (let seq = 0; seq < run.done; seq++) if (finishedPart(run.id, seq, null).state === 'failed') failed++;
    run.failed = failed;
    run.scored = run.done - failed;
    return run;
  }

  function plain(run: Run & { done: number }): Run {
    const { done: _, ...rest } = run;
    return rest;
  }

  function emit(event: EventName, payload: unknown): void {
    for (const listener of listeners.get(event) ?? []) (listener as (p: unknown) => void)(payload);
  }

  function progress(run: Run & { done: number }, stage: string): void {
    const rate = run.state === 'running' ? (1000 * settings.batch) / settings.every : 0;
    const { id, state, total, scored, failed } = run;
    const remaining = rate > 0 ? (total - run.done) / rate : null;
    emit('run.progress', { runId: id, state, stage, total, scored, failed, rate, remaining });
  }

  function go(run: Run & { done: number }): void {
    clearInterval(timer);
    run.state = 'running';
    emit('run.changed', plain(run));
    timer = setInterval(() => {
      const from = run.done;
      run.done = Math.min(run.total, from + settings.batch);
      for (let seq = from; seq < run.done; seq++) {
        if (finishedPart(run.id, seq, null).state === 'failed') run.failed++;
        else run.scored++;
      }
      emit('run.parts', { runId: run.id, parts: partsOf(run, from, run.done) });
      if (run.done === run.total) {
        clearInterval(timer);
        run.state = 'done';
      }
      progress(run, '');
      if (run.state === 'done') {
        emit('run.changed', plain(run));
        keep();
      }
    }, settings.every);
  }

  function fail(code: ErrorValue['code'], params: ErrorValue['params'] = {}): never {
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- errors cross the bridge as plain values
    throw { code, params };
  }

  const find = (id: number): Run & { done: number } =>
    store.runs.find((run) => run.id === id) ?? fail('history.not_found', { what: `run ${id}` });

  const versionsOf = (recipeId: number): Recipe[] =>
    store.recipes
      .filter((recipe) => recipe.id === recipeId)
      .sort((a, b) => b.version - a.version)
      .map((recipe, _, all) => ({ ...recipe, versions: all.length }));
  const newest = (recipeId: number): Recipe =>
    versionsOf(recipeId)[0] ?? fail('history.not_found', { what: `recipe ${recipeId}` });
  const allNewest = (): Recipe[] => [...new Set(store.recipes.map((r) => r.id))].map(newest);
  function addRecipe(given: RecipeSettings, reason: string, id: number | null): Recipe {
    if (allNewest().some((r) => r.id !== id && r.name.toLowerCase() === given.name.toLowerCase()))
      fail('recipe.name_taken', { name: given.name });
    const own = id ?? Math.max(0, ...store.recipes.map((r) => r.id)) + 1;
    const version = versionsOf(own).length + 1;
    const createdAt = new Date(Date.UTC(2026, 10, 20, 7, version)).toISOString();
    const made = { ...given, id: own, version, versions: version, author: 'ana', reason, createdAt };
    store.recipes.push({ ...made, sha256: '0'.repeat(64) });
    keep();
    return newest(own);
  }
  const settingsOf = ({
    id: _,
    version: _v,
    versions: _n,
    author: _a,
    reason: _r,
    createdAt: _c,
    sha256: _s,
    ...rest
  }: Recipe): RecipeSettings => rest;

  let trainingTimer: ReturnType<typeof setInterval> | undefined;
  function tellTraining(change: Partial<Training>): Training {
    const training = { ...(store.training ?? fail('history.not_found', { what: 'training' })), ...change };
    store.training = training;
    keep();
    setTimeout(() => emit('training.changed', training), 0);
    return training;
  }

  /** One OK part and every second NG part get another verdict. */
  function compare(training: Training): Training['comparison'] {
    const run = find(training.runId);
    const judged = partsOf(run).filter((part) => part.verdict === 'ok' || part.verdict === 'ng');
    const pick = (verdict: string, n: number): Part[] =>
      judged.filter((part) => part.verdict === verdict).slice(0, n);
    const aside = [...pick('ok', training.aside.ok), ...pick('ng', training.aside.ng)];
    const verdictOf = (score: number) => (score >= 0.6 ? 'reject' : score >= 0.4 ? 'review' : 'good');
    return {
      before: { imageAuroc: 0.913, imageF1Max: 0.857, pixelAuroc: 0.962, pixelF1Max: 0.401, pro: 0.874 },
      after: { imageAuroc: 0.984, imageF1Max: 0.941, pixelAuroc: 0.987, pixelF1Max: 0.633, pro: 0.941 },
      thresholds: { before: run.thresholds, after: { review: 0.4, reject: 0.6 } },
      expected: { falseReject: { rate: 0, low: 0, high: 0.28, count: 0, of: aside.length }, escape: null },
      parts: aside.map((part, i) => {
        const defective = part.verdict === 'ng';
        const before = part.score ?? 0;
        const after = defective ? (i % 2 === 1 ? 0.83 : 0.5) : i === 1 ? 0.44 : 0.12;
        return {
          ...{ partId: part.id, name: part.name, defective },
          before: { score: before, verdict: verdictOf(before) },
          after: { score: after, verdict: verdictOf(after) },
        };
      }),
      heat: { lo: 0, hi: 4 },
      mapSize: MAP_SIZE,
    };
  }

  function learn(): void {
    clearInterval(trainingTimer);
    trainingTimer = setInterval(() => {
      const training = store.training;
      if (training?.state !== 'running') {
        clearInterval(trainingTimer);
        return;
      }
      const epoch = training.curve.length + 1;
      if (epoch > training.epochs) {
        clearInterval(trainingTimer);
        tellTraining({ state: 'done', progress: null, comparison: compare(training) });
        return;
      }
      const [done, total] = [epoch * 20, training.epochs * 20];
      const progress = { stage: 'training', done, total, remaining: (training.epochs - epoch) / 5 } as const;
      tellTraining({ progress, curve: [...training.curve, { epoch, loss: 0.4 + 1.8 / epoch }] });
    }, settings.every);
  }

  /** What the page does not ask for in these tests is left out. */
  const answers: Partial<Record<Channel, (args: never) => unknown>> = {
    'app.info': () => ({
      version: '0.1.0',
      electron: '45.4.1',
      chromium: '156',
      platform: 'linux',
      dataFolder: '/home/ana/.local/share/Loupe',
      samples: settings.samples,
      pack: { id: 'loupe-mini', title: 'Loupe mini', version: '0.1.0', sha256: '0'.repeat(64) },
    }),
    'files.choose': () => settings.chosen,
    'run.start': (args: ChannelArgs<'run.start'>) => {
      const { inputs } = args;
      const recipe = 'recipe' in args ? newest(args.recipe.recipeId) : null;
      const product = 'product' in args ? args.product : (recipe?.product ?? '');
      if (store.runs.some((run) => run.state === 'running')) fail('run.busy');
      const source = inputs.map((path) => path.split('/').at(-1) ?? path).join(', ');
      if (source === 'empty') fail('data.no_images', { path: inputs[0] ?? '' });
      const run = newRun(store.runs.length + 1, product, source, 0, 'preparing', 0);
      run.lot = args.lot ?? null;
      if (recipe !== null) {
        run.recipe = { id: recipe.id, version: recipe.version, name: recipe.name };
        run.thresholds = recipe.thresholds;
        run.regions = recipe.regions;
      }
      store.runs.push(run);
      const total = settings.catalogue?.length ?? settings.totals[source] ?? 200;
      setTimeout(() => progress(run, 'Looking for photographs'), 0);
      setTimeout(() => {
        run.total = total;
        go(run);
      }, 120);
      keep();
      return plain(run);
    },
    'run.resume': ({ runId }: { runId: number }) => {
      const run = find(runId);
      setTimeout(() => go(run), 0);
      return plain(run);
    },
    'run.cancel': ({ runId }: { runId: number }) => {
      clearInterval(timer);
      const run = find(runId);
      run.state = 'interrupted';
      keep();
      setTimeout(() => emit('run.changed', plain(run)), 0);
      return plain(run);
    },
    'run.list': () => store.runs.map(plain),
    'run.open': ({ runId }: { runId: number }) => {
      const run = find(runId);
      return { run: plain(run), parts: partsOf(run) };
    },
    'run.thresholds': ({ runId, thresholds }: { runId: number; thresholds: Thresholds }) => {
      const run = find(runId);
      run.thresholds = thresholds;
      keep();
      return plain(run);
    },
    'part.verdict': ({ partId, verdict, defectKind, comment }: ChannelArgs<'part.verdict'>) => {
      const at = new Date().toISOString();
      store.verdicts[partId] = { verdict, defectKind: defectKind ?? null, comment: comment ?? null, at };
      keep();
      const runId = Math.floor(partId / 10_000_000);
      return partAt(find(runId), (partId % 10_000_000) - 1);
    },
    'part.reveal': () => undefined,
    'recipe.list': () => allNewest().sort((a, b) => a.name.localeCompare(b.name)),
    'recipe.get': ({ recipeId, version }: ChannelArgs<'recipe.get'>) =>
      versionsOf(recipeId).find((r) => version === undefined || r.version === version) ?? newest(recipeId),
    'recipe.versions': ({ recipeId }: ChannelArgs<'recipe.versions'>) => versionsOf(recipeId),
    'recipe.save': (args: ChannelArgs<'recipe.save'>) => {
      const id = 'recipeId' in args ? args.recipeId : null;
      if ('basedOn' in args && newest(args.recipeId).version !== args.basedOn) fail('recipe.changed');
      return addRecipe(args.settings, args.reason, id);
    },
    'recipe.duplicate': ({ recipeId, name }: ChannelArgs<'recipe.duplicate'>) =>
      addRecipe({ ...settingsOf(newest(recipeId)), name }, 'duplicated', null),
    'recipe.export': ({ recipeId }: ChannelArgs<'recipe.export'>) => ({
      path: `/home/ana/${newest(recipeId).name}.loupe-recipe.json`,
    }),
    'recipe.import': () =>
      addRecipe({ ...settingsOf(allNewest()[0]!), name: 'From line 2' }, 'imported', null),
    'session.load': () => store.session,
    'session.save': (session: Session) => {
      store.session = session;
      keep();
    },
    'mask.list': ({ runId }: { runId: number }) => store.masks[runId] ?? [],
    'mask.save': ({ partId, runs }: ChannelArgs<'mask.save'>) => {
      const runId = Math.floor(partId / 10_000_000);
      const pixels = runs.reduce((sum, length, i) => sum + (i % 2 === 1 ? length : 0), 0);
      const mask = { partId, sha256: '0'.repeat(64), pixels };
      store.masks[runId] = [...(store.masks[runId] ?? []).filter((m) => m.partId !== partId), mask];
      keep();
      return mask;
    },
    'training.current': () => store.training,
    'training.start': ({ runId, partIds }: ChannelArgs<'training.start'>) => {
      const run = find(runId);
      const ng = partsOf(run).filter((p) => partIds.includes(p.id) && p.verdict === 'ng').length;
      const ok = partIds.length - ng;
      store.training = {
        ...{ id: (store.training?.id ?? 0) + 1, runId, product: run.product, recipe: run.recipe },
        ...{ createdAt: '2026-11-23T08:00:00.000Z', state: 'running', progress: null },
        ...{ learnt: { ok: ok - 5, ng: ng - 2 }, aside: { ok: 5, ng: 2 }, epochs: 12 },
        ...{ curve: [], error: null, comparison: null, adopted: null },
      };
      keep();
      learn();
      return store.training;
    },
    'training.resume': () => {
      learn();
      return tellTraining({ state: 'running', error: null });
    },
    'training.stop': () => tellTraining({ state: 'stopped', progress: null }),
    'training.discard': () => tellTraining({ state: 'discarded' }),
    'training.adopt': ({ reason, name }: ChannelArgs<'training.adopt'>) => {
      const { recipe: on, product } = store.training ?? fail('history.not_found', { what: 'training' });
      const base = on === null ? null : settingsOf(newest(on.id));
      const head = { sha256: 'a'.repeat(64), calibrationSha256: 'b'.repeat(64) };
      const own: RecipeSettings = {
        ...(base ?? { ...{ name: name ?? product, product, packId: 'loupe-mini', tap: null, rvs: null } }),
        ...{ method: 'sdp+', sigma: 8, heat: null, thresholds: { review: 0.4, reject: 0.6 }, regions: null },
        ...{ tap: base?.tap ?? null, rvs: base?.rvs ?? null, head },
      };
      const recipe = addRecipe(own, reason, on?.id ?? null);
      const adopted = { id: recipe.id, version: recipe.version, name: recipe.name };
      return { training: tellTraining({ state: 'adopted', adopted }), recipe };
    },
    'history.state': () => HISTORY_STATE,
    'history.verify': () => ({
      ...{ checked: 3, verdicts: 2, events: 1, code: HISTORY_STATE.code, clockJumps: 0 },
      ...{ fault: null, passed: null },
    }),
    'history.backup': () => ({ path: '/backups/loupe.db', at: '2026-11-23T08:00:00.000Z', bytes: 1_000_000 }),
    'history.schedule': ({ folder, keep }: { folder: string | null; keep: number }) => ({
      ...HISTORY_STATE,
      ...{ backupFolder: folder ?? HISTORY_STATE.backupFolder, keep },
    }),
    'history.audit': () => [],
    'history.stats': () => fail('history.not_found', { what: 'Statistics of made-up parts' }),
    'history.export': ({ format }: { format: string }) => ({ path: `/out.${format}`, parts: 0, runs: 0 }),
    'part.explain': ({ partId }: { partId: number }) => {
      const run = find(Math.floor(partId / 10_000_000));
      const part = partAt(run, (partId % 10_000_000) - 1);
      return {
        ...{ part, path: `/photographs/${part.name}`, run: plain(run), session: null, inspectedAt: null },
        ...{ recipe: null, verdicts: [], thresholds: [] },
      };
    },
    'preferences.load': () => store.preferences,
    'preferences.save': (preferences: Preferences) => {
      store.preferences = preferences;
      keep();
    },
  };

  window.fake = {
    emit,
    failNext: (channel, error) => failures.set(channel, error),
    calls: [],
  };

  const bridge: LoupeBridge = {
    async invoke(channel, args) {
      window.fake.calls.push({ channel, args });
      await new Promise((resolve) => setTimeout(resolve, 2));
      const failure = failures.get(channel);
      failures.delete(channel);
      if (failure !== undefined) return { ok: false, error: failure };
      try {
        return { ok: true, value: answers[channel]?.(args as never) } as Reply<never>;
      } catch (thrown) {
        return { ok: false, error: thrown } as Reply<never>;
      }
    },
    on(event, listener) {
      const set = listeners.get(event) ?? new Set();
      listeners.set(event, set);
      set.add(listener);
      return () => set.delete(listener);
    },
    pathOf: (file) => `/dropped/${(file as File).name}`,
  };
  window.loupe = bridge;
})();
