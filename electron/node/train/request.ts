// What a training is asked for, and what it tells while it runs.
// Runs anywhere (types only).
import type { TrainingSettings } from '../../../models/train/plan.ts';
import type { RvsProfile, SessionOptions } from '../../common/inference-service.ts';

export interface TrainingImage {
  readonly path: string;
  readonly defective: boolean;
  /** Path of the mask, of the photograph's size, everything but black = defect; null for flawless photographs. */
  readonly mask: string | null;
}

export interface TrainingCategory {
  readonly name: string;
  /** What the parts are called; ignored where text features are given. */
  readonly words: string;
  /** Parameters of RVS for its words, where the request names none: they follow the data set (Specification § A.3). */
  readonly rvsProfile?: RvsProfile;
  readonly images: readonly TrainingImage[];
}

/** What decides the numbers besides the data. Absent = what the pack recommends. */
export type TrainingEngine = Pick<
  SessionOptions,
  'packFolder' | 'tap' | 'rvs' | 'rvsProfile' | 'imageSize' | 'textFeatures' | 'device' | 'threads'
>;

export interface TrainingRequest extends TrainingEngine {
  readonly categories: readonly TrainingCategory[];
  readonly settings: TrainingSettings;
  /** Begin with this head instead of random numbers. */
  readonly from?: string;
  /** Where the new head goes (.safetensors); the record and the checkpoint of an unfinished training lie beside it. */
  readonly out: string;
  /** Throw the checkpoint of an unfinished training away. */
  readonly restart: boolean;
  /** Folder for the features of the photographs, and how many bytes all of them may take. */
  readonly cache: { readonly folder: string; readonly limit: number };
  /** For the record. */
  readonly version: string;
}

/** Sums over the four stages, means over the images. */
export interface Loss {
  readonly focal: number;
  readonly dice: number;
}

export interface EpochResult {
  /** From 1. */
  readonly epoch: number;
  /** Of the images that were learnt from, measured on the way. */
  readonly train: Loss;
  /** Of the images kept aside, at the end of the epoch; null without such. */
  readonly validation: Loss | null;
}

export interface TrainingEvents {
  /** `done` of `total`, in images (checking, features, training) or prompts (words). */
  readonly progress?: (stage: TrainingStage, done: number, total: number) => void;
  readonly epoch?: (result: EpochResult) => void;
  /** An unfinished training is continued after so many epochs and steps. */
  readonly resumed?: (at: { readonly epochs: number; readonly steps: number }) => void;
}

export type TrainingStage = 'checking' | 'words' | 'features' | 'training';
