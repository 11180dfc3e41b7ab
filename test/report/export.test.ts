// The same numbers as CSV, JSON Lines and a page; nothing in them is computed, run or shown as markup by whoever opens them.
// Runs in the tests (Node).
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { machineVerdict } from '../../electron/common/domain.ts';
import { tally, type Statistics } from '../../electron/common/statistics.ts';
import { countCells } from '../../electron/node/report/cells.ts';
import { csvField } from '../../electron/node/report/csv.ts';
import { explain } from '../../electron/node/report/explain.ts';
import { exportFrom } from '../../electron/node/report/export-live.ts';
import { exportHistory, type ExportRequest, type Format } from '../../electron/node/report/export.ts';
import { COLUMNS, type ResultRow } from '../../electron/node/report/rows.ts';
import { writePieces } from '../../electron/node/report/write.ts';
import { partFiles } from '../../electron/node/run/part-files.ts';
import { openStore } from '../../electron/node/store/open.ts';
import { Aside } from '../../electron/node/store/aside.ts';
import { openReader } from '../../electron/node/store/reader.ts';
import type { Store } from '../../electron/node/store/store.ts';
import { LoupeError } from '../../models/errors.ts';
import { RECIPE } from '../store/recipe-support.ts';
import { dataFolder, failed, fill, judged, scored, scoreOf, SESSION } from '../store/support.ts';

const WORKER = new URL('../../electron/services/history-worker.ts', import.meta.url);

let folder: string;
let store: Store;
let out: string;

const NASTY = [
  '=1+1.png',
  '@sum.png',
  '-2.png',
  ' \t=x.png',
  'a,b.png',
  'a"b.png',
  "<b>&'.png",
  'ü\n漢.png',
  '+1.png',
];

beforeEach(() => {
  folder = dataFolder();
  out = dataFolder();
  store = openStore(folder);
  fill(store, 40);
  store.recipes.save({ settings: RECIPE, author: 'eva', reason: 'first' });
  const { id } = store.runs.create({
    ...{
      product: '=metal nut',
      source: 'x',
      inputs: [],
      lot: 'A-17',
      recipe: { recipeId: 1 },
      author: 'anna',
    },
  });
  store.parts.add(
    id,
    NASTY.map((name, i) => ({ path: `/in/${name}`, name, bytes: i })),
  );
  store.runs.begin(id, { ...SESSION, thresholds: RECIPE.thresholds, mapSize: 4 });
  store.parts.record(
    id,
    NASTY.map((_, i) => (i === 3 ? failed(41 + i) : scored(41 + i))),
  );
  store.runs.setState(id, 'done');
  store.runs.setThresholds(id, { review: 0.31, reject: 0.69 }, 'eva', 'too strict');
  store.verdicts.record({ ...judged(41, 'ng', 'anna'), defectKind: '=cmd', comment: 'line 1\nline "2"' });
  store.verdicts.record(judged(42, 'ok', 'anna'));
  store.verdicts.record(judged(42, 'unsure', 'bob'));
  store.verdicts.record(judged(43, 'ok', 'anna'));
  store.verdicts.record(judged(43, null, 'anna'));
  store.verdicts.record(judged(1, 'ng', 'anna'));
});
afterEach(() => store.close());

async function exported(format: Format, change: Partial<ExportRequest> = {}) {
  const reader = openReader(folder);
  const file = join(out, `results.${format}`);
  try {
    const result = await exportHistory(reader, {
      ...{ dataFolder: folder, selection: {}, format, out: file, by: 'run', author: 'anna <x>' },
      ...{ program: 'Loupe 9', pictures: 5 },
      ...change,
    });
    return { ...result, text: readFileSync(file, 'utf8') };
  } finally {
    reader.close();
  }
}

/** RFC 4180, by the letter. */
function readCsv(text: string): string[][] {
  const records: string[][] = [];
  const record: string[] = [];
  let at = 0;
  while (at < text.length) {
    const match = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
    match.lastIndex = at;
    const found = match.exec(text);
    if (!found) throw new Error(`no field at ${at}: ${text.slice(at, at + 40)}`);
    record.push(found[1] === undefined ? (found[2] ?? '') : found[1].replaceAll('""', '"'));
    if (found[3] === '\r\n') records.push(record.splice(0));
    at = match.lastIndex;
  }
  return records;
}

const jsonLines = (text: string): Record<string, unknown>[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

const unescape = (html: string): string =>
  html
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');

describe('the same numbers', () => {
  it('stand in CSV, JSON Lines and the page, and are those of the history', async () => {
    const csv = readCsv((await exported('csv')).text.slice(1));
    const json = jsonLines((await exported('jsonl')).text);
    const page = await exported('html');
    const rows = json.slice(0, -1) as ResultRow[];
    expect(csv[0]).toEqual(COLUMNS);
    expect(rows).toHaveLength(49);
    expect(csv).toHaveLength(50);

    rows.forEach((row, i) => {
      expect(Object.keys(row)).toEqual(COLUMNS);
      const text = csv[i + 1] ?? [];
      COLUMNS.forEach((column, c) => {
        const value = row[column];
        const field = text[c] ?? '';
        if (typeof value === 'string') expect(field.replace(/^'/, '')).toBe(value);
        else expect(field === '' ? null : Number(field)).toBe(value);
      });
      const { part } = store.parts.get(row.part);
      expect(row.score).toBe(part.score);
      if (part.score !== null) expect(part.score).toBe(scoreOf(part.id));
      expect(row.verdict).toBe(part.verdict);
      expect(row.machine).toBe(machineVerdict(part, store.runs.get(row.run).thresholds));
    });

    const table = page.text.slice(
      page.text.indexOf('<h2>Parts</h2>'),
      page.text.indexOf('<h2>Pictures</h2>'),
    );
    const printed = [...table.matchAll(/<tr>(<td[^>]*>.*?)<\/tr>/gs)].map(([, cells = '']) =>
      [...cells.matchAll(/<td[^>]*>(.*?)<\/td>/gs)].map(([, cell = '']) => unescape(cell)),
    );
    expect(printed).toHaveLength(49);
    rows.forEach((row, i) => {
      const [part, run, , , inspectedAt, score, machine, verdict] = printed[i] ?? [];
      expect([part, run, inspectedAt ?? '', score, machine, verdict]).toEqual([
        ...[String(row.part), String(row.run), row.inspected_at ?? ''],
        ...[row.score === null ? '' : String(row.score), row.machine, row.verdict ?? ''],
      ]);
    });
  });

  it('add up to the summary of each', async () => {
    const { text, statistics, code } = await exported('jsonl');
    const lines = jsonLines(text);
    const { summary } = lines.at(-1) as { summary: Statistics & { chain: { code: string } } };
    expect(summary.total).toEqual(JSON.parse(JSON.stringify(statistics.total)));
    expect(summary.chain.code).toBe(code);
    const rows = lines.slice(0, -1) as unknown as ResultRow[];
    const count = (choose: (row: ResultRow) => boolean): number => rows.filter(choose).length;
    expect(summary.total.tally).toEqual({
      parts: 49,
      good: count((r) => r.machine === 'good'),
      review: count((r) => r.machine === 'review'),
      reject: count((r) => r.machine === 'reject'),
      failed: count((r) => r.machine === 'failed'),
      pending: count((r) => r.machine === 'pending'),
      accepted: count((r) => r.verdict === 'ok' || (r.verdict === null && r.machine === 'good')),
      rejected: count((r) => r.verdict === 'ng' || (r.verdict === null && r.machine === 'reject')),
      open: count(
        (r) => r.verdict === 'unsure' || (r.verdict === null && /review|failed|pending/.test(r.machine)),
      ),
    });
    const page = await exported('html');
    const { tally: t } = statistics.total;
    expect(page.text).toContain(
      `<tr><td>All</td><td>${t.parts}</td><td>${t.good}</td><td>${t.review}</td><td>${t.reject}</td><td>${t.failed}</td><td>${t.accepted}</td><td>${t.rejected}</td><td>${t.open}</td>`,
    );
    expect(page.text).toContain(code);
    expect(statistics.confusion.counts.good).toEqual({ ok: 0, ng: 2, unsure: 0 });
    expect(statistics.agreement.pairs).toBe(1); // part 42: anna, then bob
  });

  it('are counted the same in the database as by the one rule for verdicts', () => {
    for (const thresholds of [
      { review: 0.37, reject: 0.37 },
      { review: 0, reject: 1 },
      { review: 0.11, reject: 0.74 },
    ]) {
      store.runs.setThresholds(1, thresholds, 'eva');
      const run = store.runs.get(1);
      const parts = store.parts.load(1).parts.map((part) => machineVerdict(part, thresholds));
      const counted = tally(countCells(store.db, [run]));
      for (const machine of ['good', 'review', 'reject', 'failed', 'pending'] as const) {
        expect(counted[machine], machine).toBe(parts.filter((each) => each === machine).length);
      }
    }
  });
});

describe('a selection', () => {
  it.each([
    [{ runIds: [2] }, 9],
    [{ lot: 'A-17' }, 9],
    [{ recipe: 'Nut M6' }, 9],
    [{ from: '2000-01-01T00:00:00.000Z' }, 49],
    [{ runIds: [1, 2], lot: 'A-17' }, 9],
  ])('%o holds %i parts', async (selection, parts) => {
    expect((await exported('csv', { selection })).parts).toBe(parts);
  });

  it('of nothing is refused and leaves no file', async () => {
    for (const selection of [{ lot: 'B' }, { to: '2000-01-01T00:00:00.000Z' }, { runIds: [] }]) {
      await expect(exported('csv', { selection })).rejects.toMatchObject({ code: 'usage' });
    }
    expect(readdirSync(out)).toEqual([]);
  });
});

describe('what is opened elsewhere', () => {
  it('is no formula: OWASP list, also behind blanks', async () => {
    for (const text of ['=1', '+1', '-1', '@x', '\t=1', '\r=1', ' =1', '\n@x']) {
      expect(csvField(text).replace(/^"/, '')).toMatch(/^'/);
    }
    expect(csvField(-1.5)).toBe('-1.5');
    expect(csvField('1-2')).toBe('1-2');
    expect(csvField(null)).toBe('');
    const csv = readCsv((await exported('csv')).text.slice(1));
    expect(csv.flat().filter((field) => /^\s*[=+@]/.test(field))).toEqual([]);
    expect(csv.flat()).toContain("'=cmd");
    expect(csv.flat()).toContain('line 1\nline "2"');
  });

  it('is no markup', async () => {
    const { text } = await exported('html');
    expect(text).not.toContain('<b>');
    expect(text).not.toContain('<x>');
    expect(text).toContain('&lt;b&gt;&amp;&#39;.png');
    expect(text).not.toMatch(/<script|https?:|src="(?!data:)/);
  });
});

describe('the page', () => {
  it('numbers its pages, has places to sign and pictures of what matters', async () => {
    const files = partFiles(folder, 2, 0);
    mkdirSync(dirname(files.map), { recursive: true });
    writeFileSync(
      files.map,
      Uint8Array.from({ length: 16 }, (_, i) => i * 17),
    );
    const background = { r: 90, g: 120, b: 150 };
    await sharp({ create: { width: 64, height: 48, channels: 3, background } })
      .jpeg()
      .toFile(files.thumbnail);
    const { text } = await exported('html');
    expect(text).toContain('counter(page) " / " counter(pages)');
    expect(text).toContain('Released by, date');
    const figures = [...text.matchAll(/<figure>(.*?)<\/figure>/gs)].map(([, figure = '']) => figure);
    expect(figures).toHaveLength(5);
    const [shown, ...others] = figures.filter((figure) => figure.includes('part 41,'));
    expect(others).toEqual([]);
    const jpeg = Buffer.from(/base64,([^"]+)/.exec(shown ?? '')?.[1] ?? '', 'base64');
    expect(await sharp(jpeg).metadata()).toMatchObject({ width: 64, height: 48, format: 'jpeg' });
    expect(figures.filter((figure) => figure.includes('not kept'))).toHaveLength(4);
    expect(figures[0]).toContain('operator ng');
    expect((await exported('html', { pictures: 0 })).text).not.toContain('<figure>');
  });
});

describe('an export', () => {
  it('of a history that was tampered with is refused', async () => {
    const guard = "SELECT sql FROM sqlite_schema WHERE name = 'verdicts_no_update'";
    const sql = store.db.prepare<string>(guard).pluck().get() ?? '';
    store.db
      .exec("DROP TRIGGER verdicts_no_update; UPDATE verdicts SET author = 'eve' WHERE id = 1")
      .exec(sql);
    await expect(exported('csv')).rejects.toMatchObject({ code: 'history.tampered' });
    expect(readdirSync(out)).toEqual([]);
  });

  it('that cannot be written leaves the file of before', async () => {
    const file = join(out, 'a.csv');
    writeFileSync(file, 'before');
    const pieces = function* () {
      yield 'x';
      throw new LoupeError('history.damaged', { reason: 'test' });
    };
    await expect(writePieces(file, pieces())).rejects.toMatchObject({ code: 'history.damaged' });
    expect(readFileSync(file, 'utf8')).toBe('before');
    expect(readdirSync(out)).toEqual(['a.csv']);
    await expect(writePieces(join(out, 'no/such'), ['x'])).rejects.toMatchObject({ code: 'output.failed' });
  });

  it('out of a history in use is of one moment and is recorded', async () => {
    const file = join(out, 'live.jsonl');
    const request = { by: 'lot', format: 'jsonl', out: file, author: 'anna', program: 'Loupe 9' } as const;
    const aside = new Aside(WORKER, folder);
    const work = exportFrom({ store, aside }, request);
    store.verdicts.record(judged(2, 'ng', 'carl'));
    const done = await work;
    await aside.close();
    expect(done).toMatchObject({ parts: 49, runs: 2 });
    const rows = jsonLines(readFileSync(file, 'utf8'));
    // Written beside the service: what was said meanwhile is in it whole or not at all, and its code tells which.
    const links = Number(done.code.split('-')[0]);
    expect(rows.filter(({ chain_link: link }) => link !== null && Number(link) > links)).toEqual([]);
    expect(rows.some(({ judged_by }) => judged_by === 'carl')).toBe(
      store.db.prepare<number>("SELECT link FROM verdicts WHERE author = 'carl'").pluck().get()! <= links,
    );
    expect(store.audit.list(1)[0]).toMatchObject({ action: 'history.exported', actor: 'anna' });
  });
});

describe('the story of a part', () => {
  it('names verdicts, thresholds, recipe and what scored it', () => {
    const story = explain(store, 42);
    expect(story).toMatchObject({
      path: '/in/@sum.png',
      run: { lot: 'A-17' },
      session: { modelSha256: SESSION.modelSha256, mapSize: 4, heat: SESSION.heat },
      recipe: { name: 'Nut M6', version: 1 },
      verdicts: [
        { verdict: 'unsure', author: 'bob', thresholds: { review: 0.31, reject: 0.69 } },
        { verdict: 'ok', author: 'anna', regions: RECIPE.regions },
      ],
      thresholds: [
        { review: 0.31, author: 'eva', reason: 'too strict' },
        { review: 0.4, author: 'recipe', reason: null },
      ],
    });
    expect(explain(store, 40)).toMatchObject({ session: null, recipe: null, verdicts: [] });
  });
});
