// Measures `loupe evaluate`, start and metrics included, against the bare network: `node test/bench/evaluate.ts [folder] [pack]`.
// Runs in Node on Linux and macOS (the shell counts the processor time of the command and its service), by hand or from run.ts.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Tensor } from 'onnxruntime-node';
import { findCategories } from '../../electron/cli/dataset.ts';
import { buildInspectModel } from '../../electron/node/engine/network.ts';
import { openOnnx } from '../../electron/node/engine/onnx.ts';
import { resolveSettings } from '../../electron/node/engine/settings.ts';
import { tileCount } from '../../models/clip-ad/tile-grid.ts';
import { openPack } from '../../models/packs/open.ts';
import { figure } from './figures.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const [folder = join(ROOT, 'resources/samples'), packFolder = join(ROOT, 'resources/packs/loupe-mini')] =
  process.argv.slice(2).map((path) => resolve(path));
/** The command and the bare network take turns, so that whatever else happens on the computer happens to both. */
const ROUNDS = 3;
/** A second for the bare network of every pack. */
const BARE_RUNS = 30;

interface Cost {
  readonly wall: number;
  readonly processor: number;
}

const cache = mkdtempSync(join(tmpdir(), 'loupe-bench-'));

/** Milliseconds of the whole command, its children included: the shell's `times` prints them as 0m12.34s. */
function evaluate(tiles: readonly string[]): Cost {
  const command = [process.execPath, join(ROOT, 'electron/cli/loupe.ts'), 'evaluate', folder, '--json'];
  const start = performance.now();
  const text = execFileSync(
    'bash',
    ['-c', '"$@" >&2; times', 'bash', ...command, '--model', packFolder, ...tiles],
    { env: { ...process.env, LOUPE_CACHE: cache }, stdio: ['ignore', 'pipe', 'ignore'], encoding: 'utf8' },
  );
  const wall = performance.now() - start;
  const [user = NaN, system = NaN] = (text.trim().split('\n')[1] ?? '')
    .split(' ')
    .map((time) => /^(\d+)m([\d.]+)s$/.exec(time))
    .map((match) => 60_000 * Number(match?.[1]) + 1000 * Number(match?.[2]));
  return { wall, processor: user + system };
}

const pack = await openPack(packFolder);
const options = { packFolder, product: 'part', device: 'cpu' } as const;
const settings = await resolveSettings(pack, options);
const bare = await openOnnx(buildInspectModel(pack, settings), { device: 'cpu' });
const { imageSize, scales } = settings;
const { embedDim } = pack.manifest.architecture;
const feeds = {
  image_u8: new Tensor(
    'uint8',
    Uint8Array.from({ length: imageSize ** 2 * 3 }, (_, i) => i % 251),
    [1, imageSize, imageSize, 3],
  ),
  text: new Tensor('float32', new Float32Array(2 * embedDim).fill(0.02), [embedDim, 2]),
};

async function runBare(): Promise<Cost> {
  const [start, used] = [performance.now(), process.cpuUsage()];
  for (let i = 0; i < BARE_RUNS; i++) await bare.run(feeds, ['heat', 'score0', 'score1']);
  const { user, system } = process.cpuUsage(used);
  return {
    wall: (performance.now() - start) / BARE_RUNS,
    processor: (user + system) / 1000 / BARE_RUNS,
  };
}

const photographs = (await findCategories(folder)).reduce((sum, { images }) => sum + images.length, 0);
console.log(
  `${photographs} photographs of ${folder}, ${pack.manifest.id} ${pack.modelSha256.slice(0, 12)}\n`,
);
const line = (name: string, unit: string, samples: readonly number[]): void =>
  console.log(`${name}, ${unit}`.padEnd(60), figure(name, unit, samples).median.toFixed(2));

await runBare();
evaluate(['--tiles', '1']); // words and files are in the caches from here on
const bareRuns: Cost[] = [];
try {
  for (const [name, tiles, runs] of [
    ['one scale', ['--tiles', '1'], 1],
    [`the pack's scales (${scales.join(', ')})`, [], tileCount(scales)],
  ] as const) {
    const [processor, wall, each]: [number[], number[], number[]] = [[], [], []];
    for (let round = 0; round < ROUNDS; round++) {
      const before = await runBare();
      const whole = evaluate(tiles);
      const after = await runBare();
      bareRuns.push(before, after);
      const floor = (of: keyof Cost): number => (photographs * runs * (before[of] + after[of])) / 2;
      processor.push(whole.processor / floor('processor'));
      wall.push(whole.wall / floor('wall'));
      each.push(whole.processor / photographs);
    }
    line(`${name}: evaluate / bare, processor`, '×', processor);
    line(`${name}: evaluate / bare, clock`, '×', wall);
    line(`${name}: evaluate, processor per photograph`, 'ms', each);
  }
} finally {
  bare.dispose();
  rmSync(cache, { recursive: true, force: true });
}
line(
  'bare network, processor per run',
  'ms',
  bareRuns.map(({ processor }) => processor),
);
