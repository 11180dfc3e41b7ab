// Fills the feature cache: every photograph goes through the frozen encoder once, mirrored too where that is asked for.
// Runs in Node: the encoder blocks the thread, photographs are decoded meanwhile.
import { Tensor } from 'onnxruntime-node';
import { readVisionWeights } from '../../../models/clip/weights.ts';
import { LoupeError } from '../../../models/errors.ts';
import { packWeights, type OpenedPack } from '../../../models/packs/open.ts';
import { tokenGraph } from '../../../models/train/token-graph.ts';
import { openOnnx, type OnnxOptions, type OnnxSession } from '../engine/onnx.ts';
import { toModelSize } from '../engine/model-size.ts';
import type { Settings } from '../engine/settings.ts';
import { DECODE_LIMITS, decodeBytes } from '../image/decode.ts';
import { readPhotograph } from '../image/read-file.ts';
import { ahead } from './ahead.ts';
import { stopIfAborted } from './cancel.ts';
import { sha256, type CheckedFile } from './check-data.ts';
import type { FeatureCache, FeatureKey } from './feature-cache.ts';

/** Photographs under way: one is in the encoder, two are decoded meanwhile. */
const IN_FLIGHT = 3;

export interface Wanted extends FeatureKey {
  readonly photograph: CheckedFile;
}

export type EncoderSettings = Pick<Settings, 'tap' | 'imageSize'>;

/**
 * Computes the features that the cache does not hold. Throws `train.changed` when a photograph is not the one that was
 * checked, `train.cache`, the errors of decoding, `session.failed` also for features that float16 cannot hold.
 *
 * @returns how many had to be computed
 */
export async function encodeFeatures(
  wanted: readonly Wanted[],
  cache: FeatureCache,
  pack: OpenedPack,
  settings: EncoderSettings & OnnxOptions,
  progress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<number> {
  const missing: Wanted[] = [];
  let done = 0;
  const look = async (one: Wanted) => ({ one, known: (await cache.get(one)) !== null });
  progress(0, wanted.length);
  for await (const { one, known } of ahead(wanted, IN_FLIGHT, look)) {
    stopIfAborted(signal);
    if (!known) missing.push(one);
    else progress(++done, wanted.length);
  }
  if (missing.length === 0) return 0;
  const session = await openEncoder(pack, settings);
  try {
    const prepare = async (one: Wanted) => ({ one, pixels: await readPixels(one, settings.imageSize) });
    for await (const { one, pixels } of ahead(missing, IN_FLIGHT, prepare)) {
      stopIfAborted(signal);
      await cache.put(one, await encode(session, pixels, settings.imageSize));
      progress(++done, wanted.length);
    }
  } finally {
    session.dispose();
  }
  return missing.length;
}

/** The frozen part of the pack's vision tower. Throws `weights.*`, `device.unavailable`, `session.failed`. */
export function openEncoder(
  pack: OpenedPack,
  { tap, imageSize, ...onnx }: EncoderSettings & OnnxOptions,
): Promise<OnnxSession> {
  const { architecture, preprocessing } = pack.manifest;
  const weights = readVisionWeights(packWeights(pack), architecture);
  const graph = tokenGraph({ architecture, preprocessing, weights, tap, imageSize });
  return openOnnx(graph.toModel(), onnx);
}

async function readPixels({ photograph, mirrored }: Wanted, side: number): Promise<Uint8Array> {
  const { path } = photograph;
  const bytes = await readPhotograph(path, DECODE_LIMITS.bytes);
  if (sha256(bytes) !== photograph.sha256) {
    throw new LoupeError('train.changed', { path, reason: 'It is not the photograph that was checked.' });
  }
  const pixels = toModelSize(await decodeBytes(bytes, path), side);
  return mirrored ? mirror(pixels, side) : pixels;
}

/** RGB bytes [side, side, 3], left and right exchanged. */
function mirror(pixels: Uint8Array, side: number): Uint8Array {
  const out = new Uint8Array(pixels.length);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const from = (y * side + x) * 3;
      out.set(pixels.subarray(from, from + 3), (y * side + side - 1 - x) * 3);
    }
  }
  return out;
}

/** X of one photograph, [4, N, W], rounded to float16. */
export async function encode(session: OnnxSession, pixels: Uint8Array, side: number): Promise<Float16Array> {
  const { X } = await session.run({ image_u8: new Tensor('uint8', pixels, [1, side, side, 3]) }, ['X']);
  const features = new Float16Array(X!.data as Float32Array);
  const bits = new Uint16Array(features.buffer);
  for (const value of bits) {
    if ((value & 0x7c00) === 0x7c00) {
      throw new LoupeError('session.failed', {
        reason: 'the features are not finite, or too large for float16',
      });
    }
  }
  return features;
}
