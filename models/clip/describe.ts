// What a checkpoint and its config say together → the model that they describe, with the reason for what had to be decided.
// Runs anywhere (pure TypeScript). Specification § B.6, § H.4 and Appendix 4.6.
import { LoupeError } from '../errors.ts';
import type { Activation, ClipArchitecture } from './architecture.ts';
import type { CheckpointFormat } from './checkpoint.ts';
import type { ModelConfig } from './config/settings.ts';
import type { TensorSource } from './tensor-source.ts';
import { measureTowers, type MeasuredTowers } from './towers.ts';
import type { WeightLayout } from './weights.ts';

export interface Evidence {
  readonly source: TensorSource;
  readonly format: CheckpointFormat;
  readonly layout: WeightLayout;
  /** Name of the checkpoint's file: some carry the activation. */
  readonly fileName: string;
  /** `name` is that of the config's file, or what the user called it. */
  readonly config?: { readonly name: string; readonly settings: ModelConfig } | undefined;
  /** What the user says it is. */
  readonly activation?: Activation | undefined;
}

export interface Description {
  readonly architecture: ClipArchitecture;
  /** Why this activation: a wrong one degrades the results without any error. */
  readonly activationReason: string;
  readonly notes: readonly string[];
}

/** Usual width of an attention head, where no config says otherwise. */
const HEAD_WIDTH = 64;
/** Buffers that only OpenAI's own files carry. */
const OPENAI_BUFFERS = ['input_resolution', 'context_length', 'vocab_size'];

/** Throws `weights.mismatch` when config and weights contradict each other or leave a size open. */
export function describeModel(evidence: Evidence): Description {
  const { source, layout, config } = evidence;
  const towers = measureTowers(source, layout);
  const notes = config ? compare(towers, config.name, config.settings) : [];
  const [activation, activationReason] = decideActivation(evidence);
  const { embedDim, vision, text } = towers;
  const heads = (tower: 'vision' | 'text', width: number): number =>
    decideHeads(tower, width, config?.settings[tower].heads);
  const architecture = {
    embedDim,
    activation,
    vision: { ...vision, heads: heads('vision', vision.width) },
    ...(text && { text: { ...text, heads: heads('text', text.width) } }),
  };
  return { architecture, activationReason, notes };
}

function decideHeads(tower: string, width: number, stated: number | undefined): number {
  const heads = stated ?? width / HEAD_WIDTH;
  if (Number.isInteger(heads) && width % heads === 0) return heads;
  throw mismatch(
    stated === undefined
      ? `the ${tower} tower is ${width} wide, which tells no number of heads; give the model's config`
      : `the config gives the ${tower} tower ${stated} heads, its width is ${width}`,
  );
}

function decideActivation(evidence: Evidence): readonly [Activation, string] {
  const { source, format, layout, fileName, config, activation } = evidence;
  if (activation) return [activation, 'as asked for'];
  if (config?.settings.activation) return [config.settings.activation, `stated by ${config.name}`];
  const name = [config?.name ?? '', fileName].find((text) => /quick-?_?gelu/i.test(text));
  if (name !== undefined) return ['quick_gelu', `by the name ${name}`];
  if (format === 'torchscript')
    return ['quick_gelu', 'a TorchScript archive, the form in which OpenAI publishes'];
  if (OPENAI_BUFFERS.every((buffer) => source.has(layout.prefix + buffer)))
    return ['quick_gelu', "the file has the buffers of OpenAI's models"];
  if (config)
    return [config.settings.defaultActivation, `${config.name} does not say; the default of its program`];
  if (layout.naming === 'hugging_face') return ['quick_gelu', 'no config found; the default of Hugging Face'];
  return ['gelu', 'no config found; the default of open_clip'];
}

/** Refuses a config that contradicts the weights, size by size. */
function compare(towers: MeasuredTowers, name: string, config: ModelConfig): string[] {
  const check = (what: string, stated: number | undefined, found: number): void => {
    if (stated !== undefined && stated !== found)
      throw mismatch(`${name} says ${what} ${stated}, the weights have ${found}`);
  };
  const { embedDim, vision, text } = towers;
  check('an embedding of', config.embedDim, embedDim);
  for (const key of ['width', 'layers', 'mlpWidth', 'patch'] as const) {
    check(`vision ${key}`, config.vision[key], vision[key]);
  }
  if (text) {
    for (const key of ['width', 'layers', 'mlpWidth', 'contextLength', 'vocabSize'] as const) {
      check(`text ${key}`, config.text[key], text[key]);
    }
  }
  const { imageSize = vision.imageSize } = config.vision;
  // The convolution leaves out the rest of an image that is no multiple of the patch.
  check('an image size of', imageSize - (imageSize % vision.patch), vision.imageSize);
  if (imageSize === vision.imageSize) return [];
  return [
    `${name} says ${imageSize} pixels, no multiple of the patch: photographs are scaled to ${vision.imageSize}`,
  ];
}

const mismatch = (reason: string): LoupeError => new LoupeError('weights.mismatch', { reason });
