// Rows that were published about MVTec-AD and VisA, to lay beside a measurement, each with where it comes from.
// Runs anywhere (pure data). Specification § E.
import type { MetricName } from '../node/measure/measure.ts';

/** Of CLIP-AD's rows in the words of the specification; of others high = its own publication, medium = quoted elsewhere. */
type Confidence = 'high' | 'medium' | 'low';

interface PublishedRow {
  readonly method: string;
  /** × 100, as printed. */
  readonly values: Partial<Record<MetricName, number>>;
  readonly source: string;
  readonly confidence: Confidence;
}

export interface PublishedTable {
  readonly dataset: string;
  readonly categories: readonly string[];
  readonly rows: readonly PublishedRow[];
}

type Numbers = readonly (number | null)[];
const NAMES: readonly MetricName[] = [
  'image_auroc',
  'image_f1max',
  'image_ap',
  'pixel_auroc',
  'pixel_f1max',
  'pixel_ap',
  'pro_cflow200',
];
/** Image AUROC, F1-max, AP; pixel AUROC, F1-max, AP; PRO. */
const row = (method: string, numbers: Numbers, source: string, confidence: Confidence): PublishedRow => ({
  method,
  values: Object.fromEntries(NAMES.flatMap((name, i) => (numbers[i] == null ? [] : [[name, numbers[i]]]))),
  source,
  confidence,
});
const DERIVED = 'derived from the abstract, version';
const THIRD_PARTY = 'ACD-CLIP README; which variant is not stated, its pixel AP may be an F1-max';

export const PUBLISHED: readonly PublishedTable[] = [
  {
    dataset: 'MVTec-AD',
    categories:
      'bottle cable capsule carpet grid hazelnut leather metal_nut pill screw tile toothbrush transistor wood zipper'.split(
        ' ',
      ),
    rows: [
      row('CLIP-AD SDP', [null, null, null, null, 35.9, null, 75.3], `${DERIVED} 2 (± 0.1)`, 'high'),
      row('CLIP-AD SDP+', [null, null, null, null, 40.0, null, 85.1], `${DERIVED} 2 (± 0.1)`, 'high'),
      row('CLIP-AD, third party', [89.8, null, 95.3, 89.8, null, 40.0, null], THIRD_PARTY, 'low'),
      row('CLIP', [74.1, null, null, null, null, null, null], 'note quoting the AnomalyCLIP table', 'low'),
      row('WinCLIP', [91.8, 92.9, 96.5, 85.1, 31.7, null, 64.6], 'MuSc README', 'medium'),
      row('WinCLIP, re-implemented', [90.4, 92.7, 95.6, 82.3, 24.8, 18.2, 61.9], 'its README', 'high'),
      row('APRIL-GAN', [86.1, 90.4, 93.5, 87.6, 43.3, 40.8, 44.0], 'MuSc README', 'medium'),
      row('AnomalyCLIP', [91.5, null, 96.2, 91.1, null, 34.5, 81.4], 'MuSc and ACD-CLIP READMEs', 'medium'),
      row('AdaCLIP', [89.2, 90.6, null, 88.7, 43.4, null, null], 'its paper, table 1', 'high'),
    ],
  },
  {
    dataset: 'VisA',
    categories:
      'candle capsules cashew chewinggum fryum macaroni1 macaroni2 pcb1 pcb2 pcb3 pcb4 pipe_fryum'.split(' '),
    rows: [
      row('CLIP-AD SDP', [null, 80.0, null, null, 16.0, null, null], `${DERIVED} 1 (without RVS)`, 'medium'),
      row('CLIP-AD SDP+', [null, 80.9, null, null, 26.5, null, null], `${DERIVED} 1 (without RVS)`, 'medium'),
      row('CLIP-AD, third party', [79.8, null, 84.3, 95.0, null, 26.3, null], THIRD_PARTY, 'low'),
      row('CLIP', [66.4, null, null, null, null, null, null], 'note quoting the AnomalyCLIP table', 'low'),
      row('WinCLIP', [78.1, 79.0, 81.2, 79.6, 14.8, null, 56.8], 'MuSc README', 'medium'),
      row('WinCLIP, re-implemented', [75.5, 78.2, 78.7, 73.2, 9.0, 5.4, 51.0], 'its README', 'high'),
      row('APRIL-GAN', [78.0, 78.7, 81.4, 94.2, 32.3, 25.7, 86.8], 'MuSc README', 'medium'),
      row('AnomalyCLIP', [82.1, null, 85.4, 95.5, null, 21.3, 87.0], 'MuSc and ACD-CLIP READMEs', 'medium'),
      row('AdaCLIP', [85.8, 83.1, null, 95.5, 37.7, null, null], 'its paper, table 1', 'high'),
    ],
  },
];
