// Medians, spreads, and what counts as slower.
// Runs in the tests (Node).
import { describe, expect, it } from 'vitest';
import { figure, printedFigures, slower, table } from './figures.ts';

it('a figure is the median with the middle half of the samples', () => {
  expect(figure('x', 'ms', [5, 1, 3, 2, 4])).toMatchObject({
    median: 3,
    low: 2,
    high: 4,
    samples: 5,
    better: 'lower',
  });
  expect(figure('x', 'images/s', [1, 2])).toMatchObject({
    median: 1.5,
    low: 1.25,
    high: 1.75,
    better: 'higher',
  });
  expect(() => figure('x', 'ms', [])).toThrow('never measured');
});

describe('slower', () => {
  const before = [figure('time', 'ms', [10, 10, 11]), figure('rate', 'images/s', [100, 100, 101])];
  it('is what is worse by a tenth and outside of both spreads', () => {
    expect(slower([figure('time', 'ms', [12, 12, 13])], before)).toEqual([
      'time: 10.0 → 12.0 ms (20 % worse)',
    ]);
    expect(slower([figure('rate', 'images/s', [80])], before)).toEqual([
      'rate: 100.0 → 80.0 images/s (25 % worse)',
    ]);
  });
  it('is not what got better, hardly changed, scatters, or was not there', () => {
    expect(slower([figure('time', 'ms', [5]), figure('rate', 'images/s', [200])], before)).toEqual([]);
    expect(slower([figure('time', 'ms', [10.9])], before)).toEqual([]);
    expect(slower([figure('time', 'ms', [9, 12, 15])], before)).toEqual([]);
    expect(slower([figure('other', 'ms', [99])], before)).toEqual([]);
    expect(slower([figure('time', 's', [99])], before)).toEqual([]);
  });
});

it('reads the lines that other benchmarks print', () => {
  const text =
    'ViT-B/16+ 240, 2 threads\nbare encoder, images/s        4.20\nepoch / products        1.30\n  note    x\n';
  expect(printedFigures(text).map(({ name, unit, median }) => [name, unit, median])).toEqual([
    ['bare encoder', 'images/s', 4.2],
    ['epoch / products', '', 1.3],
  ]);
});

it('prints a table that Markdown understands', () => {
  const [head, rule, row] = table([figure('time', 'ms', [1, 2, 3]), figure('ratio', '×', [1.05])]).split(
    '\n',
  );
  expect(head).toMatch(/^\| what +\| +median \| half of the samples \|$/);
  expect(rule).toMatch(/^\| -+ \| -+: \| -+: \|$/);
  expect(row).toMatch(/^\| time +\| +2\.000 ms \| +1\.500 – 2\.500 \|$/);
});
