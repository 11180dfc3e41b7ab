// Looks at a finished pack as the engine will: every file against its hash, every weight read, the graphs built.
// Runs in Node.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { buildInspectGraph } from '../clip-ad/heat-graph.ts';
import { STAGES } from '../clip-ad/vision-graph.ts';
import type { RandomAccess } from '../clip/random-access.ts';
import type { TensorSource } from '../clip/tensor-source.ts';
import { buildTextGraph } from '../clip/text-graph.ts';
import { openVisionWeights, readTextWeights, type BlockWeights } from '../clip/weights.ts';
import { LoupeError } from '../errors.ts';
import { openCheckpoint } from './checkpoint.ts';
import { openFile } from './file-access.ts';
import type { PackManifest } from './manifest.ts';
import { readManifest } from './open.ts';

const PIECE = 1 << 24;

/** SHA-256 of a file in lower-case hexadecimal. `onRead` is told the number of bytes so far, and may throw. */
export async function hashFile(file: RandomAccess, onRead: (bytes: number) => void): Promise<string> {
  const hash = createHash('sha256');
  for (let at = 0; at < file.size; at += PIECE) {
    const length = Math.min(PIECE, file.size - at);
    hash.update(file.read(at, length));
    onRead(at + length);
    await setImmediate(); // lets Ctrl-C in
  }
  return hash.digest('hex');
}

/**
 * Checks a pack without holding its files in memory, as opening it for inspection would. `onRead` is told the number of
 * bytes so far and in all, and may throw.
 *
 * @throws `pack.invalid`, `pack.hash_mismatch`, `weights.mismatch`, `weights.invalid` for values that are not finite
 */
export async function checkPack(
  folder: string,
  onRead: (done: number, total: number) => void,
): Promise<PackManifest> {
  const manifest = await readManifest(folder);
  const total = manifest.files.reduce((sum, { bytes }) => sum + bytes, 0);
  let before = 0;
  for (const { path, bytes, sha256 } of manifest.files) {
    const file = openFile(join(folder, path));
    try {
      const actual = await hashFile(file, (read) => onRead(before + read, total));
      before += bytes;
      if (actual !== sha256)
        throw new LoupeError('pack.hash_mismatch', { file: join(folder, path), expected: sha256, actual });
    } finally {
      file.close();
    }
  }
  const weights = openCheckpoint(join(folder, manifest.weights.file));
  try {
    checkModel(finiteOnly(weights, manifest.weights.file), manifest);
  } finally {
    weights.close();
  }
  return manifest;
}

/** Broken downloads and failed trainings show up as values that are not finite; they would turn every score into nothing. */
function finiteOnly(source: TensorSource, file: string): TensorSource {
  const float32 = (name: string): Float32Array => {
    const data = source.float32(name);
    if (data.every(Number.isFinite)) return data;
    throw new LoupeError('weights.invalid', {
      file,
      reason: `the tensor ${name} holds values that are not finite`,
    });
  };
  return { ...source, float32 };
}

/**
 * Reads all weights and builds the graphs, but with one block per stage: all blocks are alike, and the graph of a whole
 * ViT-L/14 would take another 1.2 GB.
 */
function checkModel(
  source: TensorSource,
  { architecture, preprocessing, tap, method, sigma }: PackManifest,
): void {
  checkVision();
  if (architecture.text) checkText();

  function checkVision(): void {
    const { frame, layers, block } = openVisionWeights(source, architecture);
    const blocks: BlockWeights[] = [];
    for (let i = 0; i < layers; i++) {
      const weights = block(i); // reads and checks every one of them
      if (i % (layers / STAGES) === 0) blocks.push(weights);
    }
    buildInspectGraph({ architecture, preprocessing, weights: { ...frame, blocks }, tap, method, sigma });
  }

  function checkText(): void {
    const weights = readTextWeights(source, architecture);
    buildTextGraph({ architecture, weights: { ...weights, blocks: weights.blocks.slice(0, 1) } });
  }
}
