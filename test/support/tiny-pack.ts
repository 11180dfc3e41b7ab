// Model packs for tests: a tiny CLIP with random weights, and the model of the reference data, each as a real pack folder.
// Runs in the tests (Node).
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClipArchitecture } from '../../models/clip/architecture.ts';
import { writeSafetensors, type NamedTensor } from '../../models/clip/safetensors-write.ts';
import type { TensorSource } from '../../models/clip/tensor-source.ts';
import type { PackManifest } from '../../models/packs/manifest.ts';
import { goldenBytes } from './golden.ts';
import { GOLDEN_CLIP, randomClip } from './tiny-clip.ts';

/** A new empty folder among the temporary files; the test removes it. */
export const temporaryFolder = (name = 'loupe-test'): string => mkdtempSync(join(tmpdir(), `${name}-`));

const tensorsOf = (source: TensorSource): Map<string, NamedTensor> =>
  new Map(source.names().map((name) => [name, { shape: source.shape(name), data: source.float32(name) }]));

type Overrides = Partial<Omit<PackManifest, 'files'>>;

/** Writes pack.json and the files with right sizes and hashes; returns the folder. */
export function writePack(
  folder: string,
  manifest: Omit<PackManifest, 'files'>,
  files: Readonly<Record<string, Uint8Array>>,
): string {
  mkdirSync(folder, { recursive: true });
  const listed = Object.entries(files).map(([path, bytes]) => {
    writeFileSync(join(folder, path), bytes);
    return { path, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
  });
  writeFileSync(join(folder, 'pack.json'), JSON.stringify({ ...manifest, files: listed }, null, 2));
  return folder;
}

const CALIBRATION = {
  score0: { lo: 0, hi: 1 },
  score1: { lo: -0.5, hi: 0.5 },
  heat: { lo: -0.5, hi: 0.5 },
  thresholds: { review: 0.4, reject: 0.6 },
};

const COMMON = {
  schema: 1,
  version: '1.0.0',
  licence: 'CC0-1.0',
  source: 'made by the tests',
  preprocessing: {
    mean: [0.48145466, 0.4578275, 0.40821073],
    std: [0.26862954, 0.26130258, 0.27577711],
  },
  tap: 'official',
  method: 'sdp',
  rvs: 'dbscan',
} as const;

const TINY: ClipArchitecture = {
  embedDim: 16,
  activation: 'gelu',
  vision: { width: 64, layers: 4, heads: 2, mlpWidth: 64, patch: 8, imageSize: 32 },
  text: { width: 32, layers: 1, heads: 1, mlpWidth: 32, contextLength: 96, vocabSize: 512 + 9 + 2 },
};

const MERGES = ['p h', 'ph o', 'pho t', 'phot o</w>', 'o f</w>', 't h', 'th e</w>', 'w i', 'wi th</w>'];

/**
 * A pack with random weights: its scores mean nothing, but everything about it is a pack like any other. `change` may
 * spoil the weights before they are hashed.
 */
export function writeTinyPack(
  folder: string,
  overrides: Overrides = {},
  change: (tensors: Map<string, NamedTensor>) => void = () => undefined,
): string {
  const manifest = {
    ...COMMON,
    id: 'tiny',
    title: 'Tiny random CLIP',
    architecture: TINY,
    stages: [1, 2, 3, 4],
    sigma: 2,
    calibration: { sdp: CALIBRATION },
    weights: { file: 'weights.safetensors', layout: 'open_clip' },
    tokenizer: { file: 'merges.txt' },
    ...overrides,
  } as const satisfies Omit<PackManifest, 'files'>;
  const tensors = tensorsOf(randomClip(TINY));
  change(tensors);
  return writePack(folder, manifest, {
    'weights.safetensors': writeSafetensors(tensors),
    'merges.txt': new TextEncoder().encode(`#version: 0.2\n${MERGES.join('\n')}\n`),
  });
}

/** Its text tower reads another vocabulary than any tokenizer here: the pack goes without. */
const { text: _text, ...GOLDEN_VISION } = GOLDEN_CLIP;

/** The model of the reference data (golden/clip) as a pack without a tokenizer, with its SDP+ head. */
export function writeGoldenPack(folder: string, overrides: Overrides = {}): string {
  const manifest = {
    ...COMMON,
    id: 'golden',
    title: 'Model of the reference data',
    architecture: GOLDEN_VISION,
    stages: [2, 4, 6, 8],
    sigma: 8,
    calibration: { sdp: CALIBRATION },
    weights: { file: 'weights.safetensors', layout: 'open_clip' },
    head: { file: 'head.safetensors' },
    ...overrides,
  } as const satisfies Omit<PackManifest, 'files'>;
  return writePack(folder, manifest, {
    'weights.safetensors': goldenBytes('clip/open_clip_model.safetensors'),
    'head.safetensors': goldenBytes('head/head.safetensors'),
  });
}
