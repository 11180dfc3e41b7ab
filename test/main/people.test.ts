// What an operator may not do is refused behind the page: the router, the handlers and a real history service together.
// Runs in the tests (Node).
import { resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CHANNELS, type Channel, type ChannelArgs, type Reply } from '../../electron/common/contract.ts';
import type { Run } from '../../electron/common/domain.ts';
import { roleMay, type PeopleState } from '../../electron/common/people.ts';
import type { ServicePort } from '../../electron/common/rpc.ts';
import { KEEP_ALL } from '../../electron/common/retention.ts';
import type { RecipeSettings } from '../../electron/common/recipe.ts';
import type { HistoryApi, HistoryEvents } from '../../electron/common/history-service.ts';
import { handlers, type HandlerOptions } from '../../electron/main/handlers.ts';
import { guardWith, NEEDS } from '../../electron/main/rights.ts';
import { route, type Handlers, type Invocation } from '../../electron/main/router.ts';
import { openedHistory, type History } from '../../electron/node/history-client.ts';
import { forkNodeService, ServiceClient } from '../../electron/node/service-client.ts';
import { LoupeError } from '../../models/errors.ts';
import { RECIPE } from '../store/recipe-support.ts';
import { dataFolder, newParts, scored, SESSION } from '../store/support.ts';

const ENTRY = resolve(import.meta.dirname, '../../electron/services/history.ts');
const page = { name: 'our web contents' };
const ours: Invocation = { sender: page, senderFrame: { url: 'loupe://app/index.html', parent: null } };
const PIN = { Mia: '739216', Ana: '4812', Ben: '90517' } as const;
const CHANNEL_NAMES = Object.keys(CHANNELS) as Channel[];

type Listener = (event: unknown, args: unknown) => Promise<Reply<never>>;

let client: ServiceClient<HistoryApi, HistoryEvents>;
let history: History;
let port: ServicePort;
let listeners: Map<string, Listener>;
/** Channels whose work is not the history's: here they only note that they were reached. */
let reached: { channel: string; args: unknown }[];
let complaints: string[];

const ELSEWHERE = /^(files|mask|training)\.|^run\.(start|resume|cancel|pause)$|^part\.re|^app\.info$/;

beforeEach(() => {
  client = new ServiceClient<HistoryApi, HistoryEvents>({
    name: 'history',
    start: () => (port = forkNodeService(ENTRY, process.execPath)),
  });
  history = openedHistory(client, dataFolder());
  listeners = new Map();
  reached = [];
  complaints = [];
  const asItIs = (run: Run): Run => run;
  const files = { save: () => Promise.resolve('/recipe.json'), load: () => Promise.resolve(null) };
  const real = handlers({
    history,
    runs: { asItIs },
    recipes: files,
    saveAs: () => Promise.resolve(null),
    useTheme: () => undefined,
    prepared: Promise.resolve(),
  } as unknown as HandlerOptions);
  const noted = CHANNEL_NAMES.filter((channel) => ELSEWHERE.test(channel)).map((channel) => [
    channel,
    (args: unknown) => void reached.push({ channel, args }),
  ]);
  route({
    ipc: {
      handle: (channel: string, listener: unknown) => void listeners.set(channel, listener as Listener),
    },
    handlers: { ...real, ...Object.fromEntries(noted) } as Handlers,
    page: () => page,
    guard: guardWith(history),
    checkResults: false,
    onError: (channel, error) => complaints.push(JSON.stringify([channel, error])),
  });
});
afterEach(() => client.stop());

async function call<C extends Channel>(channel: C, args?: ChannelArgs<C>): Promise<unknown> {
  const reply = await listeners.get(channel)!(ours, args);
  if (!reply.ok) throw new LoupeError(reply.error.code, reply.error.params);
  return reply.value;
}
const state = async (): Promise<PeopleState> => (await call('people.state')) as PeopleState;
const idOf = async (name: string): Promise<number> =>
  (await state()).people.find((person) => person.name === name)!.id;
const signIn = async (name: keyof typeof PIN): Promise<unknown> =>
  call('people.signIn', { personId: await idOf(name), pin: PIN[name] });
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (thrown: unknown) => (thrown instanceof LoupeError ? thrown.code : String(thrown)),
  );

async function setUp(): Promise<void> {
  await call('people.add', { name: 'Mia', role: 'manager', pin: PIN.Mia });
  await call('people.add', { name: 'Ana', role: 'operator', pin: PIN.Ana });
  await call('people.add', { name: 'Ben', role: 'engineer', pin: PIN.Ben });
}

/** A run with two parts; with a recipe its thresholds are the recipe's. */
async function makeRun(recipeId?: number): Promise<Run> {
  const recipe = recipeId === undefined ? undefined : { recipeId };
  const run = await history.request('run.create', { product: 'nut', source: 'a', inputs: ['/a'], recipe });
  await history.request('run.addParts', { runId: run.id, parts: newParts(2) });
  await history.request('run.begin', { runId: run.id, session: SESSION });
  const pending = await history.request('run.pending', { runId: run.id, limit: 9, afterSeq: -1 });
  await history.request('results.record', { runId: run.id, outcomes: pending.map(({ id }) => scored(id)) });
  return history.request('run.get', { runId: run.id });
}

const settings: RecipeSettings = RECIPE;
const KNOWN = { recipeId: 1, name: 'known', reviewCounts: false, daily: true };
const save = (author?: string) =>
  call('recipe.save', { settings, reason: 'first', ...(author !== undefined && { author }) });

describe('without people', () => {
  it('everything works as before, under the name that the page gives or that of the account', async () => {
    const { id } = await makeRun();
    const parts = await history.request('run.page', { runId: id, afterSeq: -1, limit: 1 });
    const partId = parts[0]!.id;
    expect(await call('part.verdict', { partId, verdict: 'ok', author: 'Zoe' })).toMatchObject({
      verdictBy: 'Zoe',
    });
    expect(await codeOf(save())).toBe('done');
    expect(await codeOf(call('training.stop'))).toBe('done');
    expect(await state()).toMatchObject({ people: [], on: null });
  });
});

describe('with people', () => {
  beforeEach(setUp);

  it('the one who is on is the author, and nobody else can be named', async () => {
    await signIn('Ana');
    const { id } = await makeRun();
    const [part] = await history.request('run.page', { runId: id, afterSeq: -1, limit: 1 });
    const partId = part!.id;
    expect(await call('part.verdict', { partId, verdict: 'ng' })).toMatchObject({ verdictBy: 'Ana' });
    expect(await codeOf(call('part.verdict', { partId, verdict: 'ok', author: 'Mia' }))).toBe(
      'people.not_you',
    );
    await call('run.start', { inputs: ['/a'], product: 'nut' });
    expect(reached.at(-1)).toMatchObject({ channel: 'run.start', args: { author: 'Ana' } });
    await signIn('Ben');
    expect(await save()).toMatchObject({ author: 'Ben' });
  });

  it('an operator runs and judges, and changes nothing else', async () => {
    await signIn('Ben');
    const recipe = (await save()) as { id: number };
    const [byHand, byRecipe] = [await makeRun(), await makeRun(recipe.id)];
    await signIn('Ana');
    const thresholds = { review: 0.3, reject: 0.7 };
    const forbidden: [Channel, unknown][] = [
      ['recipe.save', { settings, reason: 'x' }],
      ['recipe.save', { recipeId: recipe.id, basedOn: 1, settings, reason: 'x' }],
      ['recipe.duplicate', { recipeId: recipe.id, name: 'copy' }],
      ['recipe.export', { recipeId: recipe.id }],
      ['recipe.import', { path: '/x.json' }],
      ['run.thresholds', { runId: byRecipe.id, thresholds }],
      ['mask.save', { partId: 1, runs: [1, 2] }],
      ['training.start', { runId: byHand.id, partIds: [1] }],
      ['training.resume', { id: 1 }],
      ['training.stop', undefined],
      ['training.discard', { id: 1 }],
      ['training.adopt', { id: 1, reason: 'x' }],
      ['challenge.create', { ...KNOWN, from: { folder: '/known' } }],
      ['challenge.change', { setId: 1, daily: false, active: false }],
      ['history.backup', {}],
      ['history.schedule', { folder: null, keep: 3 }],
      ['retention.set', { rule: KEEP_ALL }],
      ['retention.run', {}],
      ['people.add', { name: 'Eve', role: 'manager', pin: '8264' }],
      ['people.change', { personId: 2, role: 'manager' }],
      ['people.idle', { minutes: 0 }],
    ];
    for (const [channel, args] of forbidden) {
      expect(await codeOf(call(channel, args as never)), channel).toBe('people.not_allowed');
    }
    // Whatever is added later and takes a right that operators have not is refused as well.
    for (const channel of CHANNEL_NAMES) {
      const right = NEEDS[channel];
      if (right === null || roleMay('operator', right)) continue;
      expect(
        forbidden.map(([name]) => name),
        `${channel} is not tried above`,
      ).toContain(channel);
    }
    expect(reached).toEqual([]);
    expect(await codeOf(call('run.thresholds', { runId: byHand.id, thresholds }))).toBe('done');
    for (const channel of ['run.resume', 'run.cancel'] as const) {
      expect(await codeOf(call(channel, { runId: byHand.id }))).toBe('done');
    }
    expect(await history.request('recipe.versions', { recipeId: recipe.id })).toHaveLength(1);
  });

  it('nothing is done while the screen is locked; looking goes on, and so does the run', async () => {
    await signIn('Mia');
    const { id } = await makeRun();
    await call('people.lock', { idle: true });
    for (const channel of CHANNEL_NAMES) {
      if (NEEDS[channel] === null) continue;
      const reply = await listeners.get(channel)!(ours, sample(channel));
      expect(reply, channel).toMatchObject({ ok: false, error: { code: 'people.locked' } });
    }
    expect(await codeOf(call('run.open', { runId: id }))).toBe('done');
    // What the run itself writes needs nobody.
    const more = await history.request('run.addParts', { runId: id, parts: newParts(1) });
    expect(more.total).toBe(3);
  });

  it('the history refuses by itself, whatever main forgot', async () => {
    await signIn('Ana');
    const refused = [
      history.request('recipe.save', { settings, reason: 'x', author: 'Ana' }),
      history.request('backup.schedule', { author: 'Ana', folder: null, keep: 3 }),
      history.request('people.idle', { minutes: 0 }),
    ];
    for (const one of refused) expect(await codeOf(one)).toBe('people.not_allowed');
    const other = history.request('recipe.save', { settings, reason: 'x', author: 'Mia' });
    expect(await codeOf(other)).toBe('people.not_allowed');
    await call('people.signOut');
    const verdict = history.request('verdict.record', { partId: 1, verdict: 'ok', author: 'Ana' });
    expect(await codeOf(verdict)).toBe('people.locked');
  });

  it('a history service that died has nobody on', async () => {
    await signIn('Mia');
    const died = new Promise<void>((done) => port.onExit(() => done()));
    await port.stop();
    await died;
    expect((await state()).on).toBeNull();
    expect(await codeOf(save())).toBe('people.locked');
    await signIn('Mia');
    expect(await codeOf(save())).toBe('done');
  });

  it('no PIN is ever in what main complains of', async () => {
    const personId = await idOf('Ana');
    for (let i = 0; i < 6; i++) await codeOf(call('people.signIn', { personId, pin: '55512345' }));
    await codeOf(call('people.changePin', { old: '55512345', pin: '66612345' }));
    await codeOf(call('people.add', { name: 'Mia', role: 'operator', pin: '66612345' }));
    expect(complaints.length).toBeGreaterThan(6);
    expect(complaints.join('\n')).not.toMatch(/55512345|66612345/);
  });
});

/** Arguments that fit, for channels that take a right. */
function sample(channel: Channel): unknown {
  const given: Partial<Record<Channel, unknown>> = {
    'files.choose': { what: 'folder' },
    'run.start': { inputs: ['/a'], product: 'nut' },
    'run.pause': { runId: 1, paused: true },
    'run.thresholds': { runId: 1, thresholds: { review: 0.1, reject: 0.2 } },
    'part.verdict': { partId: 1, verdict: 'ok' },
    'recipe.save': { settings, reason: 'x' },
    'recipe.duplicate': { recipeId: 1, name: 'copy' },
    'recipe.export': { recipeId: 1 },
    'recipe.import': {},
    'challenge.create': { ...KNOWN, from: { folder: '/known' } },
    'challenge.change': { setId: 1, daily: false, active: false },
    'challenge.run': { setId: 1 },
    'challenge.certificate': { resultId: 1, format: 'html' },
    'history.backup': {},
    'history.schedule': { folder: null, keep: 3 },
    'history.export': { by: 'run', format: 'csv' },
    'retention.set': { rule: KEEP_ALL },
    'retention.run': {},
    'run.rejudge': { runId: 1, by: { recipe: { recipeId: 1 } } },
    'mask.save': { partId: 1, runs: [1, 2] },
    'training.start': { runId: 1, partIds: [1] },
    'training.stop': undefined,
    'training.adopt': { id: 1, reason: 'x' },
    'people.add': { name: 'Eve', role: 'operator', pin: '8264' },
    'people.change': { personId: 2 },
    'people.changePin': { old: '4812', pin: '8264' },
    'people.idle': { minutes: 5 },
    'second.draw': { runId: 1, size: { count: 1 }, heat: false },
    'second.judge': { reviewId: 1, partId: 1, verdict: 'ok' },
    'second.end': { reviewId: 1 },
    'preferences.save': {
      ...{ language: 'en', autoAdvance: true, twoStage: false, askKind: false },
      ...{ defectKinds: [], keys: {}, tourSeen: true },
    },
  };
  return channel in given ? given[channel] : { runId: 1, partId: 1, id: 1 };
}
