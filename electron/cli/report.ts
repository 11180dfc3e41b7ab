// The table of an evaluation as text or CSV; report-html.ts makes a page of it.
// Runs anywhere.
import type { Comparison, RvsProfile, SessionInfo } from '../common/services.ts';
import type { Example } from './examples.ts';
import { METRICS, meanMetrics, type Curves, type Metrics } from '../node/measure/measure.ts';
import type { ScoreKind } from './options.ts';
import { printable, table } from './output.ts';

export interface CategoryResult {
  readonly category: string;
  readonly product: string;
  /** Photographs that were measured, normal and defective, and those that failed. */
  readonly normal: number;
  readonly defective: number;
  readonly failed: number;
  readonly metrics: Metrics;
  /** The same photographs by other methods, where they were asked for. */
  readonly comparisons: readonly (readonly [Comparison, Metrics])[];
  readonly curves: Curves;
  /** Only for a report that shows them. */
  readonly examples: readonly Example[];
}

export interface Evaluation {
  readonly categories: readonly CategoryResult[];
  readonly info: SessionInfo;
  readonly score: ScoreKind;
  readonly layout: 'mvtec' | 'visa';
  readonly rvsProfile: RvsProfile;
}

const COMPARISON_NAMES: Readonly<Record<Comparison, string>> = {
  clip: 'plain CLIP',
  winclip: 'windows (WinCLIP)',
};

const percent = (value: number | null): string => (value === null ? 'n/a' : (value * 100).toFixed(1));

/** The means of the comparisons by name, in the order in which they were asked for. */
function comparisonMeans({ categories }: Evaluation): [Comparison, Metrics][] {
  const names = categories[0]?.comparisons.map(([name]) => name) ?? [];
  return names.map((name) => [
    name,
    meanMetrics(categories.flatMap(({ comparisons }) => new Map(comparisons).get(name) ?? [])),
  ]);
}

/**
 * Rows of text: head, for each category the method and its comparisons, the mean over the categories where a metric is
 * defined, the means of the comparisons.
 */
export function rows(evaluation: Evaluation): string[][] {
  const { categories } = evaluation;
  const cells = (metrics: Metrics): string[] => METRICS.map(([name]) => percent(metrics[name]));
  return [
    ['category', 'good', 'defect', ...METRICS.map(([, heading]) => heading)],
    ...categories.flatMap(({ category, normal, defective, metrics, comparisons }) => [
      [printable(category), String(normal), String(defective), ...cells(metrics)],
      ...comparisons.map(([name, other]) => [`  ${COMPARISON_NAMES[name]}`, '·', '·', ...cells(other)]),
    ]),
    ['mean', '', '', ...cells(meanMetrics(categories.map(({ metrics }) => metrics)))],
    ...comparisonMeans(evaluation).map(([name, mean]) => [
      `mean of ${COMPARISON_NAMES[name]}`,
      '',
      '',
      ...cells(mean),
    ]),
  ];
}

/** What was measured: everything that decides the numbers. */
export function settingsLine({ info, score, layout, rvsProfile }: Evaluation): string {
  const {
    packId,
    packVersion,
    method,
    tap,
    rvs,
    sigma,
    mapSize,
    device,
    precision = 'fp32',
    modelSha256,
  } = info;
  const profile = rvs === 'dbscan' && rvsProfile === 'visa' ? ' (VisA profile)' : '';
  return (
    `${packId} ${packVersion}, ${method}, tap ${tap}, rvs ${rvs}${profile}, sigma ${sigma}, ${mapSize} px, ${device}, ${precision}, ` +
    `${score} score, ${layout === 'visa' ? 'VisA' : 'MVTec'} layout, model ${modelSha256.slice(0, 12)}`
  );
}

export const textReport = (evaluation: Evaluation): string =>
  `${table(rows(evaluation))}\n\n${settingsLine(evaluation)}; values × 100, n/a = not defined`;

/** Fractions with six digits; in rows of means nothing is counted. Rows of a comparison name it in the column `method`. */
export function csvReport(evaluation: Evaluation): string {
  const { categories, info } = evaluation;
  const value = (metric: number | null): string => (metric === null ? 'n/a' : metric.toFixed(6));
  const values = (metrics: Metrics): string[] => METRICS.map(([name]) => value(metrics[name]));
  const lines = [
    ['category', 'product', 'normal', 'defective', 'failed', ...METRICS.map(([name]) => name), 'method'],
    ...categories.flatMap(({ category, product, normal, defective, failed, metrics, comparisons }) => {
      const line = (method: string, of: Metrics): string[] => [
        csvText(category),
        csvText(product),
        String(normal),
        String(defective),
        String(failed),
        ...values(of),
        method,
      ];
      return [line(info.method, metrics), ...comparisons.map(([name, other]) => line(name, other))];
    }),
    ['mean', '', '', '', '', ...values(meanMetrics(categories.map(({ metrics }) => metrics))), info.method],
    ...comparisonMeans(evaluation).map(([name, mean]) => ['mean', '', '', '', '', ...values(mean), name]),
  ];
  return lines.map((line) => `${line.join(',')}\r\n`).join('');
}

/** Quoted where needed; a leading quote mark keeps spreadsheets from running a name like "=1+1" as a formula. */
const csvText = (text: string): string => {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
};
