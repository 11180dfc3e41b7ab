// Measures SDP+ training at the size of ViT-B/16+ 240: caching of features, an epoch, peak memory. `node test/bench/train.ts`
// Runs in Node, by hand; each part in a process of its own, random weights and photographs.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Tensor } from 'onnxruntime-node';
import { openOnnx } from '../../electron/node/engine/onnx.ts';
import { defaultThreads } from '../../electron/node/engine/threads.ts';
import { BatchSource } from '../../electron/node/train/batches.ts';
import { Bits } from '../../electron/node/train/bits.ts';
import { checkData, type CheckedImage } from '../../electron/node/train/check-data.ts';
import { encode, encodeFeatures, openEncoder } from '../../electron/node/train/encode-features.ts';
import { FeatureCache } from '../../electron/node/train/feature-cache.ts';
import { Checkpoint, newState } from '../../electron/node/train/state.ts';
import { StepRunner } from '../../electron/node/train/step-runner.ts';
import { train } from '../../electron/node/train/trainer.ts';
import type { ClipArchitecture } from '../../models/clip/architecture.ts';
import { writeSafetensors, type NamedTensor } from '../../models/clip/safetensors-write.ts';
import { STAGES } from '../../models/clip-ad/vision-graph.ts';
import { GraphBuilder } from '../../models/onnx/graph.ts';
import type { OpenedPack } from '../../models/packs/open.ts';
import { initialHead } from '../../models/train/new-head.ts';
import { PAPER_PROTOCOL } from '../../models/train/plan.ts';
import { writeMask, writePhotograph } from '../support/photographs.ts';
import { PREPROCESSING, randomClip, randomFloats, randomNumbers } from '../support/tiny-clip.ts';

const B16_PLUS: ClipArchitecture = {
  embedDim: 640,
  activation: 'gelu',
  vision: { width: 896, layers: 12, heads: 14, mlpWidth: 3584, patch: 16, imageSize: 240 },
};
const SIZES = { grid: 15, width: 896, embedDim: 640, mapSize: 240 };
const LENGTH = STAGES * SIZES.grid ** 2 * SIZES.width;
const THREADS = Number(process.env.THREADS ?? defaultThreads());
const onnx = { device: 'cpu', threads: THREADS } as const;
const silent = (): void => undefined;
const never = new AbortController().signal;

const seconds = async (work: () => Promise<unknown>): Promise<number> => (await measured(work)).wall;

/** Wall-clock and processor seconds; the second one hardly depends on what else the computer does. */
async function measured(work: () => Promise<unknown>): Promise<{ wall: number; processor: number }> {
  const [start, used] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(used);
  return { wall: (performance.now() - start) / 1000, processor: (user + system) / 1e6 };
}
const peakMegabytes = (): number => Math.round(process.resourceUsage().maxRSS / 1024);

/** Photographs of 1000 x 1000 pixels through checking, encoder and cache, against the encoder alone. */
async function measureFeatures(folder: string): Promise<Record<string, number>> {
  const images = [];
  for (let i = 0; i < 16; i++) {
    const defective = i % 4 === 0;
    const path = await writePhotograph(join(folder, `${i}.png`), i, 1000, 1000);
    const mask = defective
      ? await writeMask(join(folder, `${i}_mask.png`), [100, 100, 400, 300], 1000, 1000)
      : null;
    images.push({ path, defective, mask });
  }
  const pack = randomPack();
  const settings = { tap: 'official', imageSize: 240, ...onnx } as const;
  const encoder = await openEncoder(pack, settings);
  const pixels = new Uint8Array(240 * 240 * 3).fill(100);
  const bare = (): Promise<number> =>
    seconds(async () => {
      for (let i = 0; i < images.length / 2; i++) await encode(encoder, pixels, 240);
    });
  await encode(encoder, pixels, 240);
  const before = await bare();
  let checked: CheckedImage[] = [];
  const category = { name: 'part', words: 'part', images };
  const checking = await seconds(async () => {
    checked = await checkData([category], 240, silent, never);
  });
  const wanted = checked.map(({ photograph }) => ({
    photograph,
    sha256: photograph.sha256,
    mirrored: false,
  }));
  const cache = new FeatureCache(folder, 'bench', LENGTH, 1e12);
  let opened = 0; // the session of encodeFeatures opens before its first photograph is done
  const start = performance.now();
  await encodeFeatures(
    wanted,
    cache,
    pack,
    settings,
    (done) => {
      if (done === 1) opened = performance.now() - start;
    },
    never,
  );
  const rest = (performance.now() - start - opened) / 1000;
  const after = await bare();
  encoder.dispose();
  return {
    'bare encoder, images/s': images.length / (before + after),
    'features into the cache, images/s': (images.length - 1) / rest,
    'opening the encoder and the first image, s': opened / 1000,
    'checking photographs and masks, images/s': images.length / checking,
    'peak memory with two encoders, MB': peakMegabytes(),
  };
}

function randomPack(): OpenedPack {
  const source = randomClip(B16_PLUS);
  const tensors = new Map(
    source
      .names()
      .map((name): [string, NamedTensor] => [
        name,
        { shape: source.shape(name), data: source.float32(name) },
      ]),
  );
  const bytes = writeSafetensors(tensors);
  const manifest = {
    architecture: B16_PLUS,
    preprocessing: PREPROCESSING,
    weights: { file: 'weights.safetensors', layout: 'open_clip' },
  };
  return { manifest, folder: '', modelSha256: 'bench', bytes: () => bytes } as unknown as OpenedPack;
}

/** One epoch from the cache, against the two matrix products that it cannot do without. */
async function measureEpoch(folder: string): Promise<Record<string, number>> {
  const count = 160;
  const cache = new FeatureCache(folder, 'bench', LENGTH, 1e12);
  const random = randomNumbers(1);
  const features = new Float16Array(randomFloats(LENGTH, random, 2));
  const target = Bits.from(new Uint8Array(240 * 240).fill(1, 9000, 12000), (value) => value > 0, 240);
  const images = Array.from({ length: count }, (_, i): CheckedImage => {
    const photograph = { path: `${i}`, sha256: `${i}`, size: 0, modified: 0 };
    return {
      photograph,
      mask: null,
      category: 0,
      defective: i % 2 === 0,
      target: i % 2 === 0 ? target : null,
    };
  });
  for (const { photograph } of images)
    await cache.put({ sha256: photograph.sha256, mirrored: false }, features);
  const source = new BatchSource(images, cache, [randomFloats(2 * SIZES.embedDim, random, 0.03)], SIZES);
  const runner = await StepRunner.open(SIZES, onnx);
  const fingerprint = { model: '', data: '', words: '', settings: '', beginning: '' };
  const epoch = async (): Promise<void> => {
    const checkpoint = new Checkpoint(join(folder, 'bench.checkpoint'), fingerprint);
    const split = { train: images.map((_, i) => i), validation: [] };
    const settings = { ...PAPER_PROTOCOL, epochs: 1 };
    await train(newState(initialHead(SIZES, 1)), { runner, source, checkpoint, split, settings }, {}, never);
  };
  const products = await bareProducts();
  const run = [];
  for (const work of [() => products(count), epoch, () => products(count), epoch, () => products(count)]) {
    run.push(await measured(work));
  }
  const [before, epoch1, between, epoch2, after] = run;
  const scale = 1000 / count;
  const gemms = (of: 'wall' | 'processor'): number =>
    (scale * ((before![of] + after![of]) / 2 + between![of])) / 2;
  const epochs = (of: 'wall' | 'processor'): number => (scale * (epoch1![of] + epoch2![of])) / 2;
  return {
    'epoch of 1,000 images, s': epochs('wall'),
    'epoch of 1,000 images, processor s': epochs('processor'),
    'two bare matrix products per stage, s': gemms('wall'),
    'two bare products, processor s': gemms('processor'),
    'epoch / products': epochs('wall') / gemms('wall'),
    'epoch / products, processor': epochs('processor') / gemms('processor'),
    'peak memory, MB': peakMegabytes(),
  };
}

/** z = X·Wᵀ and zᵀ·X for batches of 8 and four stages, and nothing else. */
async function bareProducts(): Promise<(images: number) => Promise<void>> {
  const { grid, width, embedDim } = SIZES;
  const rows = 8 * grid * grid;
  const g = new GraphBuilder('products');
  const x = g.input('x', 'float32', [rows, width]);
  const z = g.node('Gemm', [x, g.input('w', 'float32', [embedDim, width])], { transB: 1 });
  g.output('g', g.node('Gemm', [z, x], { transA: 1 }), 'float32', [embedDim, width]);
  const session = await openOnnx(g.toBytes(), onnx);
  const random = randomNumbers(2);
  const feeds = {
    x: new Tensor('float32', randomFloats(rows * width, random), [rows, width]),
    w: new Tensor('float32', randomFloats(embedDim * width, random), [embedDim, width]),
  };
  return async (images) => {
    for (let i = 0; i < (images / 8) * STAGES; i++) await session.run(feeds, ['g']);
  };
}

const PARTS = { features: measureFeatures, epoch: measureEpoch };
const part = process.argv[2] as keyof typeof PARTS | undefined;
if (part) {
  const folder = mkdtempSync(join(tmpdir(), 'loupe-bench-'));
  try {
    for (const [name, value] of Object.entries(await PARTS[part](folder))) {
      console.log(`${name.padEnd(46)}${value.toFixed(2).padStart(10)}`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
} else {
  console.log(`ViT-B/16+ 240, ${THREADS} threads`);
  for (const name of Object.keys(PARTS)) {
    execFileSync(process.execPath, [import.meta.filename, name], { stdio: 'inherit' });
  }
}
