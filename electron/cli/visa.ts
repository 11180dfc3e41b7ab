// The layout of VisA: one table says which photographs are for testing, which are flawless, and where their masks are.
// Runs in Node (command line). Specification § D.1.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import { LoupeError } from '../../models/errors.ts';
import type { Category, TestImage } from './dataset.ts';

const TABLE = join('split_csv', '1cls.csv');
const COLUMNS = ['object', 'split', 'label', 'image', 'mask'] as const;
type Row = Readonly<Record<(typeof COLUMNS)[number], string>>;

export const isVisa = (root: string): boolean => existsSync(join(root, TABLE));

/**
 * The test photographs of `split_csv/1cls.csv` by category, in the order of names; within a category in the order of the
 * table. A mask that the table names but that does not exist is null, as one that it does not name.
 *
 * @throws `data.layout` when the table cannot be used, or names files outside of `root`
 */
export async function visaCategories(root: string): Promise<Category[]> {
  const path = join(root, TABLE);
  const fail = (reason: string): never => {
    throw new LoupeError('data.layout', { path, reason });
  };
  const text = await readFile(path, 'utf8').catch((error: unknown) =>
    fail(error instanceof Error ? error.message : 'It cannot be read.'),
  );
  const inside = (file: string, line: number): string => {
    const full = join(root, file);
    const way = relative(root, full);
    return way === '' || way.startsWith('..') || isAbsolute(way)
      ? fail(`Line ${line} names a file outside of the data set.`)
      : full;
  };
  const categories = new Map<string, TestImage[]>();
  for (const { row, line } of readRows(text, fail)) {
    if (row.split !== 'test') continue;
    if (row.label !== 'normal' && row.label !== 'anomaly')
      fail(`Line ${line}: the label is "${row.label}", neither "normal" nor "anomaly".`);
    const defective = row.label === 'anomaly';
    const mask = defective && row.mask !== '' ? inside(row.mask, line) : null;
    const images = categories.get(row.object) ?? [];
    categories.set(row.object, images);
    images.push({
      path: inside(row.image, line),
      defective,
      mask: mask !== null && existsSync(mask) ? mask : null,
    });
  }
  if (categories.size === 0) fail('No line of it is for testing.');
  return [...categories].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, images]) => ({ name, images }));
}

function readRows(text: string, fail: (reason: string) => never): { row: Row; line: number }[] {
  const [head = '', ...lines] = text.replace(/^\ufeff/, '').split(/\r?\n/);
  const names = cells(head);
  const places = COLUMNS.map((name): [string, number] => {
    const at = names.indexOf(name);
    return at < 0 ? fail(`It has no column "${name}".`) : [name, at];
  });
  return lines.flatMap((text, i) => {
    if (text.trim() === '') return [];
    const values = cells(text);
    if (values.length !== names.length)
      fail(`Line ${i + 2} has ${values.length} cells, the head ${names.length}.`);
    const row = Object.fromEntries(places.map(([name, at]) => [name, values[at] ?? ''])) as Row;
    return [{ row, line: i + 2 }];
  });
}

/** Cells of one line; quotes may enclose a cell, and are doubled inside of one. */
const cells = (line: string): string[] =>
  Array.from(line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g), ([, quoted, plain = '']) =>
    (quoted?.replaceAll('""', '"') ?? plain).trim(),
  );
