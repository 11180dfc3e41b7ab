// The history under load: start-up, the screen's questions while results are written, commits against a bare SQLite loop.
// Runs in Node: `node test/bench/history.ts [--parts 1000000] [--folder <folder on a real disk>] [--kept <folder>]`; a kept folder
// is filled the first time and stays, and is measured again the next time.
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { HistoryApi, HistoryEvents } from '../../electron/common/history-service.ts';
import { forkNodeService, ServiceClient } from '../../electron/node/service-client.ts';
import { makeBackup } from '../../electron/node/store/backups.ts';
import { openStore } from '../../electron/node/store/open.ts';
import type { Store } from '../../electron/node/store/store.ts';
import { verifyChain } from '../../electron/node/store/verify.ts';

const { values } = parseArgs({
  options: {
    ...{ parts: { type: 'string', default: '1000000' }, folder: { type: 'string', default: tmpdir() } },
    kept: { type: 'string' },
  },
});
const PARTS = Number(values.parts);
const PER_RUN = Math.min(100_000, PARTS);
const RUNS = Math.floor(PARTS / PER_RUN);
const VERDICTS = Math.floor(PARTS / 10);
const ENTRY = join(import.meta.dirname, '../../electron/services/history.ts');
const MEASURED_MS = 15_000;

const SESSION: HistoryApi['run.begin'][0]['session'] = {
  ...{
    packId: 'bench',
    packTitle: 'Bench',
    packVersion: '1.0.0',
    modelSha256: 'ab'.repeat(32),
    method: 'sdp',
  },
  ...{ tap: 'clean', rvs: 'dbscan', sigma: 4, device: 'cpu', product: 'metal nut', mapSize: 240 },
  ...{ score0: { lo: 0, hi: 1 }, score1: { lo: 0, hi: 1 }, heat: { lo: 0, hi: 1 } },
  thresholds: { review: 0.4, reject: 0.6 },
};
const scored = (partId: number) => {
  const score = ((partId * 7919) % 1000) / 1000;
  const ms = { decode: 10.5, resize: 3.25, infer: 30.125, post: 2.5 };
  return {
    partId,
    ok: true as const,
    result: { width: 900, height: 700, score, score0: score, score1: score, ms },
  };
};

const print = (name: string, unit: string, value: number): void =>
  console.log(`${`${name}, ${unit}`.padEnd(64)}  ${value.toFixed(3)}`);

const quantile = (samples: number[], at: number): number => {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(at * sorted.length) - 1)] ?? NaN;
};

/** One more run of this many parts, all of them scored, or none. */
function addRun(store: Store, parts: number, done: boolean): number {
  const { id } = store.runs.create({
    product: 'metal nut',
    source: 'bench',
    inputs: ['/bench'],
    lot: `L${parts}`,
  });
  for (let at = 0; at < parts; at += 5000) {
    const path = (i: number): string =>
      `/photographs/line 3/tray ${i >> 8}/part_${String(i).padStart(6, '0')}.png`;
    const some = Array.from({ length: Math.min(5000, parts - at) }, (_, i) => path(at + i));
    store.parts.add(
      id,
      some.map((name) => ({ path: name, name: name.slice(13), bytes: 1_000_000 })),
    );
  }
  store.runs.begin(id, SESSION);
  for (let after = -1; done;) {
    const pending = store.parts.pending(id, 5000, after);
    if (pending.length === 0) break;
    store.parts.record(
      id,
      pending.map((part) => scored(part.id)),
    );
    after = pending.at(-1)?.seq ?? after;
  }
  if (done) store.runs.setState(id, 'done');
  return id;
}

async function build(folder: string): Promise<void> {
  const store = openStore(folder);
  for (let run = 0; run < RUNS; run++) {
    addRun(store, PER_RUN, true);
    process.stderr.write(`\r${((run + 1) * PER_RUN).toLocaleString('en')} results`);
    await sleep(0);
  }
  process.stderr.write('\n');
  store.db.pragma('synchronous = 0'); // only here: what is measured is measured with FULL
  for (let i = 0; i < VERDICTS; i++) {
    store.verdicts.record({ partId: 1 + i * 7, verdict: i % 3 ? 'ok' : 'ng', author: 'anna' });
  }
  store.close();
}

const client = () =>
  new ServiceClient<HistoryApi, HistoryEvents>({ name: 'history', start: () => forkNodeService(ENTRY) });

async function measureStart(folder: string): Promise<void> {
  const samples: number[] = [];
  const opens: number[] = [];
  for (let i = 0; i < 5; i++) {
    const history = client();
    const start = performance.now();
    await history.request('open', { folder });
    const [newest] = await history.request('run.list', null);
    await history.request('run.page', { runId: newest?.id ?? 1, afterSeq: -1, limit: 500 });
    samples.push(performance.now() - start);
    await history.stop();
    const began = performance.now();
    openStore(folder).close();
    opens.push(performance.now() - began);
  }
  print('opening alone', 'ms', quantile(opens, 0.5));
  print('process start to the first page of parts', 'ms', quantile(samples, 0.5));
}

/** Ten results every 100 ms go in, while the screen asks; the waiting of both is that of the page: over the port and back. */
async function measureScreen(folder: string): Promise<void> {
  const history = client();
  await history.request('open', { folder });
  const run = await history.request('run.create', { product: 'nut', source: 'x', inputs: [] });
  const rate = 100;
  const parts = Array.from({ length: (rate * MEASURED_MS) / 1000 + 1000 }, (_, i) => ({
    ...{ path: `/new/${i}.png`, name: `${i}.png`, bytes: 1 },
  }));
  await history.request('run.addParts', { runId: run.id, parts });
  await history.request('run.begin', { runId: run.id, session: SESSION });
  const pending = await history.request('run.pending', { runId: run.id, limit: parts.length, afterSeq: -1 });

  const end = performance.now() + MEASURED_MS;
  let written = 0;
  const writing = (async () => {
    const began = performance.now();
    while (performance.now() < end) {
      const due = Math.floor(((performance.now() - began) * rate) / 1000);
      const batch = pending.slice(written, due).map(({ id }) => scored(id));
      if (batch.length > 0) await history.request('results.record', { runId: run.id, outcomes: batch });
      written += batch.length;
      await sleep(100);
    }
    return (written * 1000) / (performance.now() - began);
  })();

  const waits: Record<string, number[]> = { list: [], page: [], part: [], story: [], verdict: [] };
  const timed = async (name: string, work: () => Promise<unknown>): Promise<void> => {
    const start = performance.now();
    await work();
    waits[name]?.push(performance.now() - start);
  };
  for (let i = 0; performance.now() < end; i++) {
    const at = (i * 7919) % (PER_RUN - 500);
    const runId = 1 + (i % RUNS);
    const partId = 1 + ((i * 104_729) % (RUNS * PER_RUN));
    await timed('page', () => history.request('run.page', { runId, afterSeq: at, limit: 100 }));
    await timed('part', () => history.request('part.get', { partId }));
    if (i % 10 === 0) await timed('list', () => history.request('run.list', null));
    if (i % 10 === 2) await timed('story', () => history.request('part.explain', { partId }));
    if (i % 10 === 5) {
      await timed('verdict', () =>
        history.request('verdict.record', { partId, verdict: 'ok', author: 'bob' }),
      );
    }
    await sleep(4); // as a person scrolls, not as a loop can ask
  }
  print('results written meanwhile', 'results/s', await writing);
  for (const [name, samples] of Object.entries(waits)) {
    print(`${name} while writing, median of ${samples.length}`, 'ms', quantile(samples, 0.5));
    print(`${name} while writing, 99th percentile`, 'ms', quantile(samples, 0.99));
  }
  const all = Object.values(waits).flat();
  print(`all of the screen, 99th percentile of ${all.length}`, 'ms', quantile(all, 0.99));
  for (const text of ['part_0999', 'nothing like this']) {
    const began = performance.now();
    const found = await history.request('part.find', { text, limit: 100 });
    print(`search for "${text}", ${found.length} found`, 'ms', performance.now() - began);
  }
  const from = performance.now();
  await history.request('history.stats', { runIds: [1], by: 'run' });
  print(`statistics of a run of ${PER_RUN}`, 'ms', performance.now() - from);
  await history.stop();
}

/** In turn, so that a disk that is slow for a while is slow for both. */
function measureCommits(folder: string): void {
  const store = openStore(folder);
  const runId = addRun(store, 200_000, false);
  const pending = store.parts.pending(runId, 200_000, -1);
  // The same tables, indexes, constraints and pragmas, written by prepared statements that check, hash and seal nothing.
  rmSync(join(folder, 'bare'), { recursive: true, force: true });
  const floor = openStore(join(folder, 'bare'));
  const bareRun = addRun(floor, 200_000, false);
  const bare = floor.db;
  let part = 0;
  const insert = bare.prepare<never>(
    `INSERT INTO verdicts (part_id, verdict, author, made_at, machine, score, review, reject, link, hash, seal)
     VALUES (?, 'ok', 'anna', ?, 'good', 0.5, 0.4, 0.6, (SELECT links + 1 FROM ledger), '${'0'.repeat(64)}', 1)`,
  );
  const move = bare.prepare<never>('UPDATE ledger SET links = links + 1');
  const judge = bare.transaction(() => {
    insert.run(1 + (part++ % 200_000), new Date().toISOString());
    move.run();
  });
  const settle = bare.prepare<never>(
    `UPDATE parts SET state = 'scored', session_id = 1, inspected_at = ?, score = ?, score0 = 0.5, score1 = 0.5, width = 900,
     height = 700, ms = '{"decode":10.5,"resize":3.25,"infer":30.125,"post":2.5}', seal = 1 WHERE run_id = ${bareRun} AND seq = ?`,
  );

  const perSecond = (count: number, work: (i: number) => void): number => {
    const start = performance.now();
    for (let i = 0; i < count; i++) work(i);
    return (count * 1000) / (performance.now() - start);
  };
  const single: Record<'ours' | 'bare', number[]> = { ours: [], bare: [] };
  const small: typeof single = { ours: [], bare: [] };
  const batched: typeof single = { ours: [], bare: [] };
  let settled = 0;
  let sent = 0;
  for (let round = 0; round < 12; round++) {
    single.bare.push(perSecond(200, () => judge.immediate()));
    single.ours.push(
      perSecond(200, (i) =>
        store.verdicts.record({ partId: 1 + round * 200 + i, verdict: 'ok', author: 'anna' }),
      ),
    );
    for (const [size, { ours, bare: lower }] of [
      [10, small],
      [100, batched],
    ] as const) {
      const batch = bare.transaction(() => {
        const at = new Date().toISOString();
        for (let i = 0; i < size; i++) settle.run(at, (settled % 1000) / 1000, settled++);
      });
      lower.push(size * perSecond(30, () => batch.immediate()));
      ours.push(
        size *
          perSecond(30, () => {
            const outcomes = Array.from({ length: size }, () => scored(pending[sent++]?.id ?? 0));
            store.parts.record(runId, outcomes);
          }),
      );
    }
  }
  const compare = (name: string, unit: string, { ours, bare: lowest }: typeof single): void => {
    print(`${name}, history`, unit, quantile(ours, 0.5));
    print(`${name}, bare SQLite loop`, unit, quantile(lowest, 0.5));
    print(`${name}, history over bare loop`, '×', quantile(ours, 0.5) / quantile(lowest, 0.5));
  };
  compare('single verdict commits', 'commits/s', single);
  compare('results in batches of 10', 'results/s', small);
  compare('results in batches of 100', 'results/s', batched);
  floor.close();
  store.close();
}

async function measureCare(folder: string): Promise<void> {
  const store = openStore(folder);
  let start = performance.now();
  const { checked } = verifyChain(store.db);
  print(`verify ${checked} links`, 'ms', performance.now() - start);
  start = performance.now();
  const { bytes } = await makeBackup(store.db, join(folder, 'stick'));
  print(`backup of ${(bytes / 1e6).toFixed(0)} MB, checked`, 'ms', performance.now() - start);
  store.close();
}

const folder = values.kept ?? mkdtempSync(join(values.folder, 'loupe-bench-history-'));
mkdirSync(folder, { recursive: true });
try {
  if (!existsSync(join(folder, 'history/loupe.db'))) await build(folder);
  print('database', 'MB', statSync(join(folder, 'history/loupe.db')).size / 1e6);
  await measureStart(folder);
  await measureScreen(folder);
  measureCommits(folder);
  await measureCare(folder);
} finally {
  if (values.kept === undefined) rmSync(folder, { recursive: true, force: true });
}
