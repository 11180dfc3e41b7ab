// Soak: the real workstation inspects for hours of an accelerated line, and the memory of each of its processes is written down.
// Runs in Node, by hand, after `npm run build`: `node test/bench/soak.ts [--minutes 5] [--every 5]`; one part every so many seconds is
// what the simulated line makes. Prints a table, and JSON with --json.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import type { LoupeBridge } from '../../electron/common/contract.ts';
import { Workstation } from '../support/workstation.ts';

declare const window: { readonly loupe: LoupeBridge };

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    every: { type: 'string', default: '5' },
    json: { type: 'string' },
  },
});
const minutes = Number(values.minutes);
const partEvery = Number(values.every);
const BATCH = 60;

const prepared = await Workstation.prepare();
if (typeof prepared === 'string') throw new Error(prepared);
const loupe = prepared;
const photos = join(loupe.folder, 'line');
mkdirSync(photos);
for (let i = 0; i < BATCH; i++) {
  const background = { r: (i * 37) % 256, g: (i * 91) % 256, b: 80 };
  const picture = sharp({ create: { width: 640, height: 480, channels: 3, background } });
  await picture.jpeg().toFile(join(photos, `${i}.jpg`));
}

interface Sample {
  readonly seconds: number;
  readonly parts: number;
  /** Megabytes by process. */
  readonly memory: Record<string, number>;
}

/** Megabytes in memory that are this process's own. */
function resident(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const own = /RssAnon:\s+(\d+) kB/.exec(status)?.[1] ?? '0';
  return Math.round(Number(own) / 1024);
}

/** All processes of the program, by what they are. */
async function memory(): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  const metrics = await loupe.app.evaluate(({ app }) =>
    app.getAppMetrics().map(({ type, pid, name }) => ({ type, pid, name })),
  );
  const main = loupe.app.process().pid ?? 0;
  const children = readFileSync(`/proc/${main}/task/${main}/children`, 'utf8').split(' ').filter(Boolean);
  for (const child of children) {
    const service = /out\/main\/(\w+)\.js/.exec(readFileSync(`/proc/${child}/cmdline`, 'utf8'))?.[1];
    if (service) found[service] = resident(Number(child));
  }
  for (const { type, pid, name } of metrics) {
    const label =
      type === 'Browser' ? 'main' : type === 'Tab' ? 'page' : type === 'GPU' ? 'graphics' : name || type;
    if (!(label in found)) found[label] = resident(pid);
  }
  return found;
}

const samples: Sample[] = [];
const begun = performance.now();
let parts = 0;
await loupe.start();
await loupe.page.waitForSelector('main');
for (let runs = 0; (performance.now() - begun) / 60_000 < minutes; runs++) {
  const runId = await loupe.page.evaluate(
    async (inputs) => {
      const started = await window.loupe.invoke('run.start', { inputs, product: 'photo' });
      if (!started.ok) throw new Error(started.error.code);
      const { id } = started.value;
      await new Promise<void>((done) => {
        const off = window.loupe.on('run.changed', (run) => {
          if (run.id !== id || run.state === 'running' || run.state === 'preparing') return;
          off();
          done();
        });
      });
      return id;
    },
    [photos],
  );
  // The page opens it, as an operator would, so that its grid and pictures are part of the soak.
  const show = loupe.page.getByRole('button', { name: /photo/ }).first();
  if (await show.isVisible().catch(() => false)) await show.click().catch(() => undefined);
  const opened = await loupe.page.evaluate((id) => window.loupe.invoke('run.open', { runId: id }), runId);
  if (!opened.ok || opened.value.run.scored !== BATCH)
    throw new Error(`run ${runId}: ${opened.ok ? `${opened.value.run.scored} scored` : opened.error.code}`);
  parts += BATCH;
  samples.push({ seconds: Math.round((performance.now() - begun) / 1000), parts, memory: await memory() });
}
await loupe.app.close();
loupe.dispose(false);

const names = [...new Set(samples.flatMap((sample) => Object.keys(sample.memory)))];
const third = Math.max(1, Math.floor(samples.length / 3));
const mean = (list: readonly Sample[], name: string): number =>
  Math.round(list.reduce((sum, sample) => sum + (sample.memory[name] ?? 0), 0) / list.length);
console.log(
  `${parts} parts in ${samples.length} runs, ${samples.at(-1)?.seconds ?? 0} s: ` +
    `${((parts * partEvery) / 3600).toFixed(1)} hours of a line with a part every ${partEvery} s`,
);
console.log(
  'process'.padEnd(28),
  'middle third MB'.padStart(16),
  'last third MB'.padStart(16),
  'most MB'.padStart(10),
);
for (const name of names) {
  const most = Math.max(...samples.map((sample) => sample.memory[name] ?? 0));
  const [middle, last] = [mean(samples.slice(third, 2 * third), name), mean(samples.slice(-third), name)];
  console.log(
    name.padEnd(28),
    String(middle).padStart(16),
    String(last).padStart(16),
    String(most).padStart(10),
  );
}
if (values.json) writeFileSync(values.json, JSON.stringify(samples, null, 2));
process.exit(0);
