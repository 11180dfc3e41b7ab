// The record beside a trained head: what it was trained on, with what, and how it went.
// Runs in Node.
import { env } from 'onnxruntime-node';
import type { OpenedPack } from '../../../models/packs/open.ts';
import type { Split } from '../../../models/train/plan.ts';
import type { Settings } from '../engine/settings.ts';
import type { CheckedImage } from './check-data.ts';
import type { TrainingRequest } from './request.ts';
import type { Counters } from './state.ts';

export interface RecordParts {
  readonly request: TrainingRequest;
  readonly pack: OpenedPack;
  readonly settings: Pick<Settings, 'tap' | 'rvs' | 'imageSize'>;
  readonly device: string;
  readonly threads: number;
  readonly images: readonly CheckedImage[];
  readonly split: Split;
  readonly counters: Counters;
  readonly dataSha256: string;
  readonly headSha256: string;
  /** SHA-256 of the head that it began with; null for random numbers. */
  readonly fromSha256: string | null;
  /** Wall-clock milliseconds of this process by stage of the work. */
  readonly ms: Readonly<Record<string, number>>;
}

export type TrainingRecord = ReturnType<typeof trainingRecord>;

/** Everything but `created`, `ms` and `resumed` is the same for the same training. */
export function trainingRecord(parts: RecordParts) {
  const { request, pack, settings, images, split, counters } = parts;
  const { id, version } = pack.manifest;
  const { epoch, step, curve, best, resumed } = counters;
  return {
    schema: 1,
    created: new Date().toISOString(),
    versions: { loupe: request.version, onnxruntime: env.versions.node ?? '', node: process.versions.node },
    head: { sha256: parts.headSha256, from: parts.fromSha256, epoch: best?.epoch ?? epoch },
    pack: { id, version, modelSha256: pack.modelSha256 },
    ...settings,
    device: parts.device,
    threads: parts.threads,
    settings: request.settings,
    categories: request.categories.map(({ name, words, rvsProfile = 'default' }, index) => ({
      name,
      words: request.textFeatures === undefined ? words : null,
      rvsProfile: request.textFeatures === undefined ? (request.rvsProfile ?? rvsProfile) : null,
      ...countImages(images, split, index),
    })),
    data: {
      sha256: parts.dataSha256,
      images: images.map(({ photograph, mask, defective, category }, i) => ({
        category: request.categories[category]?.name ?? '',
        path: photograph.path,
        sha256: photograph.sha256,
        defective,
        maskSha256: mask?.sha256 ?? null,
        validation: split.validation.includes(i),
      })),
    },
    steps: step,
    curve,
    resumed,
    ms: parts.ms,
  };
}

function countImages(images: readonly CheckedImage[], split: Split, category: number) {
  const count = (indices: readonly number[], defective: boolean): number =>
    indices.filter((i) => images[i]!.category === category && images[i]!.defective === defective).length;
  const counts = (indices: readonly number[]) => ({
    normal: count(indices, false),
    defective: count(indices, true),
  });
  return {
    train: counts(split.train),
    validation: counts(split.validation),
    /** Defects so small that nothing is left of them at the size of the model: learnt from as flawless. */
    vanished: images.filter((image) => image.category === category && image.target?.empty === true).length,
  };
}
