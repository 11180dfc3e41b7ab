// Runs training steps of one stage in ONNX Runtime: a batch and a layer in, losses and gradients out.
// Runs in Node: it blocks the thread while a step runs.
import { Tensor } from 'onnxruntime-node';
import { LoupeError } from '../../../models/errors.ts';
import { buildStepGraph, type StepOptions } from '../../../models/train/step-graph.ts';
import { openOnnx, type OnnxOptions, type OnnxSession } from '../engine/onnx.ts';
import type { Loss } from './request.ts';

export type StepSizes = Omit<StepOptions, 'gradients'>;

/** One layer: `weight` [D, W], `bias` [D]. */
export interface Layer {
  readonly weight: Float32Array;
  readonly bias: Float32Array;
}

/** What a stage sees of a batch of B images. */
export interface StageBatch {
  readonly size: number;
  /** X, [B, N, W] */
  readonly tokens: Float32Array;
  /** [B, M, M], 0 or 1 */
  readonly target: Uint8Array;
  /** t_a - t_n of each image's category, [B, D] */
  readonly text: Float32Array;
}

const FINITE = 'the losses or gradients are not finite';

export class StepRunner {
  readonly #sizes: StepSizes;
  readonly #train: OnnxSession;
  readonly #measure: OnnxSession;

  private constructor(sizes: StepSizes, train: OnnxSession, measure: OnnxSession) {
    this.#sizes = sizes;
    this.#train = train;
    this.#measure = measure;
  }

  /** Throws `device.unavailable`, `session.failed`. */
  static async open(sizes: StepSizes, options: OnnxOptions): Promise<StepRunner> {
    const train = await openOnnx(buildStepGraph({ ...sizes, gradients: true }), options);
    const measure = await openOnnx(buildStepGraph({ ...sizes, gradients: false }), options);
    return new StepRunner(sizes, train, measure);
  }

  /** Where it runs: never `auto`. */
  get device(): string {
    return this.#train.device;
  }

  /** Losses and the gradient of their sum. Throws `train.diverged` when they are not finite, `session.failed`. */
  async step(batch: StageBatch, layer: Layer): Promise<{ loss: Loss; gradient: Layer }> {
    const outputs = ['focal', 'dice', 'weight_gradient', 'bias_gradient'];
    const results = await this.#train.run(this.#feeds(batch, layer), outputs);
    const [weight, bias] = [floats(results.weight_gradient), floats(results.bias_gradient)];
    // A single NaN or infinity makes the sum one too.
    if (!Number.isFinite(sum(weight) + sum(bias))) throw new LoupeError('train.diverged', { reason: FINITE });
    return { loss: lossOf(results), gradient: { weight, bias } };
  }

  /** Only the losses. Throws as {@link step}. */
  async measure(batch: StageBatch, layer: Layer): Promise<Loss> {
    return lossOf(await this.#measure.run(this.#feeds(batch, layer), ['focal', 'dice']));
  }

  dispose(): void {
    this.#train.dispose();
    this.#measure.dispose();
  }

  #feeds({ size, tokens, target, text }: StageBatch, { weight, bias }: Layer): Record<string, Tensor> {
    const { grid, width, embedDim, mapSize } = this.#sizes;
    return {
      tokens: new Tensor('float32', tokens, [size, grid * grid, width]),
      target: new Tensor('uint8', target, [size, mapSize, mapSize]),
      text: new Tensor('float32', text, [size, embedDim]),
      weight: new Tensor('float32', weight, [embedDim, width]),
      bias: new Tensor('float32', bias, [embedDim]),
    };
  }
}

const floats = (tensor: Tensor | undefined): Float32Array => tensor!.data as Float32Array;

function sum(values: Float32Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

function lossOf(results: Record<string, Tensor>): Loss {
  const [focal, dice] = [floats(results.focal)[0] ?? NaN, floats(results.dice)[0] ?? NaN];
  if (!Number.isFinite(focal + dice)) throw new LoupeError('train.diverged', { reason: FINITE });
  return { focal, dice };
}
