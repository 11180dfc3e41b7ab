// A run that watches a folder, with the real history as a child process: new files, pause, restart, only new ones.
// Runs in the tests (Node 24); the inference is made up.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EventPayload } from '../../electron/common/contract.ts';
import type { Run } from '../../electron/common/domain.ts';
import type { HistoryApi, HistoryEvents } from '../../electron/common/history-service.ts';
import { openedHistory } from '../../electron/node/history-client.ts';
import { RunController } from '../../electron/node/run-controller.ts';
import { findPhotographs } from '../../electron/node/run/find-photographs.ts';
import { ServiceClient, forkNodeService } from '../../electron/node/service-client.ts';
import { FakeInference } from '../support/fake-services.ts';
import { temporaryFolder } from '../support/tiny-pack.ts';

const entry = resolve(import.meta.dirname, '../../electron/services/history.ts');
/** As much of a PNG as the watch looks at. */
const PNG = Buffer.from('89504e470d0a1a0a0000000049454e44ae426082', 'hex');

let folder: string;
let photos: string;
const open: { stop: () => Promise<void> }[] = [];
beforeEach(() => {
  folder = temporaryFolder('loupe-watched-run');
  photos = join(folder, 'photos');
  mkdirSync(photos);
});
afterEach(async () => {
  for (const program of open.splice(0)) await program.stop();
  rmSync(folder, { recursive: true, force: true });
});
const photograph = (name: string): void => writeFileSync(join(photos, name), PNG);

/** The program as it is after a start, without its window. */
function start() {
  const client = new ServiceClient<HistoryApi, HistoryEvents>({
    name: 'history',
    start: () => forkNodeService(entry, process.execPath),
  });
  const history = openedHistory(client, join(folder, 'data'));
  const inference = new FakeInference();
  const resting: EventPayload<'run.progress'>['resting'][] = [];
  const added: string[] = [];
  const runs = new RunController({
    ...{ inference, history, packFolder: '/pack', dataFolder: join(folder, 'data'), scan: findPhotographs },
    findPack: () => Promise.resolve('/pack'),
    watchTimes: { poll: 20, settle: 30, stalled: 60_000, unfinished: 60_000 },
    emit: (event, payload) => {
      if (event === 'run.progress') resting.push((payload as EventPayload<'run.progress'>).resting);
      if (event === 'run.parts')
        for (const part of (payload as EventPayload<'run.parts'>).parts)
          if (part.state === 'pending') added.push(part.name);
    },
  });
  const stop = async (): Promise<void> => {
    await runs.stop();
    await client.stop();
  };
  open.push({ stop });
  const get = (runId: number): Promise<Run> => history.request('run.get', { runId });
  const until = (runId: number, scored: number): Promise<void> =>
    expect.poll(async () => (await get(runId)).scored, { timeout: 20_000 }).toBe(scored);
  const names = async (runId: number): Promise<string[]> =>
    (await history.request('run.load', { runId })).parts.map((part) => part.name);
  return { history, inference, runs, resting, added, get, until, names, stop };
}

describe('a run that watches a folder', () => {
  it('begins with an empty folder, says that it waits, and inspects what comes', async () => {
    const { runs, resting, added, until, names } = start();
    const run = await runs.start({ inputs: [photos], product: 'nut', watch: 'all' });
    expect(run.watch).toBe('all');
    await expect.poll(() => resting.at(-1), { timeout: 20_000 }).toBe('waiting');
    photograph('1.png');
    photograph('2.png');
    await until(run.id, 2);
    photograph('3.png');
    await until(run.id, 3);
    expect(await names(run.id)).toEqual(['1.png', '2.png', '3.png']);
    expect(added).toEqual(['1.png', '2.png', '3.png']);
    await expect.poll(() => resting.at(-1), { timeout: 20_000 }).toBe('waiting');
  });

  it('goes on after a restart and inspects nothing twice', async () => {
    photograph('1.png');
    const first = start();
    const run = await first.runs.start({ inputs: [photos], product: 'nut', watch: 'all' });
    await first.until(run.id, 1);
    expect(await first.runs.cancel({ runId: run.id })).toMatchObject({ state: 'interrupted', total: 1 });
    await first.stop();

    photograph('2.png');
    const second = start();
    await second.runs.resume({ runId: run.id });
    await second.until(run.id, 2);
    await new Promise((done) => setTimeout(done, 200));
    expect(await second.names(run.id)).toEqual(['1.png', '2.png']);
    expect(second.inference.inspected).toEqual([join(photos, '2.png')]);
  });

  it('leaves what was there before aside when only new ones are asked for, also after a restart', async () => {
    photograph('old.png');
    const first = start();
    const run = await first.runs.start({ inputs: [photos], product: 'nut', watch: 'new' });
    await expect.poll(() => first.resting.at(-1), { timeout: 20_000 }).toBe('waiting');
    await new Promise((done) => setTimeout(done, 200));
    photograph('new.png');
    await first.until(run.id, 1);
    await first.stop();
    const second = start();
    photograph('newer.png');
    await second.runs.resume({ runId: run.id });
    await second.until(run.id, 2);
    expect(await second.names(run.id)).toEqual(['new.png', 'newer.png']);
  });

  it('is held and let go, and what comes meanwhile waits', async () => {
    const { runs, inference, resting, until, get } = start();
    const run = await runs.start({ inputs: [photos], product: 'nut', watch: 'all' });
    photograph('1.png');
    await until(run.id, 1);
    runs.pause({ runId: run.id, paused: true });
    expect(resting.at(-1)).toBe('paused');
    photograph('2.png');
    await expect.poll(async () => (await get(run.id)).total, { timeout: 20_000 }).toBe(2);
    await new Promise((done) => setTimeout(done, 100));
    expect(inference.inspected).toEqual([join(photos, '1.png')]);
    runs.pause({ runId: run.id, paused: false });
    await until(run.id, 2);
    expect(inference.sessions).toBe(1); // the model stayed loaded
  });

  it('stops while it is held', async () => {
    const { runs, until } = start();
    photograph('1.png');
    const run = await runs.start({ inputs: [photos], product: 'nut', watch: 'all' });
    await until(run.id, 1);
    runs.pause({ runId: run.id, paused: true });
    expect(await runs.cancel({ runId: run.id })).toMatchObject({ state: 'interrupted' });
    expect(runs.busy).toBe(false);
  });

  it('watches folders only', async () => {
    photograph('1.png');
    const { runs } = start();
    const asked = runs.start({ inputs: [join(photos, '1.png')], product: 'nut', watch: 'all' });
    await expect(asked).rejects.toMatchObject({ code: 'data.folder_missing' });
    expect(runs.busy).toBe(false);
  });
});
