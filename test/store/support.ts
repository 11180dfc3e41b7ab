// What the history tests share: a scratch folder, a made-up session, a filled store, and the service as a process to kill.
// Runs in the tests (Node).
import { fork, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll } from 'vitest';
import type { Message } from '../../electron/common/rpc.ts';
import type { HumanVerdict } from '../../electron/common/domain.ts';
import type { HistoryApi, NewVerdict, PartOutcome } from '../../electron/common/history-service.ts';
import type { InspectResult } from '../../electron/common/inference-service.ts';
import type { Store } from '../../electron/node/store/store.ts';
import { LoupeError, type ErrorCode } from '../../models/errors.ts';

export const ENTRY = resolve(import.meta.dirname, '../../electron/services/history.ts');

const scratch: string[] = [];
afterAll(() => {
  for (const folder of scratch.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** Memory instead of a disk where there is such a thing: most tests wait for flushes and learn nothing from them. */
const QUICK = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** A data folder that is removed after the tests of the file. */
export function dataFolder(parent = QUICK): string {
  const folder = mkdtempSync(join(parent, 'loupe-history-'));
  scratch.push(folder);
  return folder;
}

export const databaseOf = (folder: string): string => join(folder, 'history/loupe.db');

export const SESSION: HistoryApi['run.begin'][0]['session'] = {
  packId: 'loupe-mini',
  packTitle: 'Loupe mini',
  packVersion: '1.0.0',
  modelSha256: 'ab'.repeat(32),
  method: 'sdp',
  tap: 'clean',
  rvs: 'dbscan',
  sigma: 4,
  device: 'cpu',
  product: 'metal nut',
  mapSize: 240,
  score0: { lo: 0.1, hi: 0.9 },
  score1: { lo: -2, hi: 3.5 },
  heat: { lo: 0.25, hi: 0.75 },
  thresholds: { review: 0.4, reject: 0.6 },
};

export const result = (score: number): Omit<InspectResult, 'map'> => ({
  width: 900,
  height: 700,
  score,
  score0: score / 2,
  score1: score * 3,
  ms: { decode: 1.5, resize: 2, infer: 33.25, post: 0.5 },
});

/** A score that a test can compute again from the part's id. */
export const scoreOf = (partId: number): number => ((partId * 37) % 100) / 100;

export const scored = (partId: number): PartOutcome => ({
  partId,
  ok: true,
  result: result(scoreOf(partId)),
});

export const failed = (partId: number): PartOutcome => ({
  partId,
  ok: false,
  error: { code: 'image.corrupt', params: { path: `${partId}.jpg`, reason: 'cut off' } },
});

export const newParts = (count: number): HistoryApi['run.addParts'][0]['parts'] =>
  Array.from({ length: count }, (_, i) => ({
    path: `/data/p-${i}.jpg`,
    name: `p-${i}.jpg`,
    bytes: 1000 + i,
  }));

export const judged = (partId: number, verdict: HumanVerdict | null, author: string): NewVerdict => ({
  partId,
  verdict,
  author,
});

/** A begun run of `count` parts; every seventh failed, the last ten still pending. */
export function fill(store: Store, count: number): number {
  const { id } = store.runs.create({ product: 'metal nut', source: 'data', inputs: ['/data'] });
  store.parts.add(id, newParts(count));
  store.runs.begin(id, SESSION);
  const pending = store.parts.pending(id, count - 10, -1);
  store.parts.record(
    id,
    pending.map((part) => (part.seq % 7 === 3 ? failed(part.id) : scored(part.id))),
  );
  return id;
}

/** The code and the filled-in text of what the call throws; fails when it throws anything but a LoupeError. */
export function refusal(call: () => unknown): { code: ErrorCode; message: string } {
  try {
    call();
  } catch (thrown) {
    if (thrown instanceof LoupeError) return thrown;
    throw new Error(`not a LoupeError: ${String(thrown)}`, { cause: thrown });
  }
  throw new Error('nothing was thrown');
}

/** The history service as its own process, spoken to directly, so that it can be killed in the middle of a sentence. */
export class ServiceProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<void>;
  readonly #waiting = new Map<number, (answer: Message & { kind: 'answer' }) => void>();
  #nextId = 1;

  constructor() {
    this.child = fork(ENTRY, [], { serialization: 'advanced', execArgv: [], silent: true });
    this.child.on('message', (message: Message) => {
      if (message.kind === 'answer') this.#waiting.get(message.id)?.(message);
    });
    this.ended = new Promise((done) => this.child.once('exit', () => done()));
  }

  /** Never answers when the process dies first. */
  ask<K extends keyof HistoryApi>(name: K, args: HistoryApi[K][0]): Promise<HistoryApi[K][1]> {
    return new Promise((answered, refused) => {
      const id = this.#nextId++;
      this.#waiting.set(id, (answer) => {
        this.#waiting.delete(id);
        if (answer.ok) answered(answer.value as HistoryApi[K][1]);
        else refused(new LoupeError(answer.error.code, answer.error.params));
      });
      const request: Message = { kind: 'request', id, name, args };
      this.child.send(request, () => undefined);
    });
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  async end(): Promise<void> {
    this.child.disconnect();
    await this.ended;
  }
}

/** Small seeded generator (mulberry32), so that a failing round can be played again. */
export function randomFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * below);
  };
}
