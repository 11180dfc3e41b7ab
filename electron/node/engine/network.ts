// The inspection model in memory: pixels and two text vectors in, heat map and raw scores out.
// Runs in the inference service (Node).
import { createHash } from 'node:crypto';
import { Tensor } from 'onnxruntime-node';
import { buildInspectGraph } from '../../../models/clip-ad/heat-graph.ts';
import { buildWindowGraph } from '../../../models/clip-ad/window-graph.ts';
import { parseSafetensors } from '../../../models/clip/safetensors.ts';
import { readVisionWeights } from '../../../models/clip/weights.ts';
import { LoupeError } from '../../../models/errors.ts';
import type { OpenedPack } from '../../../models/packs/open.ts';
import { openOnnx, type OnnxOptions, type OnnxSession } from './onnx.ts';
import { addsIn32Bits } from './processor.ts';
import { openHead, type Settings } from './settings.ts';
import type { TextFeatures } from './text-features.ts';

export interface RawResult {
  /** Row-major [mapSize, mapSize], all finite. */
  readonly heat: Float32Array;
  readonly score0: number;
  readonly score1: number;
}

/** Two sessions with the same key may use one network: the words come in as an input. */
export function networkKey(
  pack: OpenedPack,
  { method, tap, sigma, imageSize, head, comparison, precision }: Settings,
  options: OnnxOptions,
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
    options,
  ]);
}

export class Network {
  /** Sides of the square input and of the heat map in pixels. */
  readonly imageSize: number;
  readonly mapSize: number;
  readonly #session: OnnxSession;

  private constructor(imageSize: number, session: OnnxSession) {
    this.imageSize = imageSize;
    this.mapSize = imageSize;
    this.#session = session;
  }

  /**
   * Builds the graph from the pack's weights and loads it. Throws `weights.invalid`, `weights.mismatch`,
   * `head.invalid`, `device.unavailable`, `session.failed`.
   */
  static async open(pack: OpenedPack, settings: Settings, options: OnnxOptions): Promise<Network> {
    return new Network(settings.imageSize, await openOnnx(buildInspectModel(pack, settings), options));
  }

  get device(): string {
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
    const { heat, score0, score1 } = await this.#session.run(feeds, ['heat', 'score0', 'score1']);
    const result = { heat: floats(heat), score0: floats(score0)[0] ?? NaN, score1: floats(score1)[0] ?? NaN };
    if (
      Number.isFinite(result.score0) &&
      Number.isFinite(result.score1) &&
      result.heat.every(Number.isFinite)
    ) {
      return result;
    }
    throw new LoupeError('session.failed', { reason: 'the model answered with values that are not finite' });
  }

  dispose(): void {
    this.#session.dispose();
  }
}

/** The ONNX bytes of the inspection model that the settings describe. Throws `precision.unsupported` for fp16. */
export function buildInspectModel(pack: OpenedPack, settings: Settings): Uint8Array {
  const { architecture, preprocessing, weights } = pack.manifest;
  const head = openHead(pack, settings);
  const source = parseSafetensors(pack.bytes(weights.file), weights.file);
  const { method, tap, sigma, imageSize, precision } = settings;
  if (precision === 'fp16') {
    const reason = 'Graphs with half precision are not built yet.';
    throw new LoupeError('precision.unsupported', { precision, device: '-', reason });
  }
  const common = {
    architecture,
    preprocessing,
    weights: readVisionWeights(source, architecture),
    method,
    tap,
    sigma,
    imageSize,
    arithmetic: precision === 'int8' && !addsIn32Bits() ? ('int8-reduced' as const) : precision,
  };
  if (settings.comparison === 'winclip') return buildWindowGraph(common);
  return buildInspectGraph(head ? { ...common, head } : common);
}

const floats = (tensor: Tensor | undefined): Float32Array =>
  tensor?.data instanceof Float32Array ? tensor.data : new Float32Array();

/** Rows t_n, t_a → columns. */
function asColumns(text: TextFeatures): Float32Array {
  const dim = text.length / 2;
  return Float32Array.from({ length: text.length }, (_, i) => text[(i % 2) * dim + (i >> 1)] ?? NaN);
}
