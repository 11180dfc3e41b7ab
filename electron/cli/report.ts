// The table of an evaluation as text, CSV or a page that needs nothing else.
// Runs anywhere.
import type { SessionInfo } from '../common/services.ts';
import { METRICS, meanMetrics, type Metrics } from './measure.ts';
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
}

export interface Evaluation {
  readonly categories: readonly CategoryResult[];
  readonly info: SessionInfo;
  readonly score: ScoreKind;
}

const percent = (value: number | null): string => (value === null ? 'n/a' : (value * 100).toFixed(1));

/** Rows of text: head, one per category, mean over the categories where a metric is defined. */
function rows({ categories }: Evaluation): string[][] {
  const cells = (metrics: Metrics): string[] => METRICS.map(([name]) => percent(metrics[name]));
  return [
    ['category', 'good', 'defect', ...METRICS.map(([, heading]) => heading)],
    ...categories.map(({ category, normal, defective, metrics }) => [
      printable(category),
      String(normal),
      String(defective),
      ...cells(metrics),
    ]),
    ['mean', '', '', ...cells(meanMetrics(categories.map(({ metrics }) => metrics)))],
  ];
}

/** What was measured: everything that decides the numbers. */
export function settingsLine({ info, score }: Evaluation): string {
  const { packId, packVersion, method, tap, rvs, sigma, device, modelSha256 } = info;
  return (
    `${packId} ${packVersion}, ${method}, tap ${tap}, rvs ${rvs}, sigma ${sigma}, ${device}, ${score} score, ` +
    `model ${modelSha256.slice(0, 12)}`
  );
}

export const textReport = (evaluation: Evaluation): string =>
  `${table(rows(evaluation))}\n\n${settingsLine(evaluation)}; values × 100, n/a = not defined`;

/** Fractions with six digits; an empty mean column tells nothing, so counts are left out there. */
export function csvReport({ categories }: Evaluation): string {
  const value = (metric: number | null): string => (metric === null ? 'n/a' : metric.toFixed(6));
  const values = (metrics: Metrics): string[] => METRICS.map(([name]) => value(metrics[name]));
  const lines = [
    ['category', 'product', 'normal', 'defective', 'failed', ...METRICS.map(([name]) => name)],
    ...categories.map(({ category, product, normal, defective, failed, metrics }) => [
      csvText(category),
      csvText(product),
      String(normal),
      String(defective),
      String(failed),
      ...values(metrics),
    ]),
    ['mean', '', '', '', '', ...values(meanMetrics(categories.map(({ metrics }) => metrics)))],
  ];
  return lines.map((line) => `${line.join(',')}\r\n`).join('');
}

/** Quoted where needed; a leading quote mark keeps spreadsheets from running a name like "=1+1" as a formula. */
const csvText = (text: string): string => {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
};

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escape = (text: string): string => text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? '');

export function htmlReport(evaluation: Evaluation): string {
  const [head = [], ...body] = rows(evaluation);
  const line = (cells: readonly string[], tag: 'td' | 'th'): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escape(cell)}</${tag}>`).join('')}</tr>`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Loupe evaluation</title>
<style>
  body { font: 14px/1.5 system-ui, sans-serif; margin: 32px; color: #222; }
  table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
  th, td { padding: 4px 12px; text-align: right; border-bottom: 1px solid #ddd; }
  th:first-child, td:first-child { text-align: left; }
  tr:last-child td { font-weight: 600; }
</style>
<h1>Loupe evaluation</h1>
<p>${escape(settingsLine(evaluation))}. Values × 100; n/a = not defined.</p>
<table>
<thead>${line(head, 'th')}</thead>
<tbody>
${body.map((cells) => line(cells, 'td')).join('\n')}
</tbody>
</table>
</html>
`;
}
