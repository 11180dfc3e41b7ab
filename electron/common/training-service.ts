// What the training service can be asked, and what it reports while it works.
// Runs anywhere (types only); electron/node/service-{host,client}.ts carry them.
import type { TrainingSettings } from '../../models/train/plan.ts';
import type { Rvs, SessionOptions, Tap } from './inference-service.ts';
import type { Comparison, TrainingStage } from './training.ts';

export interface JobPart {
  readonly partId: number;
  readonly name: string;
  readonly path: string;
  readonly defective: boolean;
  /** PNG of the photograph's size; null for flawless parts. */
  readonly mask: string | null;
}

/** Everything that a training is made of; stored before it begins, so that it can be continued with the same numbers. */
export interface TrainingJob {
  /** Where head, record, checkpoint, calibration and heat maps of this training go. */
  readonly folder: string;
  /** How the run was inspected: what the new head is compared with. */
  readonly before: SessionOptions;
  readonly learnt: readonly JobPart[];
  /** Nothing is learnt from these: they show what the head is worth. */
  readonly aside: readonly JobPart[];
  readonly settings: TrainingSettings;
  readonly cache: { readonly folder: string; readonly limit: number };
  /** Of Loupe, for the record. */
  readonly version: string;
}

export interface TrainingOutcome {
  readonly head: { readonly file: string; readonly sha256: string };
  readonly calibration: { readonly file: string; readonly sha256: string };
  readonly record: { readonly file: string; readonly dataSha256: string; readonly modelSha256: string };
  /** What the head was trained for, and what the comparison used. */
  readonly tap: Tap;
  readonly rvs: Rvs;
  readonly sigma: number;
  readonly comparison: Comparison;
}

/** Requests of the training service: name → [argument, answer]. */
export interface TrainingApi {
  /** One at a time. Throws the errors of trainHead and of inspecting; `train.cancelled` after `training.stop`. */
  'training.run': [TrainingJob, TrainingOutcome];
  /** Answers at once; the training ends when what it has is in its checkpoint. */
  'training.stop': [null, null];
}
export interface TrainingEvents {
  'training.progress': { readonly stage: TrainingStage; readonly done: number; readonly total: number };
  'training.epoch': { readonly epoch: number; readonly loss: number };
}
