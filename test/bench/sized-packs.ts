// The model packs that are measured: the bundled one, and random weights at the sizes of published CLIP models.
// Runs in Node. Random weights change no operation count; the packs stay in .cache/bench, 2 GB.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { freemem } from 'node:os';
import { join, resolve } from 'node:path';
import type { ClipArchitecture } from '../../models/clip/architecture.ts';
import { writeSafetensors, type NamedTensor } from '../../models/clip/safetensors-write.ts';
import { writeNpy } from '../../models/npy.ts';
import type { PackManifest } from '../../models/packs/manifest.ts';
import { writePack } from '../support/tiny-pack.ts';
import { randomClip, randomFloats, randomNumbers } from '../support/tiny-clip.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const MINI = join(ROOT, 'resources/packs/loupe-mini');
/** Raise the number when the packs are made in another way. */
const CACHE = join(ROOT, '.cache/bench/2');

interface Size {
  readonly architecture: ClipArchitecture | null;
  /** Photographs per round: about a second of work. */
  readonly perRound: number;
  readonly rounds: number;
  /** Bytes that must be free before it is made and measured. */
  readonly memory: number;
}

const vision = (width: number, layers: number, heads: number, patch: number, imageSize: number) => ({
  ...{ width, layers, heads, patch, imageSize },
  mlpWidth: 4 * width,
});
/** The words are cut by the bundled tokenizer; the size of the vocabulary changes nothing but one table. */
const text = (width: number, layers: number, heads: number) => ({
  ...{ width, layers, heads },
  mlpWidth: 4 * width,
  contextLength: 77,
  vocabSize: 1546,
});

export const SIZES: Readonly<Record<string, Size>> = {
  mini: { architecture: null, perRound: 24, rounds: 9, memory: 1e9 },
  'b16plus-240': {
    architecture: {
      embedDim: 640,
      activation: 'gelu',
      vision: vision(896, 12, 14, 16, 240),
      text: text(640, 12, 10),
    },
    perRound: 3,
    rounds: 5,
    memory: 5e9,
  },
  // Its text tower is left out: its words come from a file, as for a pack without a tokenizer.
  'l14-336': {
    architecture: { embedDim: 768, activation: 'quick_gelu', vision: vision(1024, 24, 16, 14, 336) },
    perRound: 1,
    rounds: 3,
    memory: 9e9,
  },
};

/** Why this size cannot be measured here; null when it can. */
export const tooLarge = ({ memory }: Size): string | null =>
  freemem() < memory
    ? `it wants ${(memory / 1e9).toFixed(0)} GB of memory, ${(freemem() / 1e9).toFixed(1)} GB are free`
    : null;

export interface SizedPack {
  readonly folder: string;
  /** Instead of words, where the pack has no text tower. */
  readonly textFeatures?: string;
}

/** The pack of a size, made when it is not there yet. */
export function sizedPack(name: string): SizedPack {
  const { architecture } = SIZES[name] ?? {};
  if (!architecture) return { folder: MINI };
  const folder = join(CACHE, name);
  const textFeatures = architecture.text ? {} : { textFeatures: join(folder, 'words.npy') };
  if (!existsSync(join(folder, 'pack.json'))) make(name, folder, architecture);
  return { folder, ...textFeatures };
}

const oneLayer = <T extends { readonly layers: number }>(tower: T): T => ({ ...tower, layers: 1 });
const BLOCK = /^(.*resblocks\.)0(\..*)$/;

/**
 * The numbers of the first layer, turned by one place from layer to layer: 300 million random ones would take minutes. Equal
 * layers would not do: ONNX Runtime keeps equal weights once, and the memory would be that of one layer.
 */
function turned(data: Float32Array, places: number): Float32Array {
  const out = new Float32Array(data.length);
  out.set(data.subarray(places));
  out.set(data.subarray(0, places), data.length - places);
  return out;
}

/** Random weights of an architecture. */
function randomTensors(architecture: ClipArchitecture): Map<string, NamedTensor> {
  const { vision, text } = architecture;
  const source = randomClip({
    ...architecture,
    vision: oneLayer(vision),
    ...(text ? { text: oneLayer(text) } : {}),
  });
  const tensors = new Map<string, NamedTensor>();
  for (const name of source.names()) {
    const tensor = { shape: source.shape(name), data: source.float32(name) };
    const [, before, after] = BLOCK.exec(name) ?? [];
    const layers = name.startsWith('visual.') ? vision.layers : (text?.layers ?? 0);
    if (before === undefined || after === undefined) tensors.set(name, tensor);
    else
      for (let i = 0; i < layers; i++)
        tensors.set(`${before}${i}${after}`, { ...tensor, data: turned(tensor.data, i) });
  }
  return tensors;
}

function make(name: string, folder: string, architecture: ClipArchitecture): void {
  const { files: _, ...mini } = JSON.parse(readFileSync(join(MINI, 'pack.json'), 'utf8')) as PackManifest;
  const { tokenizer, selfTest: _test, head: _head, ...common } = mini; // made for other weights
  const tensors = randomTensors(architecture);
  const quarter = architecture.vision.layers / 4;
  const manifest = {
    ...common,
    method: 'sdp',
    id: name,
    title: `Random weights, ${name}`,
    architecture,
    stages: [quarter, 2 * quarter, 3 * quarter, 4 * quarter],
    weights: { file: 'weights.safetensors', layout: 'open_clip' },
    ...(architecture.text && tokenizer ? { tokenizer } : {}),
  } as const;
  const merges = architecture.text && tokenizer ? tokenizer.file : null;
  writePack(folder, manifest, {
    'weights.safetensors': writeSafetensors(tensors),
    ...(merges ? { [merges]: readFileSync(join(MINI, merges)) } : {}),
  });
  const { embedDim } = architecture;
  const words = randomFloats(2 * embedDim, randomNumbers(7), 1 / Math.sqrt(embedDim));
  writeFileSync(join(folder, 'words.npy'), writeNpy(words, [2, embedDim]));
}
