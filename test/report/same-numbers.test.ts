// The printed report, the table and the lines say the same: read out of the PDF itself, and compared figure by figure.
// Runs in the tests (Node) with Debian's Chromium as the printer; without it, it is skipped, and says so.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromium, type Browser } from 'playwright-core';
import { rateText } from '../../electron/node/report/summary-html.ts';
import { exportHistory, type ExportResult, type Format } from '../../electron/node/report/export.ts';
import type { ResultRow } from '../../electron/node/report/rows.ts';
import { openStore } from '../../electron/node/store/open.ts';
import { openReader } from '../../electron/node/store/reader.ts';
import type { Statistics } from '../../electron/common/statistics.ts';
import { beginRun, photographed, RECIPE } from '../store/recipe-support.ts';
import { dataFolder, failed, fill, judged, scoreOf } from '../store/support.ts';
import { pdfPages } from '../support/pdf-text.ts';

const CHROMIUM = process.env.LOUPE_CHROMIUM ?? '/usr/bin/chromium';
const there = existsSync(CHROMIUM);
if (!there) console.warn(`!!! ${CHROMIUM} is not there: no PDF is read, the same numbers are not compared`);

let browser: Browser | null = null;
let rows: ResultRow[];
let csv: string[][];
let summary: Statistics & { chain: { code: string; sha256: string }; createdAt: string };
let result: ExportResult;
/** Without blanks: where a line is broken on paper is nobody's business. */
let paper: string;
let pages: string[];

beforeAll(async () => {
  if (!there) return;
  const folder = dataFolder();
  const out = dataFolder();
  const store = openStore(folder);
  fill(store, 70);
  store.recipes.save({ settings: RECIPE, author: 'eva', reason: 'first' });
  const names = Array.from({ length: 40 }, (_, i) => `tray ${i >> 3}/SN-${1000 + i}.png`);
  const id = beginRun(store, names, { lot: 'A-17', author: 'ana' });
  store.parts.record(
    id,
    names.map((_, i) => (i === 9 ? failed(71 + i) : photographed(71 + i, scoreOf(71 + i), i))),
  );
  store.runs.setState(id, 'done');
  for (let part = 71; part < 101; part += 3)
    store.verdicts.record({
      ...judged(part, part % 2 ? 'ng' : 'ok', part % 5 ? 'Ana' : 'Bob'),
      ...(part % 2 && { defectKind: part % 4 === 1 ? 'scratch' : 'dent' }),
    });
  store.close();

  const reader = openReader(folder);
  const written = async (format: Format, paper_ = false): Promise<string> => {
    const file = join(out, `results.${format}`);
    result = await exportHistory(reader, {
      ...{ dataFolder: folder, selection: {}, format, out: file, by: 'run', author: 'offi' },
      ...{ program: 'Loupe 9', pictures: 0, paper: paper_ },
    });
    return readFileSync(file, 'utf8');
  };
  const lines = (await written('jsonl')).trimEnd().split('\n');
  rows = lines.slice(0, -1).map((line) => JSON.parse(line) as ResultRow);
  ({ summary } = JSON.parse(lines.at(-1)!) as { summary: typeof summary });
  csv = (await written('csv'))
    .trimEnd()
    .split('\r\n')
    .map((line) => line.split(',')); // nothing here is quoted: versions and scales were not noted
  const html = await written('html', true);
  reader.close();

  browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
  const page = await browser.newPage();
  await page.setContent(html);
  pages = pdfPages(await page.pdf({ preferCSSPageSize: true, printBackground: true }));
  paper = pages.join(' ').replace(/\s+/g, '');
}, 120_000);
afterAll(() => browser?.close());

const squeezed = (text: string): string => text.replace(/\s+/g, '');
const count = (text: string): number => paper.split(squeezed(text)).length - 1;

describe.skipIf(!there)('the printed report', () => {
  it('has every part with the score, verdicts and times of table and lines', () => {
    expect(rows).toHaveLength(110);
    expect(csv).toHaveLength(111);
    const column = (name: string): number => csv[0]!.findIndex((head) => head.replace('\ufeff', '') === name);
    rows.forEach((row, i) => {
      const line = csv[i + 1]!;
      const cell = (name: keyof ResultRow): string => line[column(name)] ?? '?';
      // One row of the paper, cell by cell, as page.ts prints them.
      const printed = [
        ...([
          'part',
          'run',
          'lot',
          'name',
          'inspected_at',
          'score',
          'machine',
          'verdict',
          'defect_kind',
        ] as const),
        ...(['comment', 'judged_by', 'judged_at', 'chain_link', 'error'] as const),
      ];
      for (const name of printed) expect(cell(name), name).toBe(row[name] === null ? '' : String(row[name]));
      expect(paper).toContain(squeezed(printed.map(cell).join('')));
    });
    expect(new Set(rows.map(({ machine }) => machine))).toEqual(
      new Set(['good', 'review', 'reject', 'failed', 'pending']),
    );
  });

  it('has the totals and rates of the lines, which are those of the rows', () => {
    const { tally, rates } = summary.total;
    const of = (choose: (row: ResultRow) => boolean): number => rows.filter(choose).length;
    expect(tally).toMatchObject({
      ...{
        parts: rows.length,
        good: of((r) => r.machine === 'good'),
        failed: of((r) => r.machine === 'failed'),
      },
      ...{ review: of((r) => r.machine === 'review'), reject: of((r) => r.machine === 'reject') },
    });
    const { parts, good, review, reject, failed: gone, accepted, rejected, open } = tally;
    const totals = ['All', parts, good, review, reject, gone, accepted, rejected, open];
    const shares = [rates.yield, rates.review, rates.reject].map(rateText);
    expect(count([...totals, ...shares].join(''))).toBe(1);
    for (const { key, tally: own, rates: share } of summary.groups)
      expect(paper).toContain(
        squeezed(
          [key, own.parts, own.good, own.review, own.reject, own.failed, own.accepted, own.rejected, own.open]
            .concat([share.yield, share.review, share.reject].map(rateText))
            .join(''),
        ),
      );
    for (const { kind, count: n } of summary.pareto) expect(paper).toContain(squeezed(`${kind}${n}`));
    expect(paper).toContain(squeezed(rateText(summary.confusion.escape)));
    expect(paper).toContain(squeezed(rateText(summary.confusion.falseReject)));
    expect(summary.pareto.length).toBeGreaterThan(1);
  });

  it('has the chain code of the lines on each page, and who and when', () => {
    expect(summary.chain.code).toBe(result.code);
    expect(pages.length).toBeGreaterThan(2);
    for (const text of pages) expect(squeezed(text)).toContain(squeezed(`chain ${result.code}`));
    pages.forEach((text, i) => expect(squeezed(text)).toContain(`${i + 1}/${pages.length}`));
    expect(paper).toContain(summary.chain.sha256);
    expect(paper).toContain('byoffiwithLoupe9'); // no ligature: what is copied from paper is what was written;
  });
});
