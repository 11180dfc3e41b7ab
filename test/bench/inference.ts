// One pack size: opening, words, the bare network against the whole way of a photograph, memory.
// Runs in Node, in a process of its own (test/bench/run.ts starts it), so that its peak memory is its own.
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Tensor } from 'onnxruntime-node';
import type { SessionOptions } from '../../electron/common/inference-service.ts';
import { Engine } from '../../electron/node/engine/engine.ts';
import { buildInspectModel } from '../../electron/node/engine/network.ts';
import { openOnnx } from '../../electron/node/engine/onnx.ts';
import { ThreadPreparer } from '../../electron/node/engine/prepare-thread.ts';
import { resolveSettings } from '../../electron/node/engine/settings.ts';
import { TextCache } from '../../electron/node/engine/text-cache.ts';
import { encodeWords } from '../../electron/node/engine/text-features.ts';
import { openPack } from '../../models/packs/open.ts';
import { figure, type Figure } from './figures.ts';
import { SIZES, sizedPack, tooLarge } from './sized-packs.ts';

const SAMPLES = resolve(import.meta.dirname, '../../resources/samples');
/** As many as the desktop has under way (electron/node/run/active-run.ts). */
const IN_FLIGHT = 3;
const PROMPTS = 418;

interface Cost {
  /** Milliseconds per photograph on the clock, and of processor time, which hardly depends on what else runs. */
  readonly wall: number;
  readonly processor: number;
}

async function cost(photographs: number, work: () => Promise<unknown>): Promise<Cost> {
  const [start, used] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(used);
  return { wall: (performance.now() - start) / photographs, processor: (user + system) / 1000 / photographs };
}
const peakMegabytes = (): number => process.resourceUsage().maxRSS / 1024;

function samples(): string[] {
  const files = readdirSync(SAMPLES, { recursive: true, withFileTypes: true });
  return files
    .filter(
      (entry) =>
        entry.isFile() && /\.(jpe?g|png)$/.test(entry.name) && /[/\\]test[/\\]/.test(entry.parentPath),
    )
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** The figures of a pack size; a reason instead where it cannot be measured. */
export async function measureInference(name: string): Promise<Figure[] | string> {
  const size = SIZES[name];
  if (!size) return `there is no size ${name}`;
  const reason = tooLarge(size);
  if (reason) return reason;
  const folder = mkdtempSync(join(tmpdir(), 'loupe-bench-'));
  try {
    return await measure(name, size, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(
  name: string,
  { perRound, rounds }: (typeof SIZES)[string],
  folder: string,
): Promise<Figure[]> {
  const { folder: packFolder, textFeatures } = sizedPack(name);
  const product = 'machined ring';
  // One run of the network for each photograph, whatever the pack recommends: that is what it is compared with.
  const options: SessionOptions = {
    ...{ packFolder, product, device: 'cpu', scales: [1] },
    ...(textFeatures ? { textFeatures } : {}),
  };
  const found: Figure[] = [];
  const note = (what: string, unit: string, samples: readonly number[]): void =>
    void found.push(figure(`${name}: ${what}`, unit, samples));

  const cache = new TextCache(join(folder, 'cache'));
  const preparer = new ThreadPreparer(
    new URL('../../electron/services/inference-worker.ts', import.meta.url),
  );
  const engine = new Engine(() => undefined, cache, { preparer });
  const open = await cost(1, () => engine.open(options));
  const { session } = await engine.open(options);

  const photographs = samples();
  let next = 0;
  /** The way of a photograph; with its files as the desktop writes them, or scores only. */
  const inspectAll = async (count: number, files: boolean): Promise<void> => {
    const until = next + count;
    const worker = async (): Promise<void> => {
      while (next < until) {
        const path = photographs[next++ % photographs.length]!;
        const save = files
          ? { map: join(folder, `${next}.map`), thumbnail: join(folder, `${next}.jpg`) }
          : {};
        await engine.inspect({ session, path, save });
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  };
  await inspectAll(perRound, true);
  const peak = peakMegabytes(); // before anything else is in memory
  // Opened again with its words in the cache: what a second run of the same product waits for.
  const again = new Engine(() => undefined, cache);
  let reopened = 0;
  const warm = await cost(1, async () => (reopened = (await again.open(options)).session));
  await again.close(reopened);

  const pack = await openPack(packFolder);
  const settings = await resolveSettings(pack, options);
  const bare = await openOnnx(buildInspectModel(pack, settings), { device: 'cpu' });
  const { imageSize } = settings;
  const { embedDim } = pack.manifest.architecture;
  const feeds = {
    image_u8: new Tensor('uint8', new Uint8Array(imageSize ** 2 * 3).fill(90), [1, imageSize, imageSize, 3]),
    text: new Tensor('float32', new Float32Array(2 * embedDim).fill(0.02), [embedDim, 2]),
  };
  const runBare = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) await bare.run(feeds, ['heat', 'score0', 'score1']);
  };
  await runBare(2);

  // In turns, so that whatever else happens on the computer happens to all of them; bare before and after.
  const all: Record<'bare' | 'scores' | 'files', Cost[]> = { bare: [], scores: [], files: [] };
  for (let round = 0; round < rounds; round++) {
    const before = await cost(perRound, () => runBare(perRound));
    all.scores.push(await cost(perRound, () => inspectAll(perRound, false)));
    all.files.push(await cost(perRound, () => inspectAll(perRound, true)));
    const after = await cost(perRound, () => runBare(perRound));
    const mean = (of: keyof Cost): number => (before[of] + after[of]) / 2;
    all.bare.push({ wall: mean('wall'), processor: mean('processor') });
  }
  bare.dispose();
  const each = (kind: keyof typeof all, of: keyof Cost): number[] => all[kind].map((one) => one[of]);
  const ratio = (kind: keyof typeof all, of: keyof Cost): number[] =>
    all[kind].map((one, i) => one[of] / all.bare[i]![of]);
  note('bare session, per image', 'ms', each('bare', 'wall'));
  note('end to end, scores, per image', 'ms', each('scores', 'wall'));
  note('end to end, map and thumbnail written, per image', 'ms', each('files', 'wall'));
  note('end to end, scores / bare', '×', ratio('scores', 'wall'));
  note('end to end, scores / bare, processor', '×', ratio('scores', 'processor'));
  note('end to end, map and thumbnail / bare', '×', ratio('files', 'wall'));
  note('end to end, map and thumbnail / bare, processor', '×', ratio('files', 'processor'));
  note('bare session, processor per image', 'ms', each('bare', 'processor'));
  note(
    'end to end, scores',
    'images/s',
    each('scores', 'wall').map((ms) => 1000 / ms),
  );
  note('peak memory of the engine', 'MB', [peak]);
  note('pack opened, words new', 'ms', [open.wall]);
  note('pack opened, words in the cache', 'ms', [warm.wall]);
  if (!textFeatures) {
    const words = { ...settings, product, device: 'cpu', progress: () => undefined } as const;
    const cold: number[] = [];
    mkdirSync(join(folder, 'words'));
    for (let i = 0; i < (name === 'mini' ? 5 : 1); i++) {
      const empty = new TextCache(join(folder, 'words', String(i)));
      cold.push((await cost(1, () => encodeWords(pack, { ...words, cache: empty }))).wall);
    }
    note(`${PROMPTS} prompts, new`, 'ms', cold);
    const cached: number[] = [];
    for (let i = 0; i < 20; i++)
      cached.push((await cost(1, () => encodeWords(pack, { ...words, cache }))).wall);
    note(`${PROMPTS} prompts, from the cache`, 'ms', cached);
  }
  return found;
}
