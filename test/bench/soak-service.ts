// Soak of the inference service alone: run after run, each with a session of its own, and the memory that is the process's own.
// Runs in Node, by hand: `node test/bench/soak-service.ts [--parts 9000] [--every 5] [--pack <folder>]`; one part every so many
// seconds is what the simulated line makes.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import type { InferenceApi, InferenceEvents } from '../../electron/common/inference-service.ts';
import { forkNodeService, ServiceClient } from '../../electron/node/service-client.ts';
import { temporaryFolder, writeTinyPack } from '../support/tiny-pack.ts';

const { values } = parseArgs({
  options: {
    parts: { type: 'string', default: '9000' },
    every: { type: 'string', default: '5' },
    pack: { type: 'string' },
  },
});
const BATCH = 60;
const IN_FLIGHT = 3;
const ROWS = 12;

const folder = temporaryFolder('loupe-soak');
const packFolder = values.pack ?? writeTinyPack(join(folder, 'pack'));
const photographs: string[] = [];
mkdirSync(join(folder, 'line'));
for (let i = 0; i < BATCH; i++) {
  const background = { r: (i * 37) % 256, g: (i * 91) % 256, b: 80 };
  const path = join(folder, 'line', `${i}.jpg`);
  await sharp({ create: { width: 640, height: 480, channels: 3, background } })
    .jpeg()
    .toFile(path);
  photographs.push(path);
}

let pid = 0;
const client = new ServiceClient<InferenceApi, InferenceEvents>({
  name: 'inference',
  start: () => {
    const port = forkNodeService(resolve(import.meta.dirname, '../../electron/services/inference.ts'));
    pid = port.pid ?? 0;
    return port;
  },
});
/** Megabytes. */
const own = (): number =>
  Number(/RssAnon:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? NaN) / 1024;

const total = Number(values.parts);
const samples: { readonly parts: number; readonly megabytes: number }[] = [];
const begun = performance.now();
for (let parts = 0; parts < total;) {
  const { session } = await client.request('session.open', { packFolder, product: 'photo', device: 'cpu' });
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let i = next++; i < BATCH; i = next++) {
      const save = { map: join(folder, `${i}.map`), thumbnail: join(folder, `${i}.jpg`) };
      await client.request('inspect', { session, path: photographs[i]!, save, wantFeature: true });
      parts++;
      samples.push({ parts, megabytes: own() });
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  await client.request('session.close', { session });
}
const seconds = (performance.now() - begun) / 1000;
await client.stop();
rmSync(folder, { recursive: true });

const hours = (total * Number(values.every)) / 3600;
console.log(
  `${total} parts in ${seconds.toFixed(0)} s, ${client.deaths} deaths: ${hours.toFixed(1)} hours of a line with a part every ${values.every} s`,
);
console.log(
  `${'parts'.padStart(8)}${'least MB'.padStart(10)}${'mean MB'.padStart(10)}${'most MB'.padStart(10)}`,
);
for (let row = 0; row < ROWS; row++) {
  const slice = samples.slice((row * samples.length) / ROWS, ((row + 1) * samples.length) / ROWS);
  const sizes = slice.map(({ megabytes }) => megabytes);
  const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
  const cells = [slice.at(-1)?.parts ?? 0, Math.min(...sizes), mean, Math.max(...sizes)];
  console.log(cells.map((cell, i) => cell.toFixed(0).padStart(i === 0 ? 8 : 10)).join(''));
}
