// Which precision may run where, and the proof that 8-bit weights give nearly the maps of float32 before they are used.
// Runs in the inference service (Node). Specification § H.6.
import { cpus } from 'node:os';
import { env } from 'onnxruntime-node';
import { LoupeError } from '../../../models/errors.ts';
import type { OpenedPack } from '../../../models/packs/open.ts';
import type { Device, Precision, PrecisionLoss } from '../../common/inference-service.ts';
import { Network, networkKey, type RawResult } from './network.ts';
import type { OnnxOptions } from './onnx.ts';
import type { Settings } from './settings.ts';
import type { TextCache } from './text-cache.ts';
import type { TextFeatures } from './text-features.ts';

/**
 * What is allowed. Trained and random towers stay at a few hundredths of the spread; a tower with a few huge activations, which
 * one step for all of them rounds away, is far above. score0 is steep where the two texts are equally near (temperature
 * 100): loupe-mini moves by 0.035 at most on real photographs, with no loss in AUROC.
 */
export const LOSS_LIMIT: PrecisionLoss = { map: 0.15, score0: 0.1 };

/** Raise it when int8 graphs are built in another way: what was found about the old ones no longer holds. */
const FORMAT = 'int8 check 1';

/**
 * The device on which a session of this precision runs. int8 kernels are those of the processor, so `auto` means it.
 * Throws `precision.unsupported`: int8 elsewhere, and fp16, which the processor would only convert back (it is slower
 * than fp32 there) and which has not been proven on any GPU yet.
 */
export function deviceFor(precision: Precision, device: Device): Device {
  if (precision === 'fp32') return device;
  if (precision === 'int8' && (device === 'auto' || device === 'cpu')) return 'cpu';
  const reason =
    precision === 'int8'
      ? 'The 8-bit kernels are those of the processor.'
      : 'Half precision pays on a GPU alone, and no provider of this version has been proven with it.';
  throw new LoupeError('precision.unsupported', { precision, device, reason });
}

/** What `b` loses against `a`. Infinite where the map of `a` is flat and `b` differs. */
export function lossBetween(a: RawResult, b: RawResult): PrecisionLoss {
  const { length } = a.heat;
  const mean = a.heat.reduce((sum, value) => sum + value, 0) / length;
  let [spread, difference] = [0, 0];
  a.heat.forEach((value, i) => {
    spread += (value - mean) ** 2;
    difference += ((b.heat[i] ?? NaN) - value) ** 2;
  });
  const map = difference === 0 ? 0 : Math.sqrt(difference / spread);
  const score0 = Math.abs(a.score0 - b.score0);
  return { map: Math.fround(map), score0: Math.fround(score0) }; // as the cache gives them back
}

/** Throws `precision.loss`, also for NaN. */
export function requireSmall(loss: PrecisionLoss, pack: string): void {
  if (loss.map <= LOSS_LIMIT.map && loss.score0 <= LOSS_LIMIT.score0) return;
  throw new LoupeError('precision.loss', {
    pack,
    map: loss.map.toFixed(3),
    score0: loss.score0.toFixed(3),
    mapLimit: LOSS_LIMIT.map,
    score0Limit: LOSS_LIMIT.score0,
  });
}

/**
 * Compares int8 with fp32 with these settings and words on the test photograph; what was found is kept on the disk by
 * model, settings, words, runtime and processor. The two networks are in memory one after the other. Throws
 * `precision.loss` and what {@link Network.open} throws.
 */
export async function checkInt8(
  pack: OpenedPack,
  settings: Settings,
  onnx: OnnxOptions,
  text: TextFeatures,
  cache: TextCache,
): Promise<PrecisionLoss> {
  const runtime = [env.versions.node, cpus()[0]?.model ?? ''];
  const key = JSON.stringify([FORMAT, networkKey(pack, settings, onnx), runtime, [...text]]);
  const known = await cache.get(key, 2);
  if (known) {
    const loss = { map: known[0] ?? NaN, score0: known[1] ?? NaN };
    requireSmall(loss, pack.manifest.id);
    return loss;
  }
  const loss = await measureInt8(pack, settings, onnx, text);
  await cache.put(key, Float32Array.of(loss.map, loss.score0));
  requireSmall(loss, pack.manifest.id);
  return loss;
}

/** The comparison itself, whatever is known and however large it is. Throws what {@link Network.open} throws. */
export async function measureInt8(
  pack: OpenedPack,
  settings: Settings,
  onnx: OnnxOptions,
  text: TextFeatures,
): Promise<PrecisionLoss> {
  const once = async (precision: Precision): Promise<RawResult> => {
    const network = await Network.open(pack, { ...settings, precision }, onnx);
    try {
      return await network.run(testPhotograph(settings.imageSize), text);
    } finally {
      network.dispose();
    }
  };
  return lossBetween(await once('fp32'), await once('int8'));
}

/**
 * RGB bytes [side, side, 3]: a round part with a bevel on a dark, slightly uneven ground, with grain, a scratch and a spot,
 * so that there are flat places, edges and something to find.
 */
export function testPhotograph(side: number): Uint8Array {
  const pixels = new Uint8Array(side * side * 3);
  let noise = 1;
  for (let i = 0; i < side * side; i++) {
    const [x, y] = [(i % side) / side - 0.5, Math.floor(i / side) / side - 0.5];
    const radius = Math.hypot(x, y);
    noise = (Math.imul(noise, 1664525) + 1013904223) >>> 0;
    const grain = 16 * (noise / 2 ** 32 - 0.5);
    let light = 45 + 25 * x + grain;
    if (radius < 0.38) light = 150 + 35 * (x - y) + grain + (radius > 0.34 ? 40 : 0);
    if (radius < 0.1) light = 60 + grain;
    if (Math.abs(0.6 * x + y - 0.12) < 0.006 && x > 0.02 && x < 0.25) light = 235;
    if (Math.hypot(x + 0.2, y + 0.08) < 0.025) light = 70;
    pixels[3 * i] = light;
    pixels[3 * i + 1] = 0.95 * light;
    pixels[3 * i + 2] = 0.88 * light;
  }
  return pixels;
}
