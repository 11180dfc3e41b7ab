// The log: rotates by size and count, holds no pictures and no PINs, and never stops the program.
// Runs in the tests (Node).
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { errorFields, FileLog } from '../../electron/node/log/log.ts';
import { RotatingFile } from '../../electron/node/log/rotating-file.ts';
import { temporaryFolder } from '../support/tiny-pack.ts';

const folder = temporaryFolder('loupe-log');
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const linesOf = (path: string): Record<string, unknown>[] =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('a rotating file', () => {
  it('keeps the newest lines in so many files of so many bytes', () => {
    const at = join(folder, 'rotating');
    const file = new RotatingFile(at, 'x', { maxBytes: 100, maxFiles: 3 });
    for (let i = 0; i < 50; i++) file.add(`line ${String(i).padStart(4, '0')}`);
    expect(readdirSync(at).sort()).toEqual(['x.1.jsonl', 'x.2.jsonl', 'x.jsonl']);
    for (const name of readdirSync(at)) expect(statSync(join(at, name)).size).toBeLessThanOrEqual(100);
    const kept = ['x.2.jsonl', 'x.1.jsonl', 'x.jsonl'].map((name) => readFileSync(join(at, name), 'utf8'));
    const numbers = kept
      .join('')
      .trimEnd()
      .split('\n')
      .map((line) => Number(line.slice(5)));
    expect(numbers.at(-1)).toBe(49);
    expect(numbers).toEqual(numbers.map((_, i) => numbers[0]! + i)); // without a gap
  });

  it('goes on in the file of an earlier start', () => {
    const at = join(folder, 'again');
    const limits = { maxBytes: 60, maxFiles: 2 };
    new RotatingFile(at, 'x', limits).add('a'.repeat(40));
    new RotatingFile(at, 'x', limits).add('b'.repeat(40));
    expect(readFileSync(join(at, 'x.jsonl'), 'utf8')).toBe(`${'b'.repeat(40)}\n`);
    expect(readFileSync(join(at, 'x.1.jsonl'), 'utf8')).toBe(`${'a'.repeat(40)}\n`);
  });

  it('takes a line that is larger than a whole file', () => {
    const file = new RotatingFile(join(folder, 'large'), 'x', { maxBytes: 10, maxFiles: 2 });
    file.add('c'.repeat(50));
    expect(readFileSync(file.path, 'utf8')).toHaveLength(51);
    expect(file.lost).toBe(0);
  });

  it('never throws; counts what was lost, and goes on when the place is there again', () => {
    const blocked = join(folder, 'blocked');
    writeFileSync(blocked, 'a file where the folder should be');
    const file = new RotatingFile(blocked, 'x');
    file.add('one');
    file.add('two');
    expect(file.lost).toBe(2);
    rmSync(blocked);
    mkdirSync(blocked);
    file.add('three');
    expect(file.lost).toBe(0);
    expect(readFileSync(file.path, 'utf8')).toBe('three\n');
  });
});

describe('the log', () => {
  const at = join(folder, 'log');
  const log = new FileLog(at, undefined, () => new Date('2026-11-23T08:00:00Z'));
  const path = join(at, 'loupe.jsonl');

  it('writes one object a line, with time, level, process and event', () => {
    log.write('info', 'main', 'run', { run: 7, product: 'metal nut', ok: true, code: null });
    expect(linesOf(path)).toEqual([
      {
        ...{ at: '2026-11-23T08:00:00.000Z', level: 'info', from: 'main', event: 'run' },
        ...{ run: 7, product: 'metal nut', ok: true, code: null },
      },
    ]);
  });

  it('leaves out bytes, nested values, and whatever is called a PIN', () => {
    log.write('info', 'inference', 'odd', {
      ...{ pixels: new Uint8Array(9), map: [1, 2], nested: { a: 1 }, none: undefined },
      ...{ pin: '1234', newPin: '4321', password: 'x', token: 't' },
      ...{ picture: `data:image/png;base64,${'A'.repeat(90)}`, base64: 'QUJD'.repeat(200), kept: 'yes' },
    });
    const last = linesOf(path).at(-1);
    expect(last).toEqual({
      ...{ at: '2026-11-23T08:00:00.000Z', level: 'info', from: 'inference', event: 'odd' },
      ...{ picture: '[bytes]', base64: '[bytes]', kept: 'yes' },
    });
  });

  it('cuts what is long, and keeps a line a line', () => {
    log.write('error', 'history', 'stderr', { line: `first\nsecond ${'é'.repeat(5000)}` });
    expect(readFileSync(path, 'utf8').trimEnd().split('\n')).toHaveLength(3);
    expect(String(linesOf(path).at(-1)?.line)).toMatch(/^first\nsecond é{1987}… \(5013 characters\)$/);
  });

  it('says a failure by its code and the engineer’s words', () => {
    expect(errorFields({ code: 'history.locked', params: { path: '/x' } })).toEqual({
      code: 'history.locked',
      text: 'Another process holds the lock of /x.',
    });
  });
});
