// The report of an evaluation as one page that needs nothing else: tables, published rows, curves, examples.
// Runs anywhere.
import { basename, dirname } from 'node:path';
import { chart } from './chart.ts';
import type { Example } from './examples.ts';
import { markup } from './markup.ts';
import { METRICS, type Curves } from '../node/measure/measure.ts';
import { printable } from './output.ts';
import { datasetOf, PUBLISHED, type PublishedTable } from './published.ts';
import {
  meanCells,
  publishedNote,
  publishedOf,
  rows,
  settingsLine,
  type CategoryResult,
  type Evaluation,
} from './report.ts';

const STYLE = `
  body { font: 14px/1.5 system-ui, sans-serif; margin: 32px; color: #222; max-width: 1200px; }
  table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: 12px 0 24px; }
  th, td { padding: 4px 12px; text-align: right; border-bottom: 1px solid #ddd; vertical-align: top; }
  th:first-child, td:first-child, .text { text-align: left; }
  thead th { white-space: nowrap; }
  tr.mean td { font-weight: 600; } tr.other td { color: #555; } tr.other td:first-child { padding-left: 28px; }
  tr.published td { color: #7a4a12; font-style: italic; } tr.published td:first-child { padding-left: 28px; }
  .own { background: #eef4fb; }
  h2 { margin-top: 40px; } h3 { margin: 28px 0 4px; }
  figure { display: inline-block; margin: 0 8px 8px 0; width: 240px; vertical-align: top; font-size: 12px; }
  figure img { max-width: 240px; max-height: 240px; display: block; }
  svg { margin-right: 16px; } svg text { font: 10px system-ui, sans-serif; fill: #555; }
  svg .title { font-weight: 600; fill: #222; }
  .grid { stroke: #e4e4e4; } .guess { stroke: #bbb; stroke-dasharray: 3 3; }
  .line { fill: none; stroke-width: 1.6; } .line0 { stroke: #1f5fa8; } .line1 { stroke: #b4540a; }
  svg .name0 { fill: #1f5fa8; } svg .name1 { fill: #b4540a; }`;

/** A complete HTML page; photographs are inside of it as JPEG. Values × 100, `n/a` where a metric is not defined. */
export function htmlReport(evaluation: Evaluation): string {
  const published = publishedOf(evaluation);
  const [head = [], ...body] = rows(evaluation, published);
  const cells = (values: readonly string[], tag: string): string =>
    values.map((value) => `<${tag}>${markup(value)}</${tag}>`).join('');
  const line = (values: readonly string[]): string => {
    const [name = '', counted] = values;
    const other = counted === '·' ? (name.trim() === published?.method ? 'published' : 'other') : '';
    const kind = counted === '' ? 'mean' : other;
    return `<tr${kind && ` class="${kind}"`}>${cells(values, 'td')}</tr>`;
  };
  const note = published ? ` – = not published. ${publishedNote(published)}` : '';
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Loupe evaluation</title>
<style>${STYLE}
</style>
<h1>Loupe evaluation</h1>
<p>${markup(settingsLine(evaluation))}. Values × 100; n/a = not defined.${markup(note)}</p>
<table>
<thead><tr>${cells(head, 'th')}</tr></thead>
<tbody>
${body.map(line).join('\n')}
</tbody>
</table>
<h2>Published</h2>
<p>${markup(whatIsComparable(evaluation))}</p>
${PUBLISHED.map((table) => publishedTable(table, evaluation)).join('\n')}
<h2>Categories</h2>
${evaluation.categories.map(categorySection).join('\n')}
</html>
`;
}

const sameDataset = ({ categories }: Evaluation): PublishedTable | undefined =>
  datasetOf(categories.map(({ category }) => category));

function whatIsComparable(evaluation: Evaluation): string {
  const table = sameDataset(evaluation);
  if (!table)
    return 'This is another data set than the published ones: the rows below show what the metrics look like there, and cannot be compared with the table above.';
  if (evaluation.categories.length < table.categories.length)
    return `These are ${evaluation.categories.length} of the ${table.categories.length} categories of ${table.dataset} by their names, so the means cannot be compared; the published rows are over all categories.`;
  return `The categories are those of ${table.dataset} by their names; whether the photographs are the same, Loupe cannot know.`;
}

function publishedTable(table: PublishedTable, evaluation: Evaluation): string {
  const published = table.rows.map(({ method, values, source, confidence }) => {
    const numbers = METRICS.map(([name]) => `<td>${values[name]?.toFixed(1) ?? '–'}</td>`).join('');
    return `<tr><td>${markup(method)}</td>${numbers}<td class="text">${confidence}</td><td class="text">${markup(source)}</td></tr>`;
  });
  const here =
    sameDataset(evaluation) === table
      ? `<tr class="own"><td>this evaluation</td>${meanCells(evaluation)
          .map((value) => `<td>${value}</td>`)
          .join('')}<td></td><td class="text">${evaluation.categories.length} categories</td></tr>`
      : '';
  const headings = METRICS.map(([, heading]) => `<th>${heading}</th>`).join('');
  return `<h3>${table.dataset}</h3>
<table>
<thead><tr><th>method</th>${headings}<th class="text">confidence</th><th class="text">source</th></tr></thead>
<tbody>
${[here, ...published].filter((text) => text !== '').join('\n')}
</tbody>
</table>`;
}

function categorySection({ category, normal, defective, failed, curves, examples }: CategoryResult): string {
  const lost = failed > 0 ? `, ${failed} failed` : '';
  return `<h3>${markup(printable(category))}</h3>
<p>${normal} good, ${defective} defective${lost}</p>
${charts(curves)}
${gallery('Most wrong', 'worst', examples)}
${gallery('Most right', 'best', examples)}`;
}

const charts = ({ image, pixel, pro }: Curves): string =>
  [
    chart(
      'ROC',
      'false-positive rate',
      'true-positive rate',
      [
        { name: 'image', curve: image?.roc ?? null },
        { name: 'pixel', curve: pixel?.roc ?? null },
      ],
      true,
    ),
    chart('PR', 'recall', 'precision', [
      { name: 'image', curve: image?.pr ?? null },
      { name: 'pixel', curve: pixel?.pr ?? null },
    ]),
    chart('PRO', 'false-positive rate', 'region overlap', [{ name: 'regions', curve: pro }], true),
  ].join('\n');

function gallery(title: string, kind: Example['kind'], examples: readonly Example[]): string {
  const chosen = examples.filter((example) => example.kind === kind);
  if (chosen.length === 0) return '';
  const figures = chosen.map(({ path, defective, score, jpeg }) => {
    const name = `${basename(dirname(path))}/${basename(path)}`;
    const words = `${defective ? 'defective' : 'good'}, score ${score.toFixed(3)}: ${printable(name)}`;
    const data = Buffer.from(jpeg).toString('base64');
    return `<figure><img alt="${markup(words)}" src="data:image/jpeg;base64,${data}"><figcaption>${markup(words)}</figcaption></figure>`;
  });
  return `<p><b>${title}</b> (heat on the scale of the session, true defect outlined)</p>\n${figures.join('\n')}`;
}
