// Numbers and names as operators read them.
// Runs in Node.
import { describe, expect, it } from 'vitest';
import * as format from '../../renderer/src/lib/format.ts';

describe('score', () => {
  it('never rounds a part up to a threshold that it did not reach', () => {
    expect(format.score(0.49999)).toBe('0.499');
    expect(format.score(0.5)).toBe('0.500');
    expect(format.score(1)).toBe('1.000');
  });

  it('keeps every step of a threshold', () => {
    for (let i = 0; i <= 1000; i++) expect(format.score(i / 1000)).toBe((i / 1000).toFixed(3));
  });

  it('shows a dash for no score', () => {
    expect(format.score(null)).toBe('–');
    expect(format.score(NaN)).toBe('–');
  });
});

it('writes time left as people say it', () => {
  expect([0.2, 42, 61, 3540, 3600, 5400].map(format.duration)).toEqual([
    '1 s',
    '42 s',
    '1 min',
    '59 min',
    '1 h',
    '1 h 30 min',
  ]);
});

it('finds the last piece of any path', () => {
  expect(format.baseName('/a/b/c.png')).toBe('c.png');
  expect(format.baseName('C:\\photos\\lot 7\\')).toBe('lot 7');
  expect(format.baseName('plain')).toBe('plain');
  expect(format.folderOf('a/b/c.png')).toBe('a/b');
  expect(format.folderOf('c.png')).toBe('');
});

it('writes shares, paces and scale ends shortly', () => {
  expect(format.percent(1, 3)).toBe('33.3 %');
  expect(format.percent(0, 0)).toBe('–');
  expect(format.rate(16.4)).toBe('16');
  expect(format.rate(2.04)).toBe('2.0');
  expect(format.short(0.30000000000000004)).toBe('0.3');
  expect([3.25, -0.04, -12].map((value) => format.signed(value, 1))).toEqual(['+3.3', '0.0', '−12.0']);
});
