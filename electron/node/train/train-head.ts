// Trains an SDP+ head from beginning to end: checks the data, computes features once, trains, writes head and record.
// Runs in Node: the command line calls it, and a background process of the workstation can. Specification § C.
import { constants } from 'node:fs';
import { access, mkdir, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { SdpPlusHead } from '../../../models/clip-ad/head.ts';
import { STAGES } from '../../../models/clip-ad/vision-graph.ts';
import { LoupeError } from '../../../models/errors.ts';
import { openPack, type OpenedPack } from '../../../models/packs/open.ts';
import { initialHead, writeHead } from '../../../models/train/new-head.ts';
import { splitForValidation } from '../../../models/train/plan.ts';
import type { OnnxOptions } from '../engine/onnx.ts';
import { openHead, resolveSettings, type Settings } from '../engine/settings.ts';
import { TextCache } from '../engine/text-cache.ts';
import { encodeWords, readTextFeatures } from '../engine/text-features.ts';
import { defaultThreads } from '../engine/threads.ts';
import { writeFileSafely } from '../engine/write-file.ts';
import { BatchSource } from './batches.ts';
import { stopIfAborted } from './cancel.ts';
import { checkData, checkUnchanged, sha256, type CheckedImage } from './check-data.ts';
import { encodeFeatures, type Wanted } from './encode-features.ts';
import { FeatureCache } from './feature-cache.ts';
import { trainingRecord, type TrainingRecord } from './record.ts';
import type { TrainingEvents, TrainingRequest } from './request.ts';
import { Checkpoint, newState, type Fingerprint, type TrainingState } from './state.ts';
import { StepRunner, type StepSizes } from './step-runner.ts';
import { train } from './trainer.ts';

export interface TrainedHead {
  readonly file: string;
  readonly recordFile: string;
  readonly record: TrainingRecord;
  /** Photographs whose features were computed now; the others came from the cache. */
  readonly encoded: number;
}

/** Everything about a training but the data. */
interface Setup {
  readonly pack: OpenedPack;
  readonly settings: Settings;
  readonly onnx: Required<Omit<OnnxOptions, 'runtime'>>;
  readonly sizes: StepSizes;
  /** The head to begin with, and the hash of its file. */
  readonly head: SdpPlusHead;
  readonly fromSha256: string | null;
}

/** Where the record and the checkpoint of a head lie: beside it. */
export const besideHead = (out: string): { record: string; checkpoint: string } => {
  const stem = out.replace(/\.safetensors$/i, '');
  return { record: `${stem}.training.json`, checkpoint: `${stem}.checkpoint` };
};

/**
 * Trains and writes the head, its record first. Nothing that was there is touched before the training is complete. Started
 * again with the same request after a stop or a kill, it goes on where the checkpoint is and ends with the same bytes.
 *
 * @throws the errors of packs, heads, texts, photographs and devices; `train.*`; `output.failed`; `usage`
 */
export async function trainHead(
  request: TrainingRequest,
  events: TrainingEvents = {},
  signal: AbortSignal = new AbortController().signal,
): Promise<TrainedHead> {
  const ms: Record<string, number> = {};
  const timed = async <T>(stage: string, work: () => Promise<T>): Promise<T> => {
    const start = performance.now();
    const result = await work();
    ms[stage] = Math.round(performance.now() - start);
    return result;
  };
  const { settings } = request;
  await checkWritable(request.out);
  const setup = await prepare(request);
  const { sizes, onnx } = setup;
  const report = (stage: 'checking' | 'words' | 'features') => (done: number, total: number) =>
    events.progress?.(stage, done, total);

  const images = await timed('checking', () =>
    checkData(request.categories, sizes.mapSize, report('checking'), signal),
  );
  const texts = await timed('words', () => textsOf(request, setup, report('words'), signal));
  const split = splitForValidation(
    images.map(({ category, defective }) => `${category} ${defective}`),
    settings.validation,
    settings.seed,
  );
  const cache = openCache(request, setup);
  const wanted = wantedFeatures(images, split.train, settings.flip);
  await cache.reserve(wanted);
  const encoded = await timed('features', () =>
    encodeFeatures(wanted, cache, setup.pack, { ...setup.settings, ...onnx }, report('features'), signal),
  );

  const { record: recordFile, checkpoint: checkpointFile } = besideHead(request.out);
  if (request.restart) await rm(checkpointFile, { force: true });
  const fingerprint = fingerprintOf(request, setup, images, texts);
  const checkpoint = new Checkpoint(checkpointFile, fingerprint);
  const state = await begin(setup.head, checkpoint, events);
  const source = new BatchSource(images, cache, texts, sizes);
  const runner = await StepRunner.open(sizes, onnx);
  let head: SdpPlusHead;
  try {
    const parts = { runner, source, checkpoint, split, settings };
    head = await timed('training', () => train(state, parts, events, signal));
  } finally {
    runner.dispose();
  }
  await checkUnchanged(images);

  const { pack, fromSha256 } = setup;
  const { tap, rvs, imageSize } = setup.settings;
  const bytes = writeHead(head, {
    format: 'loupe sdp+ head 1',
    packId: pack.manifest.id,
    packVersion: pack.manifest.version,
    modelSha256: pack.modelSha256,
    tap,
    imageSize: String(imageSize),
    dataSha256: fingerprint.data,
  });
  const record = trainingRecord({
    request,
    pack,
    settings: { tap, rvs, imageSize },
    device: runner.device,
    threads: onnx.threads,
    images,
    split,
    counters: state.counters,
    dataSha256: fingerprint.data,
    headSha256: sha256(bytes),
    fromSha256,
    ms,
  });
  await writeFileSafely(recordFile, `${JSON.stringify(record, null, 2)}\n`);
  await writeFileSafely(request.out, bytes);
  await checkpoint.remove();
  return { file: request.out, recordFile, record, encoded };
}

/** Hours of work must not end in a folder that cannot be written. Throws `output.failed`. */
async function checkWritable(out: string): Promise<void> {
  const folder = dirname(resolve(out));
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LoupeError('output.failed', { path: out, reason }, { cause: error });
  }
}

async function prepare(request: TrainingRequest): Promise<Setup> {
  const { packFolder, tap, rvs, rvsProfile, imageSize, device = 'auto', from } = request;
  if (request.categories.length === 0)
    throw new LoupeError('usage', { reason: 'There is nothing to train on.' });
  const pack = await openPack(packFolder);
  const { embedDim, vision } = pack.manifest.architecture;
  const settings = await resolveSettings(pack, {
    packFolder,
    product: '',
    ...(from === undefined ? { method: 'sdp' } : { method: 'sdp+', head: from }),
    ...(tap !== undefined && { tap }),
    ...(rvs !== undefined && { rvs }),
    ...(rvsProfile !== undefined && { rvsProfile }),
    ...(imageSize !== undefined && { imageSize }),
  });
  const given = openHead(pack, settings);
  return {
    pack,
    settings,
    onnx: { device, threads: request.threads ?? defaultThreads() },
    sizes: {
      grid: settings.imageSize / vision.patch,
      width: vision.width,
      embedDim,
      mapSize: settings.imageSize,
    },
    head: given ?? initialHead({ width: vision.width, embedDim }, request.settings.seed),
    fromSha256: settings.head ? sha256(settings.head.bytes) : null,
  };
}

/** [2, D] per category; found in the cache where the same words were encoded before. */
async function textsOf(
  { categories, textFeatures, rvsProfile: asked }: TrainingRequest,
  { pack, settings: { rvs }, onnx, sizes }: Setup,
  progress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<Float32Array[]> {
  if (textFeatures !== undefined) {
    const features = await readTextFeatures(textFeatures, sizes.embedDim);
    return categories.map(() => features);
  }
  const cache = new TextCache();
  const texts: Float32Array[] = [];
  for (const { words: product, rvsProfile = 'default' } of categories) {
    stopIfAborted(signal);
    const options = { ...onnx, product, rvs, rvsProfile: asked ?? rvsProfile, cache, progress };
    texts.push(await encodeWords(pack, options));
  }
  return texts;
}

function openCache({ cache }: TrainingRequest, { pack, settings, onnx, sizes }: Setup): FeatureCache {
  const { architecture, preprocessing } = pack.manifest;
  const { tap, imageSize } = settings;
  const { device } = onnx;
  const model = JSON.stringify([pack.modelSha256, architecture, preprocessing, tap, imageSize, device]);
  return new FeatureCache(cache.folder, model, STAGES * sizes.grid ** 2 * sizes.width, cache.limit);
}

/** Each content once: two photographs may be the same file. Only what is learnt from is ever mirrored. */
function wantedFeatures(images: readonly CheckedImage[], train: readonly number[], flip: boolean): Wanted[] {
  const wanted = new Map<string, Wanted>();
  const want = ({ photograph }: CheckedImage, mirrored: boolean): void =>
    void wanted.set(`${photograph.sha256} ${mirrored}`, { photograph, sha256: photograph.sha256, mirrored });
  for (const image of images) want(image, false);
  for (const index of flip ? train : []) want(images[index]!, true);
  return [...wanted.values()];
}

function fingerprintOf(
  request: TrainingRequest,
  { pack, settings, onnx, head }: Setup,
  images: readonly CheckedImage[],
  texts: readonly Float32Array[],
): Fingerprint {
  const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array =>
    new Uint8Array(buffer, byteOffset, byteLength);
  const { tap, imageSize } = settings;
  return {
    model: sha256(JSON.stringify([pack.modelSha256, pack.manifest.architecture, tap, imageSize])),
    data: sha256(
      JSON.stringify(
        images.map(({ photograph, mask, category, defective }) => [
          photograph.sha256,
          mask?.sha256,
          category,
          defective,
        ]),
      ),
    ),
    words: sha256(...texts.map(bytesOf)),
    settings: sha256(JSON.stringify([request.settings, onnx])),
    beginning: sha256(...[...head.weight, ...head.bias].map(bytesOf)),
  };
}

async function begin(
  head: SdpPlusHead,
  checkpoint: Checkpoint,
  events: TrainingEvents,
): Promise<TrainingState> {
  const state = await checkpoint.load();
  if (!state) return newState(head);
  const { counters } = state;
  state.counters = { ...counters, resumed: counters.resumed + 1 };
  events.resumed?.({ epochs: counters.epoch, steps: counters.step });
  return state;
}
