// From the parts that a person picked to the job of a training: who is learnt from, who is kept aside, how long it takes.
// Runs in the main process (Node).
import { PAPER_PROTOCOL, type TrainingSettings } from '../../../models/train/plan.ts';
import { randomFor, shuffled } from '../../../models/train/random.ts';
import { LoupeError } from '../../../models/errors.ts';
import { LEAST_PARTS } from '../../common/training.ts';
import type { JobPart } from '../../common/training-service.ts';

/** Share of the parts that nothing is learnt from. */
const ASIDE = 0.3;
/** Of flawless parts at least so many: fewer do not show how far flawless parts vary (models/clip-ad/calibrate.ts). */
const LEAST_ASIDE = { ok: 5, ng: 1 };
/** More say hardly more, and their maps would fill the memory. */
const MOST_ASIDE = 200;
/** After about so many steps of the paper's size the loss of a small set has settled. */
const STEPS = 240;
const EPOCHS = { least: 5, most: 60 };
const SEED = 42;

export interface Plan {
  readonly learnt: readonly JobPart[];
  readonly aside: readonly JobPart[];
  readonly settings: TrainingSettings;
}

/** The same parts are always kept aside in the same way. Throws `train.category` when there are too few. */
export function planTraining(product: string, parts: readonly JobPart[]): Plan {
  const ok = parts.filter(({ defective }) => !defective);
  const ng = parts.filter(({ defective }) => defective);
  if (ok.length < LEAST_PARTS.ok || ng.length < LEAST_PARTS.ng) {
    const needed = `${LEAST_PARTS.ok} parts marked OK and ${LEAST_PARTS.ng} marked NG with a mask`;
    const reason = `It takes at least ${needed}; there are ${ok.length} and ${ng.length}.`;
    throw new LoupeError('train.category', { category: product, reason });
  }
  const aside = new Set([...choose(ok, LEAST_ASIDE.ok, 'ok'), ...choose(ng, LEAST_ASIDE.ng, 'ng')]);
  const learnt = parts.filter((part) => !aside.has(part));
  const steps = Math.ceil(learnt.length / PAPER_PROTOCOL.batch);
  const epochs = Math.min(EPOCHS.most, Math.max(EPOCHS.least, Math.ceil(STEPS / steps)));
  return {
    learnt,
    aside: parts.filter((part) => aside.has(part)),
    settings: { ...PAPER_PROTOCOL, epochs, shuffle: true, seed: SEED },
  };
}

function choose(parts: readonly JobPart[], least: number, kind: string): JobPart[] {
  const count = Math.min(MOST_ASIDE, Math.max(least, Math.round(parts.length * ASIDE)));
  return shuffled(parts, randomFor(SEED, `kept aside of ${kind}`)).slice(0, count);
}
