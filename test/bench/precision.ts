// int8 against fp32: the bare network in turns within one run, and what the maps lose.
// Runs in Node: `node test/bench/precision.ts [mini] [b16plus-240] [--threads <N>]`. Prints "name, unit    figure" lines.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Tensor } from 'onnxruntime-node';
import { buildInspectModel } from '../../electron/node/engine/network.ts';
import { openOnnx } from '../../electron/node/engine/onnx.ts';
import { checkInt8, testPhotograph } from '../../electron/node/engine/precision.ts';
import { resolveSettings } from '../../electron/node/engine/settings.ts';
import { TextCache } from '../../electron/node/engine/text-cache.ts';
import { encodeWords } from '../../electron/node/engine/text-features.ts';
import { openPack } from '../../models/packs/open.ts';
import { figure } from './figures.ts';
import { SIZES, sizedPack, tooLarge } from './sized-packs.ts';

const PRECISIONS = ['fp32', 'int8'] as const;
const ROUNDS = 15;
/** Random weights of these sizes are made when they are not there yet. */
const DEFAULT = ['mini', 'b16plus-240'];

const say = (name: string, unit: string, samples: readonly number[]): void =>
  console.log(`${`${name}, ${unit}`.padEnd(56)}  ${figure(name, unit, samples).median.toFixed(3)}`);

async function measure(name: string, threads: number, folder: string): Promise<void> {
  const { folder: packFolder } = sizedPack(name);
  const pack = await openPack(packFolder);
  const onnx = { device: 'cpu', threads } as const;
  const product = 'machined ring';
  const settings = await resolveSettings(pack, { packFolder, product });
  const cache = new TextCache(folder);
  const text = await encodeWords(pack, { ...settings, ...onnx, product, cache, progress: () => undefined });
  const loss = await checkInt8(pack, { ...settings, precision: 'int8' }, onnx, text, cache);

  const { imageSize } = settings;
  const dim = text.length / 2;
  const columns = Float32Array.from({ length: text.length }, (_, i) => text[(i % 2) * dim + (i >> 1)] ?? NaN);
  const feeds = {
    image_u8: new Tensor('uint8', testPhotograph(imageSize), [1, imageSize, imageSize, 3]),
    text: new Tensor('float32', columns, [dim, 2]),
  };
  const sessions = await Promise.all(
    PRECISIONS.map((precision) => openOnnx(buildInspectModel(pack, { ...settings, precision }), onnx)),
  );
  const wall: number[][] = PRECISIONS.map(() => []);
  const processor: number[][] = PRECISIONS.map(() => []);
  const perRound = name === 'mini' ? 4 : 1;
  for (let round = -1; round < ROUNDS; round++) {
    for (const [i, session] of sessions.entries()) {
      const [start, used] = [performance.now(), process.cpuUsage()];
      for (let n = 0; n < perRound; n++) await session.run(feeds, ['heat', 'score0', 'score1']);
      const { user, system } = process.cpuUsage(used);
      if (round < 0) continue; // the first settles the arena
      wall[i]?.push((performance.now() - start) / perRound);
      processor[i]?.push((user + system) / 1000 / perRound);
    }
  }
  for (const session of sessions) session.dispose();

  PRECISIONS.forEach((precision, i) => {
    say(`${name} ${precision}: bare session, processor per image`, 'ms', processor[i] ?? []);
    say(`${name} ${precision}: bare session, per image`, 'ms', wall[i] ?? []);
    const rates = (wall[i] ?? []).map((ms) => 1000 / ms);
    say(`${name} ${precision}: bare session`, 'images/s', rates);
  });
  const ratio = ([float = [], small = []]: number[][]): number[] =>
    float.map((ms, i) => ms / (small[i] ?? NaN));
  say(`${name}: fp32 / int8, processor`, '×', ratio(processor));
  say(`${name}: fp32 / int8`, '×', ratio(wall));
  say(`${name}: int8 differs from fp32, map`, 'of-spread', [loss.map]);
  say(`${name}: int8 differs from fp32, image probability`, 'absolute', [loss.score0]);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { threads: { type: 'string', default: '1' } },
});
const folder = mkdtempSync(join(tmpdir(), 'loupe-bench-'));
try {
  for (const name of positionals.length > 0 ? positionals : DEFAULT) {
    const size = SIZES[name];
    if (!size) throw new Error(`there is no size ${name}; ${Object.keys(SIZES).join(', ')}`);
    const reason = tooLarge(size);
    if (reason) console.log(`SKIPPED, not measured: ${name}: ${reason}`);
    else await measure(name, Number(values.threads), folder);
  }
} finally {
  rmSync(folder, { recursive: true });
}
