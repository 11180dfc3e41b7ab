// The inspection model in memory: pixels and two text vectors in, heat map and raw scores out.
// Runs in the inference service (Node).
import { createHash } from 'node:crypto';
import { Tensor } from 'onnxruntime-node';
import { inspectGraph } from '../../../models/clip-ad/heat-graph.ts';
import { windowGraph } from '../../../models/clip-ad/window-graph.ts';
import { readVisionWeights, streamVisionWeights } from '../../../models/clip/weights.ts';
import { LoupeError } from '../../../models/errors.ts';
import type { OnnxModel } from '../../../models/onnx/graph.ts';
import { packWeights, type OpenedPack } from '../../../models/packs/open.ts';
import { openOnnx, type OnnxOptions, type OnnxSession } from './onnx.ts';
import { addsIn32Bits } from './processor.ts';
import type { Provider } from './providers.ts';
import { openHead, type Settings } from './settings.ts';
import type { TextFeatures } from './text-features.ts';

export interface RawResult {
  /** Row-major [mapSize, mapSize], all finite. */
  readonly heat: Float32Array;
  readonly score0: number;
  readonly score1: number;
  /** Embedding of the class token; window scoring has none. */
  readonly feature?: Float32Array;
}

/** Two sessions with the same key may use one network: the words come in as an input. */
export function networkKey(
  pack: OpenedPack,
  { method, tap, sigma, imageSize, head, comparison, precision }: Settings,
  { device, threads }: OnnxOptions,
): string {
  const headSha256 = head && createHash('sha256').update(head.bytes).digest('hex');
  return JSON.stringify([
    pack.modelSha256,
    pack.manifest.architecture,
    pack.manifest.preprocessing,
    method,
    tap,
    sigma,
    imageSize,
    headSha256,
    comparison === 'winclip', // plain CLIP is BASE with other words
    precision,
    { device, threads },
  ]);
}

export class Network {
  /** Sides of the square input and of the heat map in pixels. */
  readonly imageSize: number;
  readonly mapSize: number;
  readonly #session: OnnxSession;
  readonly #outputs: readonly string[];

  private constructor(imageSize: number, session: OnnxSession, hasFeature: boolean) {
    this.imageSize = imageSize;
    this.mapSize = imageSize;
    this.#session = session;
    this.#outputs = ['heat', 'score0', 'score1', ...(hasFeature ? ['feature'] : [])];
  }

  /**
   * Builds the graph from the pack's weights and loads it. Throws `weights.invalid`, `weights.mismatch`,
   * `head.invalid`, `device.unavailable`, `session.failed`.
   */
  static async open(pack: OpenedPack, settings: Settings, options: OnnxOptions): Promise<Network> {
    const session = await openOnnx(buildInspectModel(pack, settings), options);
    return new Network(settings.imageSize, session, settings.comparison !== 'winclip');
  }

  get device(): Provider {
    return this.#session.device;
  }

  /**
   * Inspects one photograph: `pixels` are RGB bytes [imageSize, imageSize, 3]. Blocks the thread. Throws
   * `session.failed`, also when the network answers with anything but finite numbers.
   */
  async run(pixels: Uint8Array, text: TextFeatures): Promise<RawResult> {
    const side = this.imageSize;
    const feeds = {
      image_u8: new Tensor('uint8', pixels, [1, side, side, 3]),
      text: new Tensor('float32', asColumns(text), [text.length / 2, 2]),
    };
    const { heat, score0, score1, feature } = await this.#session.run(feeds, this.#outputs);
    const scores = { score0: floats(score0)[0] ?? NaN, score1: floats(score1)[0] ?? NaN };
    const result = { heat: floats(heat), ...scores, ...(feature && { feature: floats(feature) }) };
    if (Number.isFinite(result.score0) && Number.isFinite(result.score1) && allFinite(result.heat)) {
      return result;
    }
    throw new LoupeError('session.failed', { reason: 'the model answered with values that are not finite' });
  }

  dispose(): void {
    this.#session.dispose();
  }
}

/**
 * The inspection model that the settings describe; its weights lie beside it and are the only copy. Throws
 * `precision.unsupported` for fp16.
 */
export function buildInspectModel(pack: OpenedPack, settings: Settings): OnnxModel {
  const { architecture, preprocessing } = pack.manifest;
  const head = openHead(pack, settings);
  const source = packWeights(pack);
  const { method, tap, sigma, imageSize, precision } = settings;
  if (precision === 'fp16') {
    const reason = 'Graphs with half precision are not built yet.';
    throw new LoupeError('precision.unsupported', { precision, device: '-', reason });
  }
  const common = {
    architecture,
    preprocessing,
    // 8-bit weights are made block by block. Window scoring uses each block three times and must have it stored once.
    weights:
      precision === 'int8' && settings.comparison === undefined
        ? streamVisionWeights(source, architecture)
        : readVisionWeights(source, architecture),
    method,
    tap,
    sigma,
    imageSize,
    arithmetic: precision === 'int8' && !addsIn32Bits() ? ('int8-reduced' as const) : precision,
  };
  if (settings.comparison === 'winclip') return windowGraph(common).toModel();
  return inspectGraph(head ? { ...common, head } : common).toModel();
}

const floats = (tensor: Tensor | undefined): Float32Array =>
  tensor?.data instanceof Float32Array ? tensor.data : new Float32Array();

/** Called for every map: a loop takes a tenth of what `every` takes. */
function allFinite(values: Float32Array): boolean {
  let sum = 0;
  for (const value of values) sum += value - value; // NaN − NaN and ∞ − ∞ are NaN
  return sum === 0;
}

/** Rows t_n, t_a → columns. */
function asColumns(text: TextFeatures): Float32Array {
  const dim = text.length / 2;
  return Float32Array.from({ length: text.length }, (_, i) => text[(i % 2) * dim + (i >> 1)] ?? NaN);
}
