// Everything that a training knows in its middle, and how it survives a killed process: one file, written as a whole.
// Runs in Node.
import { readFile, rm } from 'node:fs/promises';
import { z } from 'zod';
import type { SdpPlusHead } from '../../../models/clip-ad/head.ts';
import { STAGES } from '../../../models/clip-ad/vision-graph.ts';
import { parseSafetensors } from '../../../models/clip/safetensors.ts';
import { writeSafetensors, type NamedTensor } from '../../../models/clip/safetensors-write.ts';
import { LoupeError } from '../../../models/errors.ts';
import { newMoments, type Moments } from '../../../models/train/adam.ts';
import { headTensors } from '../../../models/train/new-head.ts';
import { writeFileSafely } from '../engine/write-file.ts';

const FORMAT = 'loupe training checkpoint 1';

const loss = z.strictObject({ focal: z.number(), dice: z.number() });
const counters = z.strictObject({
  /** Complete epochs, and batches of the next one. */
  epoch: z.int().min(0),
  batch: z.int().min(0),
  /** Updates so far. */
  step: z.int().min(0),
  /** Sums over the images of the unfinished epoch. */
  sums: loss,
  curve: z.array(z.strictObject({ epoch: z.int(), train: loss, validation: loss.nullable() })),
  /** The epoch (from 1) whose head is kept, and its validation loss; null without images kept aside. */
  best: z.strictObject({ epoch: z.int(), loss: z.number() }).nullable(),
  /** How often it was continued after a stop. */
  resumed: z.int().min(0),
});
export type Counters = z.infer<typeof counters>;

export interface TrainingState {
  readonly head: SdpPlusHead;
  /** Of the weights and of the biases of each stage. */
  readonly moments: readonly { readonly weight: Moments; readonly bias: Moments }[];
  /** The head with the smallest validation loss so far. */
  bestHead: SdpPlusHead | null;
  counters: Counters;
}

/** Hashes of whatever decides the result, by what they are of. */
export type Fingerprint = Readonly<Record<'model' | 'data' | 'words' | 'settings' | 'beginning', string>>;

export const newState = (head: SdpPlusHead): TrainingState => ({
  head,
  moments: head.weight.map(({ length }, s) => ({
    weight: newMoments(length),
    bias: newMoments(head.bias[s]!.length),
  })),
  bestHead: null,
  counters: {
    epoch: 0,
    batch: 0,
    step: 0,
    sums: { focal: 0, dice: 0 },
    curve: [],
    best: null,
    resumed: 0,
  },
});

export const copyHead = ({ weight, bias }: SdpPlusHead): SdpPlusHead => ({
  weight: weight.map((w) => w.slice()),
  bias: bias.map((b) => b.slice()),
});

const momentsAsHead = (state: TrainingState, which: keyof Moments): SdpPlusHead => ({
  weight: state.moments.map(({ weight }) => weight[which]),
  bias: state.moments.map(({ bias }) => bias[which]),
});

export class Checkpoint {
  readonly #file: string;
  readonly #fingerprint: Fingerprint;

  constructor(file: string, fingerprint: Fingerprint) {
    this.#file = file;
    this.#fingerprint = fingerprint;
  }

  /** Throws `output.failed`; the checkpoint before is intact then. */
  async save(state: TrainingState): Promise<void> {
    const tensors = new Map<string, NamedTensor>();
    const put = (prefix: string, head: SdpPlusHead): void => {
      for (const [name, tensor] of headTensors(head)) tensors.set(prefix + name, tensor);
    };
    put('', state.head);
    put('first.', momentsAsHead(state, 'first'));
    put('second.', momentsAsHead(state, 'second'));
    if (state.bestHead) put('best.', state.bestHead);
    const metadata = {
      format: FORMAT,
      fingerprint: JSON.stringify(this.#fingerprint),
      counters: JSON.stringify(state.counters), // numbers come back bit by bit from JSON
    };
    await writeFileSafely(this.#file, writeSafetensors(tensors, metadata));
  }

  /**
   * The state of the training that was begun with the same fingerprint, or null when there is none. Throws
   * `train.checkpoint` when the file belongs to another training or is damaged.
   */
  async load(): Promise<TrainingState | null> {
    const bytes = await readFile(this.#file).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw this.#refusal(error instanceof Error ? error.message : String(error), error);
    });
    if (!bytes) return null;
    try {
      return this.#parse(new Uint8Array(bytes));
    } catch (error) {
      if (error instanceof LoupeError && error.code === 'train.checkpoint') throw error;
      throw this.#refusal('The file is damaged.', error);
    }
  }

  async remove(): Promise<void> {
    await rm(this.#file, { force: true });
  }

  #parse(bytes: Uint8Array): TrainingState {
    const source = parseSafetensors(bytes, this.#file);
    const { format, fingerprint = '', counters: stored = '' } = source.metadata;
    if (format !== FORMAT) throw this.#refusal('It is no checkpoint of this version of Loupe.');
    const its = JSON.parse(fingerprint) as Partial<Fingerprint>;
    const differ = Object.entries(this.#fingerprint).filter(
      ([part, hash]) => its[part as keyof Fingerprint] !== hash,
    );
    if (differ.length > 0) {
      throw this.#refusal(
        `Since it was begun, this is different: ${differ.map(([part]) => part).join(', ')}.`,
      );
    }
    const stages = Array.from({ length: STAGES }, (_, s) => s);
    const head = (prefix: string): SdpPlusHead => ({
      weight: stages.map((s) => source.float32(`${prefix}fc.${s}.weight`)),
      bias: stages.map((s) => source.float32(`${prefix}fc.${s}.bias`)),
    });
    const [first, second] = [head('first.'), head('second.')];
    return {
      head: head(''),
      moments: stages.map((s) => ({
        weight: { first: first.weight[s]!, second: second.weight[s]! },
        bias: { first: first.bias[s]!, second: second.bias[s]! },
      })),
      bestHead: source.has('best.fc.0.weight') ? head('best.') : null,
      counters: counters.parse(JSON.parse(stored)),
    };
  }

  #refusal(reason: string, cause?: unknown): LoupeError {
    return new LoupeError('train.checkpoint', { path: this.#file, reason }, { cause });
  }
}
