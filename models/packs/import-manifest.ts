// The pack.json of an imported model: what is known about it, and honest defaults for what is not.
// Runs anywhere (pure TypeScript). Specification § B.1, B.3, B.4.
import type { Calibration } from '../clip-ad/calibration.ts';
import { STAGES } from '../clip-ad/vision-graph.ts';
import type { ClipArchitecture } from '../clip/architecture.ts';
import type { ColourScale } from '../clip/config/settings.ts';
import type { WeightLayout } from '../clip/weights.ts';
import { LoupeError } from '../errors.ts';
import { parseManifest, type PackManifest } from './manifest.ts';

/** What only the user knows. */
export interface Labels {
  /** Default: from the name of the checkpoint. */
  readonly id?: string | undefined;
  /** Default: the id. */
  readonly title?: string | undefined;
  /** Default: "unknown". */
  readonly licence?: string | undefined;
  /** Where the checkpoint came from. Default: "unknown". */
  readonly sourceUrl?: string | undefined;
}

export interface PackContents {
  readonly architecture: ClipArchitecture;
  readonly naming: WeightLayout['naming'];
  readonly colours: ColourScale | undefined;
  /** Names of files in the pack. */
  readonly weights: string;
  readonly tokenizer: string | null;
  readonly selfTest: string;
}

export type Draft = Omit<PackManifest, 'files'>;

/** CLIP's own; other models state theirs. */
const CLIP_COLOURS: ColourScale = {
  mean: [0.48145466, 0.4578275, 0.40821073],
  std: [0.26862954, 0.26130258, 0.27577711],
};
/** Pixels; the official code smooths with this one at every image size. */
const SIGMA = 8;
/**
 * Not measured: the probability as it is, and for the map the scale that the specification expects (§ B.3, up to about a
 * tenth). The engine takes the same for packs that say nothing.
 */
const UNCALIBRATED: Calibration = {
  score0: { lo: 0, hi: 1 },
  score1: { lo: -0.1, hi: 0.1 },
  heat: { lo: -0.1, hi: 0.1 },
  thresholds: { review: 0.5, reject: 0.7 },
};
const LABEL_FIELDS = ['id', 'title', 'licence', 'source'];

/** @param name of the checkpoint, without folder and ending */
export function draftManifest(name: string, labels: Labels, contents: PackContents): Draft {
  const { architecture, naming, colours = CLIP_COLOURS, weights, tokenizer, selfTest } = contents;
  const id = labels.id ?? packId(name);
  const stageEnd = (stage: number): number => (stage * architecture.vision.layers) / STAGES;
  return {
    schema: 1,
    id,
    version: '1.0.0',
    title: labels.title ?? id,
    licence: labels.licence ?? 'unknown',
    source: labels.sourceUrl ?? 'unknown',
    architecture,
    preprocessing: colours,
    stages: [stageEnd(1), stageEnd(2), stageEnd(3), stageEnd(4)],
    tap: 'official',
    method: 'sdp',
    sigma: SIGMA,
    rvs: 'dbscan',
    calibration: { sdp: UNCALIBRATED },
    weights: { file: weights, layout: naming === 'hugging_face' ? 'hf' : 'open_clip' },
    ...(tokenizer !== null && { tokenizer: { file: tokenizer } }),
    selfTest: { file: selfTest },
  };
}

/** A pack id that is as close to a name as the rules for ids allow. */
const packId = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .slice(0, 64)
    .replace(/^[._-]+|[._-]+$/g, '') || 'imported';

/**
 * The text of pack.json. Throws `usage` when a label breaks the rules for packs, `weights.invalid` when the model does.
 *
 * @param checkpoint for the error text
 */
export function manifestText(draft: Draft, files: PackManifest['files'], checkpoint: string): string {
  const text = `${JSON.stringify({ ...draft, files }, null, 2)}\n`;
  try {
    parseManifest(text, draft.id);
  } catch (error) {
    if (!(error instanceof LoupeError)) throw error;
    const reason = String(error.params.reason);
    throw LABEL_FIELDS.some((field) => reason.startsWith(`${field}:`))
      ? new LoupeError('usage', { reason: `The ${reason}.` }, { cause: error })
      : new LoupeError(
          'weights.invalid',
          { file: checkpoint, reason: `no pack can hold it: ${reason}` },
          { cause: error },
        );
  }
  return text;
}
