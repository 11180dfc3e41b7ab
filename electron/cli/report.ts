// The table of an evaluation as text or CSV; report-html.ts makes a page of it.
// Runs anywhere.
import type { Comparison, RvsProfile, SessionInfo } from '../common/inference-service.ts';
import type { Example } from './examples.ts';
import { METRICS, meanMetrics, type Curves, type Metrics } from '../node/measure/measure.ts';
import type { ScoreKind } from './options.ts';
import { printable, table } from './output.ts';
import { publishedRows, type PublishedRows } from './published-rows.ts';

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

/** In the column `method` of a CSV; an empty cell in its row is a number that was not published. */
const PUBLISHED_METHOD = 'winclip_published';

const percent = (value: number | null): string => (value === null ? 'n/a' : (value * 100).toFixed(1));

const cells = (metrics: Metrics): string[] => METRICS.map(([name]) => percent(metrics[name]));

/** The mean of the chosen method over the categories where a metric is defined. */
export const meanCells = ({ categories }: Evaluation): string[] =>
  cells(meanMetrics(categories.map(({ metrics }) => metrics)));

/** The means of the comparisons by name, in the order in which they were asked for. */
function comparisonMeans({ categories }: Evaluation): [Comparison, Metrics][] {
  const names = categories[0]?.comparisons.map(([name]) => name) ?? [];
  return names.map((name) => [
    name,
    meanMetrics(categories.flatMap(({ comparisons }) => new Map(comparisons).get(name) ?? [])),
  ]);
}

/** What is published about these categories. In text and CSV it stands only beside other methods, where they were asked for. */
export const publishedOf = ({ categories }: Pick<Evaluation, 'categories'>): PublishedRows | null =>
  publishedRows(categories.map(({ category }) => category));
export const publishedBeside = (evaluation: Pick<Evaluation, 'categories'>): PublishedRows | null =>
  evaluation.categories.some(({ comparisons }) => comparisons.length > 0) ? publishedOf(evaluation) : null;

/**
 * Rows of text: head, for each category the method, its comparisons and what is published, the mean over the categories
 * where a metric is defined, the means of the others. A dash is a number that was not published.
 */
export function rows(evaluation: Evaluation, published: PublishedRows | null): string[][] {
  const { categories } = evaluation;
  const printed = (metrics: Metrics): string[] =>
    METRICS.map(([name]) => (metrics[name] === null ? '–' : percent(metrics[name])));
  const publishedRow = (heading: string, filler: string, metrics: Metrics | undefined): string[][] =>
    metrics ? [[heading, filler, filler, ...printed(metrics)]] : [];
  return [
    ['category', 'good', 'defect', ...METRICS.map(([, heading]) => heading)],
    ...categories.flatMap(({ category, normal, defective, metrics, comparisons }) => [
      [printable(category), String(normal), String(defective), ...cells(metrics)],
      ...comparisons.map(([name, other]) => [`  ${COMPARISON_NAMES[name]}`, '·', '·', ...cells(other)]),
      ...publishedRow(`  ${published?.method}`, '·', published?.of.get(category)),
    ]),
    ['mean', '', '', ...meanCells(evaluation)],
    ...comparisonMeans(evaluation).map(([name, mean]) => [
      `mean of ${COMPARISON_NAMES[name]}`,
      '',
      '',
      ...cells(mean),
    ]),
    ...publishedRow(`mean of ${published?.method}`, '', published?.mean),
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

export function textReport(evaluation: Evaluation): string {
  const published = publishedBeside(evaluation);
  const source = published ? `, – = not published\n${publishedNote(published)}` : '';
  return `${table(rows(evaluation, published))}\n\n${settingsLine(evaluation)}; values × 100, n/a = not defined${source}`;
}

/** Where the published rows come from, and what nobody can promise about them. */
export const publishedNote = ({ method, source, confidence }: PublishedRows): string =>
  `${method}: ${source} (confidence ${confidence}). Whether the photographs are the same, Loupe cannot know.`;

/** Fractions with six digits; in rows of means nothing is counted. Rows of a comparison name it in the column `method`. */
export function csvReport(evaluation: Evaluation): string {
  const { categories, info } = evaluation;
  const published = publishedBeside(evaluation);
  const value = (metric: number | null): string => (metric === null ? 'n/a' : metric.toFixed(6));
  const values = (metrics: Metrics): string[] => METRICS.map(([name]) => value(metrics[name]));
  const printed = (metrics: Metrics): string[] => METRICS.map(([name]) => metrics[name]?.toFixed(6) ?? '');
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
      const row = published?.of.get(category);
      return [
        line(info.method, metrics),
        ...comparisons.map(([name, other]) => line(name, other)),
        ...(row
          ? [[csvText(category), csvText(product), '', '', '', ...printed(row), PUBLISHED_METHOD]]
          : []),
      ];
    }),
    ['mean', '', '', '', '', ...values(meanMetrics(categories.map(({ metrics }) => metrics))), info.method],
    ...comparisonMeans(evaluation).map(([name, mean]) => ['mean', '', '', '', '', ...values(mean), name]),
    ...(published ? [['mean', '', '', '', '', ...printed(published.mean), PUBLISHED_METHOD]] : []),
  ];
  return lines.map((line) => `${line.join(',')}\r\n`).join('');
}

/** Quoted where needed; a leading quote mark keeps spreadsheets from running a name like "=1+1" as a formula. */
const csvText = (text: string): string => {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
};
