// Importing checkpoints: the same pack from every form of the same weights, and what a pack says about itself.
// Runs in Node (vitest).
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { buildInspectGraph } from '../../models/clip-ad/heat-graph.ts';
import { parseSafetensors } from '../../models/clip/safetensors.ts';
import { buildTextGraph } from '../../models/clip/text-graph.ts';
import { readTextWeights, readVisionWeights } from '../../models/clip/weights.ts';
import { importCheckpoint, type ImportOptions, type ImportReport } from '../../models/packs/import.ts';
import { openPack, type OpenedPack } from '../../models/packs/open.ts';
import { GOLDEN, hasGolden } from '../support/golden.ts';
import { GOLDEN_CLIP, goldenWeights, PREPROCESSING, randomClip } from '../support/tiny-clip.ts';
import {
  TINY_CHECKPOINT,
  TINY_MERGES,
  writeTinyCheckpoint,
  type Tensors,
} from '../support/tiny-checkpoint.ts';
import { temporaryFolder } from '../support/tiny-pack.ts';
import { pickle, tensor, torchFile, type Bytes } from '../support/torch-file.ts';

const root = temporaryFolder('loupe-import');
afterAll(() => rmSync(root, { recursive: true }));
let count = 0;
let folder = '';
beforeEach(() => mkdirSync((folder = join(root, String(count++)))));

const failure = (code: string, text: string): unknown =>
  expect.objectContaining({ code, message: expect.stringContaining(text) as string });
const writeTiny = (name = 'tiny.safetensors', change?: (tensors: Tensors) => void): string =>
  writeTinyCheckpoint(join(folder, name), change);
const writeJson = (name: string, value: unknown): void =>
  writeFileSync(join(folder, name), JSON.stringify(value));
const run = (source: string, options: Partial<ImportOptions> = {}): Promise<ImportReport> =>
  importCheckpoint({ source, out: join(folder, 'pack'), ...options });

const graphOf = (pack: OpenedPack): Uint8Array => {
  const { architecture, preprocessing, tap, method, sigma, weights } = pack.manifest;
  const source = parseSafetensors(pack.bytes(weights.file), 'pack');
  const vision = readVisionWeights(source, architecture);
  return buildInspectGraph({ architecture, preprocessing, weights: vision, tap, method, sigma });
};

const textGraphOf = (pack: OpenedPack): Uint8Array => {
  const { architecture, weights } = pack.manifest;
  const source = parseSafetensors(pack.bytes(weights.file), 'pack');
  return buildTextGraph({ architecture, weights: readTextWeights(source, architecture) });
};

describe.skipIf(!hasGolden)('the four forms of the reference model', () => {
  const FORMS = ['open_clip_model.safetensors', 'state_dict.pt', 'jit.pt', 'hf'];

  it('become packs that compute exactly the same', async () => {
    const packs: OpenedPack[] = [];
    for (const form of FORMS) {
      await run(join(GOLDEN, 'clip', form), { out: join(folder, form) });
      packs.push(await openPack(join(folder, form)));
    }
    expect(packs.map(({ manifest }) => manifest.architecture)).toEqual(FORMS.map(() => GOLDEN_CLIP));
    expect(packs.map(({ manifest }) => manifest.weights.layout)).toEqual([
      ...FORMS.slice(1).map(() => 'open_clip'),
      'hf',
    ]);

    const weights = readVisionWeights(goldenWeights(), GOLDEN_CLIP);
    const original = {
      architecture: GOLDEN_CLIP,
      preprocessing: PREPROCESSING,
      tap: 'official',
      method: 'sdp',
    } as const;
    const graph = Buffer.from(buildInspectGraph({ ...original, weights, sigma: 8 }));
    const textWeights = readTextWeights(goldenWeights(), GOLDEN_CLIP);
    const textGraph = Buffer.from(buildTextGraph({ architecture: GOLDEN_CLIP, weights: textWeights }));
    for (const pack of packs) {
      expect(graph.equals(graphOf(pack))).toBe(true); // the same bytes give the same numbers
      expect(textGraph.equals(textGraphOf(pack))).toBe(true);
    }
  });

  it('keep the stored types and lose the counters', async () => {
    const report = await run(join(GOLDEN, 'clip/jit.pt'));
    const pack = parseSafetensors(
      new Uint8Array(readFileSync(join(report.folder, 'model.safetensors'))),
      'pack',
    );
    expect(pack.dtype('visual.conv1.weight')).toBe('F16');
    expect(pack.dtype('visual.ln_pre.weight')).toBe('F32');
    expect(pack.has('logit_scale')).toBe(true);
    expect(pack.has('vocab_size')).toBe(false);
    const record = JSON.parse(readFileSync(join(report.folder, 'import.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    expect(record).toMatchObject({
      from: { file: 'jit.pt', bytes: 1746146, sha256: expect.stringMatching(/^5aa73f8f/) as string },
      format: 'torchscript',
      activation: { value: 'gelu', reason: 'stated by config.json' },
      leftOut: { count: 3, names: ['input_resolution', 'context_length', 'vocab_size'] },
    });
  });
});

describe('a pack', () => {
  it('says what is known, and honest defaults for the rest', async () => {
    const source = writeTiny('My Model.v2.safetensors');
    const { manifest, modelSha256, notes } = await run(source);
    expect(manifest).toMatchObject({
      id: 'my-model.v2',
      title: 'my-model.v2',
      licence: 'unknown',
      source: 'unknown',
    });
    expect(manifest).toMatchObject({
      stages: [1, 2, 3, 4],
      method: 'sdp',
      tap: 'official',
      rvs: 'dbscan',
      sigma: 8,
    });
    expect(manifest.architecture).toEqual(TINY_CHECKPOINT);
    expect(manifest.calibration.sdp?.score0).toEqual({ lo: 0, hi: 1 });
    expect(notes.join()).toContain('not calibrated');
    expect((await openPack(join(folder, 'pack'))).modelSha256).toBe(modelSha256);
    const labels = { id: 'mine', title: 'Mine', licence: 'MIT', sourceUrl: 'https://example.org/x' };
    const labelled = await run(source, { out: join(folder, 'labelled'), ...labels });
    expect(labelled.manifest).toMatchObject({
      id: 'mine',
      title: 'Mine',
      licence: 'MIT',
      source: labels.sourceUrl,
    });
    expect(labelled.modelSha256).toBe(modelSha256);
  });

  it('takes the name of the folder for files that every model calls the same', async () => {
    mkdirSync(join(folder, 'ViT-tiny'));
    copyFileSync(writeTiny(), join(folder, 'ViT-tiny/open_clip_model.safetensors'));
    expect((await run(join(folder, 'ViT-tiny'))).manifest.id).toBe('vit-tiny');
  });

  it('takes mean and standard deviation from the configs', async () => {
    writeTiny();
    const [mean, std] = [
      [0.5, 0.5, 0.5],
      [0.25, 0.25, 0.25],
    ];
    writeJson('preprocessor_config.json', { image_mean: mean, image_std: std });
    expect((await run(folder)).manifest.preprocessing).toEqual({ mean, std });
    writeJson('open_clip_config.json', {
      model_cfg: { vision_cfg: {} },
      preprocess_cfg: { mean: [0, 0, 0], std },
    });
    const other = await run(folder, { out: join(folder, 'other') });
    expect(other.manifest.preprocessing).toEqual({ mean: [0, 0, 0], std });
  });

  it('without a text tower serves text features only', async () => {
    const source = writeTiny('vision.safetensors', (tensors) => {
      for (const name of tensors.keys()) if (!name.startsWith('visual.')) tensors.delete(name);
    });
    const report = await run(source);
    expect(report.manifest.architecture.text).toBeUndefined();
    expect(report.tokenizerReason).toContain('no text tower');
  });

  it('is made of a file that a data-parallel training saved', async () => {
    const entries = randomClip(TINY_CHECKPOINT)
      .names()
      .map((name, i) => ({ name, key: String(i) }));
    const source = randomClip(TINY_CHECKPOINT);
    const item = ({ name, key }: { name: string; key: string }): [string, Bytes] => {
      const shape = source.shape(name);
      const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
      return [`module.${name}`, tensor({ key, length: source.float32(name).length, shape, strides })];
    };
    const { dict, text, int, named } = pickle;
    const value = dict(
      [text('epoch'), int(3)],
      [text('state_dict'), named(Object.fromEntries(entries.map(item)))],
    );
    const storages = Object.fromEntries(entries.map(({ name, key }) => [key, source.float32(name)]));
    writeFileSync(join(folder, 'epoch_3.pt'), torchFile(value, storages));
    const direct = await run(writeTiny(), { out: join(folder, 'direct') });
    const report = await run(join(folder, 'epoch_3.pt'));
    expect(report.modelSha256).toBe(direct.modelSha256);
  });
});

describe('the tokenizer', () => {
  it.each([
    ['merges.txt', TINY_MERGES],
    ['bpe_simple_vocab_16e6.txt.gz', gzipSync(TINY_MERGES)],
    ['tokenizer.json', JSON.stringify({ model: { merges: [['t', 'h']] } })],
    ['tokenizer.json', JSON.stringify({ model: { merges: ['t h'] } })],
  ])('is found as %s', async (name, content) => {
    writeTiny();
    writeFileSync(join(folder, name), content);
    const { manifest, tokenizerReason } = await run(folder);
    expect([manifest.tokenizer, tokenizerReason]).toEqual([{ file: 'merges.txt' }, name]);
    expect(readFileSync(join(folder, 'pack/merges.txt'), 'utf8')).toBe(TINY_MERGES);
  });

  it('is left out when it is not that of the model, unless the user insists on it', async () => {
    writeTiny();
    const merges = join(folder, 'merges.txt');
    writeFileSync(merges, '#version: 0.2\nt h\nth e\n');
    expect(await run(folder)).toMatchObject({
      tokenizerReason: expect.stringContaining('516 tokens') as string,
    });
    const again = { out: join(folder, 'again'), tokenizer: merges };
    await expect(run(folder, again)).rejects.toThrow(failure('data.invalid', '516 tokens'));
    writeFileSync(merges, TINY_MERGES);
    writeJson('vocab.json', { '<|startoftext|>': 0, '<|endoftext|>': 1 });
    await expect(run(folder, again)).rejects.toThrow(failure('data.invalid', 'vocab.json'));
    writeJson('vocab.json', { '<|startoftext|>': 513, '<|endoftext|>': 514 });
    expect((await run(folder, again)).manifest.tokenizer).toEqual({ file: 'merges.txt' });
    await expect(run(folder, { ...again, out: join(folder, 'x'), tokenizer: 'none.txt' })).rejects.toThrow(
      failure('data.folder_missing', 'none.txt'),
    );
  });
});
