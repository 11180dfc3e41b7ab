// Runs with services that fail on request: order, pace, stopping, death, full disk.
// Runs in the tests (Node, no service processes).
import { describe, expect, it } from 'vitest';
import type { EventPayload } from '../../electron/common/contract.ts';
import type { Run } from '../../electron/common/domain.ts';
import { RunController, type Photograph } from '../../electron/node/run-controller.ts';
import { RateMeter } from '../../electron/node/run/progress.ts';
import { LoupeError } from '../../models/errors.ts';
import { FAKE_RECIPE, FakeHistory, FakeInference, RESULT } from '../support/fake-services.ts';

const photographs = (count: number): Photograph[] =>
  Array.from({ length: count }, (_, i) => ({ path: `/in/${i}.png`, relative: `${i}.png`, bytes: 10 }));

async function* listed(found: readonly Photograph[]): AsyncGenerator<Photograph> {
  for (const photograph of found) yield await Promise.resolve(photograph);
}

function setUp(found: readonly Photograph[] | (() => AsyncIterable<Photograph>) = photographs(5)) {
  const inference = new FakeInference();
  const history = new FakeHistory();
  const events: { event: string; payload: unknown }[] = [];
  const ends = new Map<number, (run: Run) => void>();
  const runs = new RunController({
    ...{ inference, history, packFolder: '/pack', dataFolder: '/data' },
    findPack: (packId) =>
      packId === 'missing'
        ? Promise.reject(new LoupeError('pack.missing', { pack: packId }))
        : Promise.resolve(`/packs/${packId}`),
    scan: () => (typeof found === 'function' ? found() : listed(found)),
    emit: (event, payload) => {
      events.push({ event, payload });
      const run = payload as Run;
      if (event === 'run.changed' && !['preparing', 'running'].includes(run.state)) ends.get(run.id)?.(run);
    },
  });
  /** The run as it ends, after `act` started it. */
  const ended = async (act: () => Promise<Run>): Promise<Run> => {
    const { id } = await act();
    const last = history.run(id);
    if (!runs.busy) return last;
    return new Promise((resolve) => ends.set(id, (run) => setTimeout(resolve, 0, run)));
  };
  const of = <T>(name: string): T[] =>
    events.filter(({ event }) => event === name).map(({ payload }) => payload as T);
  const start = (): Promise<Run> => runs.start({ inputs: ['/in'], product: 'nut' });
  return { inference, history, runs, events, of, ended, start };
}

const code = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no error',
    (error: unknown) => (error instanceof LoupeError ? error.code : String(error)),
  );
const never = (): Promise<never> => new Promise(() => undefined);

describe('a run', () => {
  it('inspects every photograph and reports each once', async () => {
    const { history, of, ended, start, inference } = setUp(photographs(150));
    const run = await ended(start);
    expect(run).toMatchObject({ state: 'done', total: 150, scored: 150, failed: 0, error: null });
    const parts = of<EventPayload<'run.parts'>>('run.parts').flatMap((event) =>
      event.parts.map(({ id }) => id),
    );
    expect(new Set(parts).size).toBe(150);
    expect(parts).toHaveLength(150);
    expect(history.batches.length).toBeLessThan(30); // batches, not single writes
    expect(inference.mostUnderWay).toBe(3);
    expect(inference.closed).toEqual([1]);
  });

  it('inspects next what somebody looks at, and every photograph once all the same', async () => {
    const { inference, runs, ended, start } = setUp(photographs(300));
    inference.script.set('/in/9.png', () => {
      runs.look({ runId: 1, seqs: [250, 251, 3] });
      runs.look({ runId: 2, seqs: [120] }); // a run that is not under way
      return Promise.resolve(RESULT);
    });
    expect(await ended(start)).toMatchObject({ state: 'done', scored: 300 });
    const order = inference.inspected.map((path) => Number(/\d+/.exec(path)?.[0]));
    expect(order.indexOf(250)).toBeLessThan(20);
    expect(order.indexOf(251)).toBeLessThan(20);
    expect(order.indexOf(120)).toBeGreaterThan(100);
    expect(new Set(order).size).toBe(300);
    expect(order).toHaveLength(300);
  });

  it('reports preparing, running with rate and remaining time, and the end', async () => {
    const { of, ended, start, inference } = setUp(photographs(120));
    inference.msPerImage = 8;
    await ended(start);
    const progress = of<EventPayload<'run.progress'>>('run.progress');
    expect(progress[0]).toMatchObject({ state: 'preparing', rate: 0, remaining: null });
    expect(progress.map(({ stage }) => stage)).toContain('Loading the model');
    const under = progress.find(({ state, scored }) => state === 'running' && scored > 0);
    expect(under?.rate).toBeGreaterThan(20);
    expect(under?.remaining).toBeGreaterThan(0);
    expect(progress.at(-1)).toMatchObject({ state: 'done', scored: 120 });
  });

  it('asks for files beside each other, by the place in the run', async () => {
    const { inference, ended, start } = setUp(photographs(1));
    const saves: unknown[] = [];
    const request = inference.request.bind(inference);
    inference.request = async (name, args) => {
      if (name === 'inspect') saves.push((args as { save: unknown }).save);
      return request(name, args);
    };
    await ended(start);
    expect(saves).toEqual([{ map: '/data/media/1/000000.map', thumbnail: '/data/media/1/000000.jpg' }]);
  });

  it('records what cannot be read as failed and goes on', async () => {
    const { inference, history, ended, start } = setUp();
    inference.script.set('/in/2.png', () =>
      Promise.reject(new LoupeError('image.corrupt', { path: '/in/2.png' })),
    );
    expect(await ended(start)).toMatchObject({ state: 'done', scored: 4, failed: 1 });
    expect(history.parts[2]).toMatchObject({ state: 'failed', error: { code: 'image.corrupt' } });
  });

  it('records what the scan refused as failed without inspecting it', async () => {
    const error = { code: 'image.unreadable', params: { path: '/x', reason: 'a link' } } as const;
    const refused = { path: '/x', relative: '/x', bytes: 0, error };
    const { inference, history, ended, start } = setUp([...photographs(1), refused]);
    expect(await ended(start)).toMatchObject({ state: 'done', scored: 1, failed: 1 });
    expect(inference.inspected).toEqual(['/in/0.png']);
    expect(history.parts[1]?.error).toEqual(error);
  });

  it('leaves no run behind when there is nothing to inspect', async () => {
    const { history, start, runs } = setUp([]);
    expect(await code(start())).toBe('data.no_images');
    expect(await code(runs.start({ inputs: ['/in'], product: '  ' }))).toBe('text.empty');
    expect(history.runs).toHaveLength(0);
    expect(runs.busy).toBe(false);
  });

  it('fails with the reason when the model cannot be loaded', async () => {
    const { inference, ended, start } = setUp();
    inference.openFails = new LoupeError('pack.missing', { pack: 'x' });
    expect(await ended(start)).toMatchObject({ state: 'failed', error: { code: 'pack.missing' } });
  });

  it('fails when the folder breaks while it is listed', async () => {
    const { ended, start } = setUp(async function* () {
      yield* listed(photographs(1));
      throw new LoupeError('data.folder_missing', { path: '/in' });
    });
    expect(await ended(start)).toMatchObject({ state: 'failed', error: { code: 'data.folder_missing' } });
  });

  it('is the only one', async () => {
    const { runs, start } = setUp(photographs(50));
    const [first, second] = await Promise.allSettled([start(), start()]);
    expect(first.status).toBe('fulfilled');
    expect(second).toMatchObject({ status: 'rejected', reason: { code: 'run.busy' } });
    expect(await code(runs.resume({ runId: 1 }))).toBe('run.busy');
    await runs.stop();
  });
});

it('the pace is that of the last seconds', () => {
  let now = 0;
  const meter = new RateMeter(() => now);
  expect(meter.rate()).toBe(0);
  for (let second = 1; second <= 10; second++) {
    now = second * 1000;
    meter.mark(10);
  }
  expect(meter.rate()).toBeCloseTo(10);
  for (let second = 11; second <= 20; second++) {
    now = second * 1000;
    meter.mark(2);
  }
  expect(meter.rate()).toBeCloseTo(2, 0);
  now += 60_000;
  expect(meter.rate()).toBeLessThan(0.5);
});

describe('stopping', () => {
  it('answers at once although photographs are under way, and can be resumed', async () => {
    const { inference, history, runs, ended, start } = setUp(photographs(20));
    let stuck = true;
    for (let i = 8; i < 20; i++) {
      inference.script.set(`/in/${i}.png`, () => (stuck ? never() : Promise.resolve(RESULT)));
    }
    const { id } = await start();
    while (inference.underWay < 3 || inference.inspected.length < 11)
      await new Promise((r) => setTimeout(r, 5));
    const before = performance.now();
    const stopped = await runs.cancel({ runId: id });
    expect(performance.now() - before).toBeLessThan(50);
    expect(stopped).toMatchObject({ state: 'interrupted', scored: 8, error: { code: 'run.cancelled' } });
    expect(runs.busy).toBe(false);

    stuck = false;
    inference.underWay = 0;
    const done = await ended(() => runs.resume({ runId: id }));
    expect(done).toMatchObject({ state: 'done', scored: 20, failed: 0, error: null });
    expect(history.parts.every(({ state }) => state === 'scored')).toBe(true);
    expect(inference.inspected.filter((path) => path === '/in/3.png')).toHaveLength(1); // scored once, never again
  });

  it('does not try again afterwards what the death of the service cut off', async () => {
    const { inference, runs, start } = setUp(photographs(3));
    for (let i = 0; i < 3; i++) inference.script.set(`/in/${i}.png`, never);
    const { id } = await start();
    while (inference.underWay < 3) await new Promise((r) => setTimeout(r, 5));
    await runs.cancel({ runId: id });
    inference.die();
    await new Promise((r) => setTimeout(r, 20));
    expect(inference.sessions).toBe(1);
    expect(inference.inspected).toHaveLength(3);
  });

  it('before the first photograph leaves a failed run that says why it cannot be resumed', async () => {
    const { inference, runs, start } = setUp();
    const request = inference.request.bind(inference);
    inference.request = (name, args) => (name === 'session.open' ? never() : request(name, args));
    const { id } = await start();
    expect(await runs.cancel({ runId: id })).toMatchObject({
      state: 'failed',
      error: { code: 'run.cancelled' },
    });
    expect(await code(runs.resume({ runId: id }))).toBe('run.incomplete');
    expect(runs.busy).toBe(false);
  });

  it('a run that is not under way changes nothing', async () => {
    const { runs, ended, start } = setUp();
    const { id } = await ended(start);
    expect(await runs.cancel({ runId: id })).toMatchObject({ state: 'done' });
    expect(await code(runs.cancel({ runId: 99 }))).toBe('history.not_found');
  });

  it('a finished run that is resumed is simply done', async () => {
    const { runs, ended, start } = setUp();
    const { id } = await ended(start);
    expect(await runs.resume({ runId: id })).toMatchObject({ state: 'done' });
    expect(runs.busy).toBe(false);
  });
});

describe('a run from a recipe', () => {
  it('inspects with its words, pack and settings, and is resumed with the same version', async () => {
    const { inference, history, runs, ended } = setUp(photographs(3));
    history.recipes.push(
      { ...FAKE_RECIPE, version: 1, product: 'gear' },
      { ...FAKE_RECIPE, version: 2, product: 'wheel' },
    );
    const inputs = ['/in'];
    const run = await ended(() => runs.start({ inputs, recipe: { recipeId: 1, version: 1 }, lot: 'A-17' }));
    expect(run).toMatchObject({ state: 'done', product: 'gear', recipe: { id: 1, version: 1 }, lot: 'A-17' });
    const asked = {
      ...{ packFolder: '/packs/other', product: 'gear', method: 'sdp', sigma: 3 },
      ...{ heat: { lo: 0.2, hi: 0.8 }, thresholds: { review: 0.3, reject: 0.7 } },
    };
    expect(inference.options).toMatchObject([asked]);
    history.parts.push({ ...history.parts[0]!, id: 99, seq: 3, path: '/in/late.png', state: 'pending' });
    history.runs[0] = { ...run, total: 4, state: 'interrupted' };
    await ended(() => runs.resume({ runId: 1 }));
    expect(inference.options).toMatchObject([asked, asked]);
    const newest = await ended(() => runs.start({ inputs, recipe: { recipeId: 1 } }));
    expect(newest).toMatchObject({ product: 'wheel', recipe: { version: 2 } });
  });

  it('does not begin when the recipe or its pack is not there', async () => {
    const { history, runs } = setUp(photographs(3));
    expect(await code(runs.start({ inputs: ['/in'], recipe: { recipeId: 4 } }))).toBe('history.not_found');
    history.recipes.push({ ...FAKE_RECIPE, packId: 'missing' });
    expect(await code(runs.start({ inputs: ['/in'], recipe: { recipeId: 1 } }))).toBe('pack.missing');
    expect(history.runs).toEqual([]);
    expect(runs.busy).toBe(false);
  });
});

describe('a death of the inference service', () => {
  it('repeats what was under way, once and one by one, and loses nothing', async () => {
    const { inference, ended, start } = setUp(photographs(12));
    inference.script.set('/in/5.png', async (tries) => (tries === 1 ? never() : RESULT));
    inference.script.set('/in/6.png', async (tries) => {
      if (tries === 1) setTimeout(() => inference.die(), 5);
      return tries === 1 ? never() : RESULT;
    });
    expect(await ended(start)).toMatchObject({ state: 'done', scored: 12, failed: 0 });
    expect(inference.sessions).toBe(2);
    expect(inference.inspected.filter((path) => path === '/in/6.png')).toHaveLength(2);
  });

  it('fails the photograph that kills it twice, and only that one', async () => {
    const { inference, history, ended, start } = setUp(photographs(12));
    inference.script.set('/in/4.png', () => {
      setTimeout(() => inference.die(), 2);
      return never();
    });
    inference.msPerImage = 4; // the neighbours are under way when it dies
    expect(await ended(start)).toMatchObject({ state: 'done', scored: 11, failed: 1 });
    expect(history.parts[4]).toMatchObject({ state: 'failed', error: { code: 'service.died' } });
    expect(inference.deaths).toBe(2);
  });

  it('stops the run, resumable, when the service cannot be started again', async () => {
    const { inference, history, ended, start } = setUp(photographs(12));
    inference.script.set('/in/4.png', () => {
      inference.openFails = new LoupeError('service.died', {
        service: 'inference',
        reason: 'it died too often',
      });
      setTimeout(() => inference.die(), 2);
      return never();
    });
    expect(await ended(start)).toMatchObject({
      state: 'interrupted',
      failed: 0,
      error: { code: 'service.died' },
    });
    expect(history.parts[4]?.state).toBe('pending');
  });
});

describe('a disk that is full', () => {
  it('for the end of a run: it is not done, and is once its end can be written', async () => {
    const { history, runs, ended, start } = setUp(photographs(5));
    const request = history.request;
    history.request = ((name: string, args: { state?: Run['state'] }) =>
      name === 'run.setState' && args.state === 'done'
        ? Promise.reject(new LoupeError('history.write_failed', { reason: 'disk full' }))
        : request(name as 'run.setState', args as never)) as typeof request;
    const run = await ended(start);
    expect(run).toMatchObject({
      ...{ state: 'interrupted', scored: 5, error: { code: 'history.write_failed' } },
    });
    expect(runs.asItIs(history.run(run.id))).toMatchObject({ state: 'interrupted' });
    history.request = request;
    expect(await ended(() => runs.resume({ runId: run.id }))).toMatchObject({ state: 'done', scored: 5 });
  });

  it('for pictures: stops the run and leaves the photograph pending', async () => {
    const { inference, history, ended, start } = setUp(photographs(12));
    inference.script.set('/in/7.png', () =>
      Promise.reject(new LoupeError('output.failed', { path: '/data' })),
    );
    expect(await ended(start)).toMatchObject({ state: 'interrupted', error: { code: 'output.failed' } });
    expect(history.parts[7]?.state).toBe('pending');
  });

  it('for pictures, told apart from other trouble: pauses the run as a full history does', async () => {
    const { inference, history, ended, start, runs } = setUp(photographs(12));
    inference.script.set('/in/7.png', (tries) =>
      tries === 1
        ? Promise.reject(new LoupeError('output.disk_full', { path: '/data', reason: 'ENOSPC' }))
        : Promise.resolve(RESULT),
    );
    const run = await ended(start);
    expect(run).toMatchObject({
      state: 'interrupted',
      error: { code: 'history.disk_full', params: { reason: 'ENOSPC' } },
    });
    expect(history.parts[7]?.state).toBe('pending');
    expect(await ended(() => runs.resume({ runId: run.id }))).toMatchObject({ state: 'done', error: null });
  });

  it('for the history: stops the run and says so although that cannot be stored', async () => {
    const { history, inference, runs, ended, start } = setUp(photographs(300));
    inference.script.set('/in/100.png', (tries) => {
      if (tries === 1) history.writeFails = new LoupeError('history.write_failed', { reason: 'disk full' });
      return Promise.resolve(RESULT);
    });
    const run = await ended(start);
    expect(run).toMatchObject({ state: 'interrupted', error: { code: 'history.write_failed' } });
    expect(inference.inspected.length).toBeLessThan(300);

    // The history still believes that it runs; whoever asks is told what is true, and it can be resumed.
    expect(history.run(run.id).state).toBe('running');
    expect(runs.asItIs(history.run(run.id)).state).toBe('interrupted');
    history.writeFails = null;
    expect(await ended(() => runs.resume({ runId: run.id }))).toMatchObject({ state: 'done', scored: 300 });
  });
});
