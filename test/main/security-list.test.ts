// The table in docs/security.md has all points of Electron's list, and each names a test that exists under that name.
// Runs in the tests (Node).
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const rows = readFileSync(join(ROOT, 'docs/security.md'), 'utf8')
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .filter(([, number = '']) => /^\d+$/.test(number))
  .map(([, number, point = '', how = '', tests = '']) => ({ number: Number(number), point, how, tests }));

it('has all twenty points in their order, each with what is done about it', () => {
  expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  for (const { point, how } of rows) expect(point.length >= 5 && how.length >= 8).toBe(true);
});

it.each(rows)('point $number is shown by tests that exist', ({ tests }) => {
  const named = [...tests.matchAll(/`([\w/.-]+\.ts)`: ([^;]+)/g)];
  expect(named.length).toBeGreaterThan(0);
  for (const [, file = '', title = ''] of named) {
    expect([file, existsSync(join(ROOT, 'test', file))]).toEqual([file, true]);
    const source = readFileSync(join(ROOT, 'test', file), 'utf8').replaceAll("\\'", "'");
    expect([file, title.trim(), source.includes(title.trim())]).toEqual([file, title.trim(), true]);
  }
});
