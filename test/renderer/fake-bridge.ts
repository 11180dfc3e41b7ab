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
import type { PolicyInForce } from '../../electron/common/policy.ts';
import type { Preferences } from '../../electron/common/preferences.ts';
import type { PeopleState, Person } from '../../electron/common/people.ts';
import type { SecondPart, SecondReview } from '../../electron/common/second-review.ts';
import type { MaskInfo, Training } from '../../electron/common/training.ts';
import type { Part, Run, RunState, Thresholds } from '../../electron/common/domain.ts';
import type { ErrorValue } from '../../models/errors.ts';
import type {} from '../../renderer/src/lib/client.ts';
import { supportAnswers } from './fake-support.ts';
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
  /** What the IT department decided. */
  policy: PolicyInForce;
  /** Runs that exist already when the page starts for the first time. */
  /** What was set before; the tour is over unless a test asks for it. */
  preferences: Preferences | null;
  /** What these channels answer, whatever they are asked. */
  answers: Partial<Record<Channel, unknown>>;
  /** Verdicts that people gave before, by position in the first run. */
  judged: Record<number, 'ok' | 'ng'>;
  /** Whether parts have a reference, and if not, why. */
  reference: 'found' | 'none' | 'incomparable';
  /** Recipes that exist already. */
  recipes: { name: string; product: string }[];
  /** Who is set up, with their PINs. */
  people: (Pick<Person, 'name' | 'role'> & { pin: string })[];
  idleMinutes: number;
  earlier: {
    product: string;
    source: string;
    total: number;
    state: RunState;
    done: number;
    /** The set of known parts that it was run over. */
    challenge?: number;
  }[];
}

/** What a test may ask of the fake while the page runs. */
interface FakeControls {
  emit(event: EventName, payload: unknown): void;
  /** The next call of the channel fails with this error. */
  failNext(channel: Channel, error: ErrorValue): void;
  calls: { channel: Channel; args: unknown }[];
  /** As after a history that was started anew. */
  signOutSilently(): void;
  /** Tells the page as well, which looks again who is on. */
  lockAfter(minutes: number): void;
  /** So many photographs come into the watched folder. */
  arrive(count: number): void;
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
  people: PeopleState;
  pins: Record<number, string>;
  wrong: number;
  second: (SecondReview & { parts: SecondPart[] })[];
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
    policy: { file: null, idleLockMinutes: null, disabled: [] },
    preferences: {
      language: 'en',
      autoAdvance: true,
      twoStage: false,
      askKind: false,
      defectKinds: [],
      keys: {},
      tourSeen: true,
    },
    answers: {},
    judged: {},
    reference: 'found',
    people: [],
    idleMinutes: 0,
    recipes: [],
    earlier: [],
    ...window.fakeSettings,
  };
  const listeners = new Map<EventName, Set<(payload: never) => void>>();
  const failures = new Map<Channel, ErrorValue>();
  let timer: ReturnType<typeof setInterval> | undefined;
  let paused = false;

  const newRun = (
    id: number,
    product: string,
    source: string,
    total: number,
    state: RunState,
    done: number,
  ): Run & { done: number } => ({
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
    recipe: null,
    lot: null,
    regions: null,
    done,
  });

  const store: Stored = load();
  function load(): Stored {
    const kept = localStorage.getItem(KEY);
    if (kept === null) {
      const runs = settings.earlier.map((r, i) => ({
        ...newRun(i + 1, r.product, r.source, r.total, r.state, r.done),
        ...(r.challenge !== undefined && { challenge: r.challenge }),
      }));
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
        people: {
          people: settings.people.map(({ name, role }, i) => ({ id: i + 1, name, role, active: true })),
          ...{ on: null, lockedBy: null, idleMinutes: settings.idleMinutes },
        },
        pins: Object.fromEntries(settings.people.map(({ pin }, i) => [i + 1, pin])),
        wrong: 0,
        second: [],
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
    const part = placed(run, (seq < run.done ? finishedPart : pendingPart)(run.id, seq, settings.catalogue));
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
  /** A run whose area follows its parts has found each of them turned and shifted alike. */
  function placed({ recipe }: Run, part: Part): Part {
    const area = store.recipes.find((r) => r.id === recipe?.id && r.version === recipe.version)?.area;
    if (part.state !== 'scored' || area?.align === undefined) return part;
    return { ...part, placement: { turn: 8, x: 0.1, y: -0.05, likeness: 0.82 } };
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
    const waiting = run.watch !== undefined && run.done === total && state === 'running';
    const resting = paused ? { resting: 'paused' } : waiting ? { resting: 'waiting' } : {};
    emit('run.progress', { runId: id, state, stage, total, scored, failed, rate, remaining, ...resting });
  }

  function go(run: Run & { done: number }): void {
    clearInterval(timer);
    run.state = 'running';
    emit('run.changed', plain(run));
    timer = setInterval(() => {
      if (paused) return;
      const from = run.done;
      run.done = Math.min(run.total, from + settings.batch);
      for (let seq = from; seq < run.done; seq++) {
        if (finishedPart(run.id, seq, null).state === 'failed') run.failed++;
        else run.scored++;
      }
      if (run.done > from) emit('run.parts', { runId: run.id, parts: partsOf(run, from, run.done) });
      if (run.done === run.total && run.watch === undefined) {
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

  const person = (id: number): Person =>
    store.people.people.find((one) => one.id === id) ?? fail('history.not_found', { what: `Person ${id}` });
  function people(change: Partial<PeopleState>): PeopleState {
    store.people = { ...store.people, ...change };
    keep();
    return store.people;
  }
  const review = (id: number): SecondReview & { parts: SecondPart[] } =>
    store.second.find((one) => one.id === id) ?? fail('history.not_found', { what: `Second review ${id}` });
  const reviewOf = (id: number): SecondReview => {
    const { parts, ...rest } = review(id);
    return { ...rest, done: parts.filter((part) => part.verdict !== null).length };
  };
  function resultOf(id: number): unknown {
    if (review(id).endedAt === null) fail('second.blind');
    const none = () => ({ ok: 0, ng: 0, unsure: 0 });
    const counts = { ok: none(), ng: none(), unsure: none() };
    const both = review(id).parts.flatMap(({ partId, verdict }) => {
      const first = store.verdicts[partId];
      if (verdict === null || first?.verdict == null) return [];
      counts[first.verdict][verdict]++;
      const name = pendingPart(1, (partId % ID_SPACE) - 1, settings.catalogue).name;
      const second = { verdict, author: store.people.on?.name ?? 'ana', at: '2026-11-23T09:00:00.000Z' };
      return [{ partId, name, first: { verdict: first.verdict, author: 'ana', at: first.at }, second }];
    });
    const same = both.filter(({ first, second }) => first.verdict === second.verdict).length;
    const share = both.length === 0 ? null : same / both.length;
    return {
      review: reviewOf(id),
      agreement: {
        ...{ pairs: both.length, kappa: 0.512, interval: { lo: 0.203, hi: 0.821 } },
        agreed: { count: same, of: both.length, value: share, interval: { lo: 0.61, hi: 0.94 } },
      },
      ...{ counts, samePerson: 0 },
      disagreements: both.filter(({ first, second }) => first.verdict !== second.verdict),
    };
  }

  /** What the page does not ask for in these tests is left out. */
  const answers: Partial<Record<Channel, (args: never) => unknown>> = {
    'app.info': () => ({
      version: '0.1.0',
      electron: '45.4.1',
      chromium: '156',
      platform: 'linux',
      dataFolder: '/home/ana/.local/share/Loupe',
      policy: settings.policy,
      samples: settings.samples,
      pack: { id: 'loupe-mini', title: 'Loupe mini', version: '0.1.0', sha256: '0'.repeat(64), head: false },
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
      if (args.watch) run.watch = args.watch;
      paused = false;
      if (recipe !== null) {
        run.recipe = { id: recipe.id, version: recipe.version, name: recipe.name };
        run.thresholds = recipe.thresholds;
        run.regions = recipe.regions;
      }
      store.runs.push(run);
      const total = args.watch === 'new' ? 0 : (settings.catalogue?.length ?? settings.totals[source] ?? 200);
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
    'run.pause': (args: ChannelArgs<'run.pause'>) => {
      paused = args.paused;
      const run = find(args.runId);
      setTimeout(() => progress(run, ''), 0);
    },
    'menu.texts': () => undefined,
    'run.look': () => undefined,
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
    'part.reference': ({ partId }: { partId: number }) => {
      const run = find(Math.floor(partId / ID_SPACE));
      if (settings.reference !== 'found') {
        return { reference: null, comparable: settings.reference === 'none' };
      }
      const accepted = (part: Part): boolean =>
        part.verdict === 'ok' ||
        (part.verdict === null && part.score !== null && part.score < run.thresholds.review);
      const seq = (partId % ID_SPACE) - 1;
      const near = partsOf(run)
        .filter((part) => part.id !== partId && accepted(part))
        .sort((a, b) => Math.abs(a.seq - seq) - Math.abs(b.seq - seq))[0];
      if (near === undefined) return { reference: null, comparable: true };
      const { id, source, createdAt, lot, recipe } = run;
      return {
        reference: { part: near, run: { id, source, createdAt, lot, recipe }, similarity: 0.973 },
        comparable: true,
      };
    },
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
    'people.state': () => store.people,
    'people.signIn': ({ personId, pin }: ChannelArgs<'people.signIn'>) => {
      const { name } = person(personId);
      if (store.pins[personId] !== pin) {
        store.wrong++;
        keep();
        if (store.wrong > 4) fail('people.wait', { name, seconds: 30 });
        fail('people.wrong_pin', { name });
      }
      store.wrong = 0;
      return people({ on: person(personId), lockedBy: null });
    },
    'people.signOut': () => people({ on: null, lockedBy: null }),
    'people.lock': () => people({ on: null, lockedBy: store.people.on }),
    'people.add': ({ name, role, pin }: ChannelArgs<'people.add'>) => {
      if (store.people.people.some((one) => one.name === name)) fail('people.name_taken', { name });
      const added: Person = { id: store.people.people.length + 1, name, role, active: true };
      store.pins[added.id] = pin;
      const first = store.people.people.length === 0;
      return people({ people: [...store.people.people, added], ...(first && { on: added }) });
    },
    'people.change': ({ personId, pin, role, active }: ChannelArgs<'people.change'>) => {
      if (pin !== undefined) store.pins[personId] = pin;
      const changed = { ...person(personId), ...(role && { role }), ...(active !== undefined && { active }) };
      if (changed.role !== 'manager' && person(personId).role === 'manager') fail('people.last_manager');
      return people({ people: store.people.people.map((one) => (one.id === personId ? changed : one)) });
    },
    'people.changePin': ({ old, pin }: ChannelArgs<'people.changePin'>) => {
      const on = store.people.on ?? fail('people.locked');
      if (store.pins[on.id] !== old) fail('people.wrong_pin', { name: on.name });
      store.pins[on.id] = pin;
      return people({});
    },
    'people.idle': ({ minutes }: ChannelArgs<'people.idle'>) => people({ idleMinutes: minutes }),
    'second.draw': ({ runId, size, heat }: ChannelArgs<'second.draw'>) => {
      const judged = partsOf(find(runId)).filter((part) => part.verdict !== null);
      const wanted = 'count' in size ? size.count : Math.round(size.share * judged.length);
      const most = Math.max(1, Math.min(judged.length, wanted));
      store.second.push({
        ...{ id: store.second.length + 1, runId, seed: 3_141_592, judged: judged.length, size: most, heat },
        ...{ author: 'Mia', createdAt: '2026-11-23T09:00:00.000Z', done: 0, endedBy: null, endedAt: null },
        parts: judged.slice(0, most).map(({ id }, place) => ({ place, partId: id, verdict: null })),
      });
      keep();
      return reviewOf(store.second.length);
    },
    'second.list': ({ runId }: { runId: number }) =>
      store.second
        .filter((one) => one.runId === runId)
        .map(({ id }) => reviewOf(id))
        .reverse(),
    'second.parts': ({ reviewId }: { reviewId: number }) => ({
      review: reviewOf(reviewId),
      parts: review(reviewId).parts,
    }),
    'second.judge': ({ reviewId, partId, verdict }: ChannelArgs<'second.judge'>) => {
      const own = review(reviewId);
      own.parts = own.parts.map((part) => (part.partId === partId ? { ...part, verdict } : part));
      keep();
      return own.parts.find((part) => part.partId === partId);
    },
    'second.end': ({ reviewId }: { reviewId: number }) => {
      Object.assign(review(reviewId), { endedBy: 'Ben', endedAt: '2026-11-23T09:30:00.000Z' });
      keep();
      return resultOf(reviewId);
    },
    'second.result': ({ reviewId }: { reviewId: number }) => resultOf(reviewId),
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
      ...{ people: 0, wrongPins: 0, secondReviews: 0 },
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
        ...{ recipe: null, verdicts: [], thresholds: [], image: null },
        ...{ startedBy: 'ana', second: null, challenge: null, reports: [] },
      };
    },
    'part.find': () => [],
    'challenge.list': () => [],
    ...supportAnswers(settings),
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
    lockAfter: (idleMinutes) => {
      people({ idleMinutes });
      const error = { code: 'service.died', params: { service: 'history', reason: 'a test' } };
      emit('service.trouble', { service: 'history', error, fatal: false });
    },
    signOutSilently: () => void people({ on: null, lockedBy: null }),
    arrive: (count) => {
      const run = store.runs.find((one) => one.watch !== undefined && one.state === 'running');
      if (run === undefined) throw new Error('no folder is watched');
      const from = run.total;
      run.total += count;
      emit('run.parts', { runId: run.id, parts: partsOf(run, from, run.total) });
      progress(run, '');
    },
  };

  // Only the first time: after a reload they are in the store.
  if (store.recipes.length === 0)
    for (const { name, product } of settings.recipes)
      addRecipe(
        {
          ...{ name, product, packId: 'loupe-mini', method: null, tap: null, rvs: null, sigma: null },
          ...{ heat: null, thresholds: { review: 0.42, reject: 0.62 }, regions: null },
        },
        'first trial',
        null,
      );

  const bridge: LoupeBridge = {
    async invoke(channel, args) {
      window.fake.calls.push({ channel, args });
      await new Promise((resolve) => setTimeout(resolve, 2));
      const failure = failures.get(channel);
      failures.delete(channel);
      if (failure !== undefined) return { ok: false, error: failure };
      try {
        if (channel in settings.answers)
          return { ok: true, value: settings.answers[channel] } as Reply<never>;
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
