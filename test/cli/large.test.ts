// What large things cost: the import of a ViT-L/14-336 (1.7 GB) stays below 3 GB, 200 maps of 518 x 518 below 1 GB.
// Runs in the tests (Node) when LOUPE_LARGE=1: it writes 3.4 GB of temporary files and takes minutes.
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { safetensorsHeader, type TensorType } from '../../models/clip/safetensors-write.ts';
import { Measurement } from '../../electron/node/measure/measure.ts';
import { towerTensors } from '../../models/clip/towers.ts';
import type { ClipArchitecture } from '../../models/clip/architecture.ts';
import { randomNumbers } from '../support/tiny-clip.ts';
import { temporaryFolder } from '../support/tiny-pack.ts';

const wanted = process.env.LOUPE_LARGE === '1' && process.platform === 'linux';
if (!wanted)
  console.warn(
    'SKIPPED: the cost of large imports and evaluations is not measured (set LOUPE_LARGE=1, on Linux).',
  );

const VIT_L_14_336: ClipArchitecture = {
  embedDim: 768,
  activation: 'quick_gelu',
  vision: { width: 1024, layers: 24, heads: 16, mlpWidth: 4096, patch: 14, imageSize: 336 },
  text: { width: 768, layers: 12, heads: 12, mlpWidth: 3072, contextLength: 77, vocabSize: 49408 },
};
const MB = 1e6;

const folder = temporaryFolder('loupe-large');
afterAll(() => rmSync(folder, { recursive: true }));

/** Writes random float32 weights of the right shapes without ever holding more than one tensor. Returns the bytes. */
function writeCheckpoint(path: string): number {
  const shapes = towerTensors(VIT_L_14_336, 'open_clip');
  const types = new Map(
    [...shapes].map(([name, shape]): [string, TensorType] => [name, { dtype: 'F32', shape }]),
  );
  const random = randomNumbers(1);
  const noise = Float32Array.from({ length: 1 << 20 }, random);
  const file = openSync(path, 'w');
  let bytes = writeSync(file, safetensorsHeader(types));
  for (const [name, shape] of shapes) {
    const length = shape.reduce((a, b) => a * b, 1);
    const [first = 1, ...rest] = shape;
    const norm = /\.ln_|^ln_|visual\.ln_/.test(name) && name.endsWith('weight');
    const scale = norm ? 0.1 : 1 / Math.sqrt(rest.length > 0 ? rest.reduce((a, b) => a * b, 1) : first);
    const tensor = Float32Array.from({ length }, (_, i) => noise[i % noise.length]! * scale + (norm ? 1 : 0));
    bytes += writeSync(file, new Uint8Array(tensor.buffer));
  }
  closeSync(file);
  return bytes;
}

/** Runs the real command and reads its peak of resident memory while it lives. */
function peakOf(args: readonly string[]): Promise<{ code: number | null; peak: number; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, '../../electron/cli/bin.js'), ...args]);
    let [peak, stderr] = [0, ''];
    const watch = setInterval(() => {
      try {
        const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
        peak = Math.max(peak, Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0) * 1024);
      } catch {
        // it has just ended
      }
    }, 50);
    child.stderr.on('data', (text) => (stderr += String(text)));
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(watch);
      resolve({ code, peak, stderr });
    });
  });
}

it.skipIf(!wanted)('a ViT-L/14-336 is imported in less than 3 GB', { timeout: 1_200_000 }, async () => {
  const source = join(folder, 'random.safetensors');
  const bytes = writeCheckpoint(source);
  const start = performance.now();
  const args = [
    'model',
    'import',
    source,
    '--config',
    'ViT-L-14-336-quickgelu',
    '--out',
    join(folder, 'pack'),
  ];
  const { code, peak, stderr } = await peakOf(args);
  const seconds = (performance.now() - start) / 1000;
  console.info(
    `import of ${Math.round(bytes / MB)} MB: ${seconds.toFixed(1)} s, peak ${Math.round(peak / MB)} MB of memory`,
  );
  expect([code, stderr]).toEqual([0, '']);
  expect(bytes).toBeGreaterThan(1_650 * MB);
  expect(peak).toBeLessThan(3_000 * MB);
});

it.skipIf(!wanted)('200 maps of 518 x 518 are measured in less than 1 GB', { timeout: 600_000 }, () => {
  const [size, count] = [518, 200];
  const before = process.memoryUsage().rss;
  const measurement = new Measurement(count, size);
  const random = randomNumbers(2);
  const mask = Uint8Array.from({ length: size * size }, (_, i) => (i % size < 60 && i < 60 * size ? 1 : 0));
  let peak = 0;
  for (let i = 0; i < count; i++) {
    const map = Float32Array.from({ length: size * size }, random);
    const scores = { map, score: random(), score0: random(), score1: random() };
    measurement.add(scores, i % 2 === 1, i % 2 === 1 ? mask : null);
    peak = Math.max(peak, process.memoryUsage().rss);
  }
  const start = performance.now();
  const { metrics } = measurement.finish('official');
  peak = Math.max(peak, process.resourceUsage().maxRSS * 1024) - before;
  console.info(
    `metrics of 200 maps of 518 x 518: ${Math.round(performance.now() - start)} ms, ${Math.round(peak / MB)} MB of memory`,
  );
  expect(metrics.pixel_auroc).toBeCloseTo(0.5, 1);
  expect(peak).toBeLessThan(1_000 * MB);
});
