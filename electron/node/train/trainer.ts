// The training itself: epochs of batches, one update of the four layers per batch, checkpoints on the way.
// Runs in Node. Specification § C.4.
import type { SdpPlusHead } from '../../../models/clip-ad/head.ts';
import { adamStep } from '../../../models/train/adam.ts';
import { epochBatches, type Split, type TrainingSettings, type Visit } from '../../../models/train/plan.ts';
import { ahead } from './ahead.ts';
import type { Batch, BatchSource } from './batches.ts';
import { stopIfAborted } from './cancel.ts';
import type { Loss, TrainingEvents } from './request.ts';
import { copyHead, type Checkpoint, type Counters, type TrainingState } from './state.ts';
import type { StepRunner } from './step-runner.ts';

/** What a kill costs at most. */
const CHECKPOINT_MS = 30_000;
/** The batch that is computed with and the one that is read meanwhile. */
const BATCHES = 2;

export interface TrainerParts {
  readonly runner: StepRunner;
  readonly source: BatchSource;
  readonly checkpoint: Checkpoint;
  readonly split: Split;
  readonly settings: TrainingSettings;
}

export const lossSum = ({ focal, dice }: Loss): number => focal + dice;
const plus = (a: Loss, b: Loss, times = 1): Loss => ({
  focal: a.focal + b.focal * times,
  dice: a.dice + b.dice * times,
});
const NONE: Loss = { focal: 0, dice: 0 };

const isOver = ({ epoch, best }: Counters, { epochs, patience }: TrainingSettings): boolean =>
  epoch >= epochs || (patience > 0 && best !== null && epoch - best.epoch >= patience);

/**
 * Trains `state` to the end and returns the head: that of the epoch with the smallest validation loss, or of the last epoch
 * when nothing was kept aside. Where it is stopped or killed, the checkpoint goes on with the same numbers.
 *
 * @throws `train.cancelled` after the checkpoint was saved, `train.diverged`, `train.cache`, `output.failed`
 */
export async function train(
  state: TrainingState,
  parts: TrainerParts,
  events: TrainingEvents,
  signal: AbortSignal,
): Promise<SdpPlusHead> {
  const { checkpoint, settings, split } = parts;
  while (!isOver(state.counters, settings)) {
    await trainEpoch(state, parts, events, signal);
    const { epoch, sums, curve } = state.counters;
    const train = plus(NONE, sums, 1 / split.train.length);
    const validation = await validate(state, parts, signal);
    const result = { epoch: epoch + 1, train, validation };
    const best = keepBest(state, epoch + 1, validation);
    state.counters = {
      ...state.counters,
      epoch: epoch + 1,
      batch: 0,
      sums: NONE,
      curve: [...curve, result],
      best,
    };
    await checkpoint.save(state);
    events.epoch?.(result);
  }
  return state.bestHead ?? state.head;
}

async function trainEpoch(
  state: TrainingState,
  { runner, source, checkpoint, split, settings }: TrainerParts,
  events: TrainingEvents,
  signal: AbortSignal,
): Promise<void> {
  const { epoch, batch: begun } = state.counters;
  const rest = epochBatches(split.train, settings, epoch).slice(begun);
  const total = split.train.length * settings.epochs;
  let saved = performance.now();
  const load = (visits: readonly Visit[]): Promise<Batch> => source.load(visits);
  for await (const batch of ahead(rest, BATCHES, load)) {
    if (signal.aborted) await checkpoint.save(state);
    stopIfAborted(signal);
    await update(state, batch, runner, settings.rate);
    const done =
      split.train.length * epoch + Math.min(state.counters.batch * settings.batch, split.train.length);
    events.progress?.('training', done, total);
    if (performance.now() - saved > CHECKPOINT_MS) {
      await checkpoint.save(state);
      saved = performance.now();
    }
  }
}

/** One step of each layer. All gradients come first: a step that fails leaves the state as it was. */
async function update(state: TrainingState, batch: Batch, runner: StepRunner, rate: number): Promise<void> {
  const { head, moments, counters } = state;
  const step = counters.step + 1;
  const results = [];
  for (const [s, stage] of batch.entries()) {
    results.push(await runner.step(stage, { weight: head.weight[s]!, bias: head.bias[s]! }));
  }
  let sums: Loss = counters.sums;
  for (const [s, { loss, gradient }] of results.entries()) {
    adamStep(head.weight[s]!, gradient.weight, moments[s]!.weight, step, rate);
    adamStep(head.bias[s]!, gradient.bias, moments[s]!.bias, step, rate);
    sums = plus(sums, loss, batch[s]!.size);
  }
  state.counters = { ...counters, batch: counters.batch + 1, step, sums };
}

/** The loss on the images kept aside, or null without such. */
async function validate(
  state: TrainingState,
  { runner, source, checkpoint, split, settings }: TrainerParts,
  signal: AbortSignal,
): Promise<Loss | null> {
  const { validation } = split;
  if (validation.length === 0) return null;
  const batches = epochBatches(validation, { ...settings, shuffle: false, flip: false }, 0);
  let sums = NONE;
  for await (const batch of ahead(batches, BATCHES, (visits) => source.load(visits))) {
    if (signal.aborted) await checkpoint.save(state);
    stopIfAborted(signal);
    for (const [s, stage] of batch.entries()) {
      const { head } = state;
      const loss = await runner.measure(stage, { weight: head.weight[s]!, bias: head.bias[s]! });
      sums = plus(sums, loss, stage.size);
    }
  }
  return plus(NONE, sums, 1 / validation.length);
}

function keepBest(state: TrainingState, epoch: number, validation: Loss | null): Counters['best'] {
  const { best } = state.counters;
  if (!validation) return null;
  const loss = lossSum(validation);
  if (best && best.loss <= loss) return best;
  state.bestHead = copyHead(state.head);
  return { epoch, loss };
}
