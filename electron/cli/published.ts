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
  /** The only method whose numbers are published category by category; none are of CLIP-AD. */
  readonly winclip: ReadonlyMap<string, PublishedRow>;
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
const WINCLIP_SOURCE = 'README of a WinCLIP re-implementation, as its targets';
/** One category a line: image AUROC, pixel AUROC, image F1-max, pixel F1-max. */
const winclip = (lines: string): ReadonlyMap<string, PublishedRow> =>
  new Map(
    lines
      .trim()
      .split('\n')
      .map((line) => {
        const [name = '', ...numbers] = line.trim().split(/\s+/);
        const [imageAuroc = NaN, pixelAuroc = NaN, imageF1 = NaN, pixelF1 = NaN] = numbers.map(Number);
        const values: Numbers = [imageAuroc, imageF1, null, pixelAuroc, pixelF1, null, null];
        return [name, row('WinCLIP, published', values, WINCLIP_SOURCE, 'medium')];
      }),
  );
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
    winclip: winclip(`
      bottle       99.2  89.5  97.6  58.1
      cable        86.5  77.0  84.5  19.7
      capsule      72.9  86.9  91.4  21.7
      carpet        100  95.4  99.4  49.7
      grid         98.8  82.2  98.2  18.6
      hazelnut     93.9  94.3  89.7  37.6
      leather       100  96.7   100  39.7
      metal_nut    97.1  61.0  96.3  32.4
      pill         79.1  80.0  91.6  17.6
      screw        83.3  89.6  87.4  13.5
      tile          100  77.6  99.4  32.6
      toothbrush   87.5  86.9  87.9  17.1
      transistor   88.0  74.7  79.5  30.5
      wood         99.4  93.4  98.3  51.5
      zipper       91.5  91.6  92.9  34.4
    `),
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
    winclip: winclip(`
      candle       95.4  88.9  89.4  22.5
      capsules     85.0  81.6  83.9   9.2
      cashew       92.1  84.7  88.4  13.2
      chewinggum   96.5  93.3  94.8  41.1
      fryum        80.3  88.5  82.7  22.1
      macaroni1    76.2  70.9  74.2   7.0
      macaroni2    63.7  59.3  69.8   1.0
      pcb1         73.6  61.2  71.0   2.4
      pcb2         51.2  71.6  67.1   4.7
      pcb3         73.4  85.3  71.0  10.3
      pcb4         79.6  94.4  74.9  32.0
      pipe_fryum   69.7  75.4  80.7  12.3
    `),
  },
];

/** The table that is about these categories, when all of them belong to it by name. */
export const datasetOf = (categories: readonly string[]): PublishedTable | undefined =>
  PUBLISHED.find((table) => categories.every((name) => table.categories.includes(name)));
