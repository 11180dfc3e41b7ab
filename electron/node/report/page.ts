// The report as one HTML page that needs nothing else and prints with page numbers: summary, every part, pictures, signatures.
// Runs in Node (command line).
import type { Run } from '../../common/domain.ts';
import type { Statistics } from '../../common/statistics.ts';
import { htmlTable, markup, tableRow } from './markup.ts';
import { heatPicture, MostTelling } from './pictures.ts';
import { plain, type ResultRow } from './rows.ts';
import { pageStyle } from './page-style.ts';
import { summaryHtml } from './summary-html.ts';

export interface ReportFrame {
  readonly dataFolder: string;
  readonly runs: readonly Run[];
  readonly statistics: Statistics;
  /** chainCode() of the moment that the numbers are of, and the whole hash. */
  readonly code: string;
  readonly head: string;
  /** UTC, ISO 8601. */
  readonly createdAt: string;
  readonly program: string;
  readonly author: string;
  /** At most so many pictures. */
  readonly pictures: number;
  /** It becomes a PDF: so long a table would be a book that nobody prints. */
  readonly paper: boolean;
}

/** More would be a book that nobody prints. */
const MOST_LISTED = 1000;

/** The columns that fit on paper; the others are in CSV and JSON Lines. */
const PRINTED = [
  ...['part', 'run', 'lot', 'name', 'inspected_at', 'score', 'machine', 'verdict', 'defect_kind', 'comment'],
  ...['judged_by', 'judged_at', 'chain_link', 'error'],
] as readonly (keyof ResultRow)[];

/** The page in pieces, so that a hundred thousand parts need no memory. */
export async function* reportPage(frame: ReportFrame, rows: Iterable<ResultRow>): AsyncGenerator<string> {
  const { runs, statistics, code, head, createdAt, program, author } = frame;
  const title = `Inspection report${runs.length === 1 ? `, run ${runs[0]?.id}` : ''}`;
  yield `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${markup(title)}</title>
<style>${pageStyle(code, 'landscape')}
</style>
<h1>${markup(title)}</h1>
<p>Made ${createdAt} (UTC) by ${markup(author)} with ${markup(program)}. All times are UTC.</p>
<p>Chain code <span class="code">${code}</span><br>
<span class="small">SHA-256 ${head}</span><br>
<span class="small">Checked before this report was made. "loupe history verify --code ${code}" tells whether a history still has this past.</span></p>
${runsTable(runs)}
${summaryHtml(statistics)}
<section><h2>Parts</h2>
<table class="list"><thead>${tableRow(
    PRINTED.map((column) => column.replaceAll('_', ' ')),
    'th',
  )}</thead><tbody>
`;
  const telling = new MostTelling(frame.pictures);
  let listed = 0;
  let left = 0;
  for (const row of rows) {
    telling.offer(row);
    if (frame.paper && listed >= MOST_LISTED) left++;
    else {
      listed++;
      yield `${tableRow(PRINTED.map((column) => plain(row[column])))}\n`;
    }
  }
  yield '</tbody></table>';
  if (left > 0)
    yield `<p>${left} more parts are in the counts above, but not listed here: all of them are in the export as CSV or JSON Lines.</p>`;
  yield '</section>\n<section><h2>Pictures</h2>\n';
  const chosen = telling.rows();
  if (chosen.length === 0) yield '<p>No part was judged NG or unsure, rejected or to be reviewed.</p>\n';
  else
    yield '<p class="small">NG first, then unsure, rejected, to review. Heat on the fixed scale of the run.</p>\n';
  for (const row of chosen) yield await figure(frame, row);
  yield `</section>
<section class="sign"><div>Inspected by, date</div><div>Reviewed by, date</div><div>Released by, date</div></section>
</html>
`;
}

function runsTable(runs: readonly Run[]): string {
  const head = [
    'Run',
    'Created',
    'State',
    'Lot',
    'Recipe',
    'Words',
    'Model pack',
    'Method',
    'Thresholds',
    'Device',
  ];
  const rows = runs.map((run) => [
    ...[String(run.id), run.createdAt, run.state, run.lot ?? ''],
    run.recipe ? `${run.recipe.name}, version ${run.recipe.version}` : '',
    ...[run.product, `${run.packId} ${run.packVersion} ${run.modelSha256.slice(0, 12)}`, run.method],
    ...[`${run.thresholds.review} / ${run.thresholds.reject}`, run.device],
  ]);
  return `<section><h2>Runs</h2>${htmlTable(head, rows)}</section>`;
}

async function figure({ dataFolder, runs }: ReportFrame, row: ResultRow): Promise<string> {
  const run = runs.find(({ id }) => id === row.run);
  const picture = run ? await heatPicture(dataFolder, run, row.position) : null;
  const words = [
    `part ${row.part}, run ${row.run}: ${row.name}`,
    `score ${plain(row.score)}, machine ${row.machine}, operator ${row.verdict ?? 'not judged'}`,
    row.defect_kind,
  ].filter((text) => text !== null);
  const caption = markup(words.join('; '));
  const image = picture
    ? `<img alt="${caption}" src="data:image/jpeg;base64,${Buffer.from(picture).toString('base64')}">`
    : '<p>The picture was not kept.</p>';
  return `<figure>${image}<figcaption>${caption}</figcaption></figure>\n`;
}
