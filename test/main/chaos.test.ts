// Chaos: the real services are killed and stopped at random moments of runs, again and again; the runs go on all the same.
// Runs in the tests (Node 24). LOUPE_CHAOS=100 is the full one (docs/supervision.md); LOUPE_CHAOS_SEED repeats one.
import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import type { Part, Run } from '../../electron/common/domain.ts';
import type { HistoryApi, HistoryEvents } from '../../electron/common/history-service.ts';
import type { InferenceApi, InferenceEvents } from '../../electron/common/inference-service.ts';
import { openedHistory } from '../../electron/node/history-client.ts';
import { RunController } from '../../electron/node/run-controller.ts';
import { findPhotographs } from '../../electron/node/run/find-photographs.ts';
import { forkNodeService, ServiceClient } from '../../electron/node/service-client.ts';
import { LoupeError } from '../../models/errors.ts';
import { temporaryFolder, writeTinyPack } from '../support/tiny-pack.ts';

/** Per service and kind of trouble. */
const TIMES = Number(process.env.LOUPE_CHAOS ?? 2);
const SEED = Number(process.env.LOUPE_CHAOS_SEED ?? Date.now() % 1_000_000);
const PHOTOS = 40;
const entry = (name: string): string => resolve(import.meta.dirname, `../../electron/services/${name}.ts`);
const folder = temporaryFolder('loupe-chaos');
const photos = join(folder, 'photos');
const data = join(folder, 'data');
const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** The same moments for the same seed (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

beforeAll(async () => {
  writeTinyPack(join(folder, 'pack'));
  mkdirSync(photos);
  mkdirSync(data);
  for (let i = 0; i < PHOTOS; i++) {
    const background = { r: (i * 37) % 256, g: (i * 91) % 256, b: 80 };
    const picture = sharp({ create: { width: 64, height: 48, channels: 3, background } });
    await picture.jpeg().toFile(join(photos, `${i}.jpg`));
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it(
  `goes on through ${TIMES} deaths and ${TIMES} hangs of each service`,
  async () => {
    console.log(`chaos: seed ${SEED}, ${TIMES} times each`);
    const next = random(SEED);
    const common = { beatMs: 100, patience: () => 3000, startMs: 20_000, maxDeaths: Infinity } as const;
    const reasons: string[] = [];
    const onDeath = ({ params }: { params: { reason?: unknown } }) =>
      void reasons.push(String(params.reason));
    const clients = {
      inference: new ServiceClient<InferenceApi, InferenceEvents>({
        ...{ ...common, name: 'inference', onDeath },
        start: () => forkNodeService(entry('inference')),
      }),
      history: new ServiceClient<HistoryApi, HistoryEvents>({
        ...{ ...common, name: 'history', onDeath },
        start: () => forkNodeService(entry('history')),
      }),
    };
    const { inference } = clients;
    const history = openedHistory(clients.history, data);
    const reported = new Map<number, number>();
    const runs = new RunController({
      ...{ inference, history, dataFolder: data, scan: findPhotographs, packFolder: join(folder, 'pack') },
      findPack: () => Promise.resolve(join(folder, 'pack')),
      emit: (event, payload) => {
        if (event !== 'run.parts') return;
        for (const { id } of (payload as { parts: Part[] }).parts)
          reported.set(id, (reported.get(id) ?? 0) + 1);
      },
    });
    const idle = async (): Promise<void> => {
      while (runs.busy) await pause(10);
    };
    /** A stopped process that nobody ends would stay for ever. */
    onTestFinished(() => {
      for (const { state } of Object.values(clients))
        if (state.pid !== null) process.kill(state.pid, 'SIGKILL');
    });
    const everything = { inputs: [photos], product: 'photo' };

    /** What the scores are when nothing happens. */
    const calm = await runs.start(everything);
    await idle();
    const truth = new Map(
      (await history.request('run.load', { runId: calm.id })).parts.map(({ name, score }) => [name, score]),
    );
    expect(truth.size).toBe(PHOTOS);
    expect([...truth.values()].every((score) => score !== null)).toBe(true);

    const begun: Run[] = [];
    let refused = 0;
    const keepRunning = async (): Promise<void> => {
      if (runs.busy) return;
      try {
        begun.push(await runs.start(everything));
      } catch (thrown) {
        // Cut off before there was a run: the operator is told, and nothing was begun.
        if (!(thrown instanceof LoupeError) || thrown.code !== 'service.died') throw thrown;
        refused++;
      }
    };

    const plan = Array.from({ length: TIMES }, () =>
      (['inference', 'history'] as const).flatMap((name) =>
        (['SIGKILL', 'SIGSTOP'] as const).map((signal) => ({ name, signal })),
      ),
    ).flat();
    for (const [i, { name, signal }] of plan.entries()) {
      if (i > 0 && i % 20 === 0) console.log(`chaos: ${i} of ${plan.length}, ${begun.length} runs`);
      await keepRunning();
      await pause(20 + next() * 500);
      let { pid } = clients[name].state;
      for (let tries = 0; pid === null && tries < 3000; tries++) {
        await keepRunning();
        await pause(20);
        ({ pid } = clients[name].state);
      }
      if (pid === null) throw new Error(`${name} does not come back`);
      const before = clients[name].deaths;
      process.kill(pid, signal);
      for (let tries = 0; clients[name].deaths === before && tries < 3000; tries++) {
        // A stopped service that nobody asks anything is found out all the same: by its missing heartbeat.
        await pause(20);
      }
      expect(clients[name].deaths, `${name} after ${signal}`).toBeGreaterThan(before);
    }
    await idle();

    const deaths = inference.deaths + clients.history.deaths;
    expect(deaths).toBeGreaterThanOrEqual(plan.length);
    expect(reasons.filter((reason) => reason.startsWith('no sign of life')).length).toBeGreaterThanOrEqual(
      2 * TIMES,
    );
    let failed = 0;
    let parts = 0;
    for (const { id } of begun) {
      const { run, parts: found } = await history.request('run.load', { runId: id });
      expect(run, `run ${id}`).toMatchObject({ state: 'done', total: PHOTOS, error: null });
      expect(run.scored + run.failed).toBe(PHOTOS);
      expect(new Set(found.map(({ name }) => name)).size).toBe(PHOTOS);
      for (const part of found) {
        parts++;
        expect(reported.get(part.id), `part ${part.id} is told once`).toBe(1);
        if (part.state === 'failed') {
          failed++;
          expect(part).toMatchObject({ score: null, error: { code: 'service.died' } });
        } else expect(part).toMatchObject({ state: 'scored', score: truth.get(part.name) });
      }
    }
    const check = await history.request('history.verify', {});
    expect(check.fault).toBeNull();
    console.log(
      `chaos: ${deaths} deaths in ${begun.length} runs of ${parts} parts, ${failed} marked as failed, ${refused} starts refused`,
    );
    await Promise.all([inference.stop(), clients.history.stop()]);
  },
  TIMES * 60_000 + 120_000,
);
