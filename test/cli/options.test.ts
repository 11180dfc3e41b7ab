// What the command line accepts and refuses, and what it makes of it.
// Runs in the tests (Node).
import { describe, expect, it } from 'vitest';
import { exitCodeOf } from '../../electron/cli/exit-codes.ts';
import { evaluateOptions, inspectOptions, modelOptions } from '../../electron/cli/options.ts';
import { toErrorValue } from '../../models/errors.ts';

/** The reason of a usage error. */
function refused(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    const { code, params } = toErrorValue(error);
    expect(code).toBe('usage');
    return String(params.reason);
  }
  throw new Error('it was accepted');
}
const part = ['photographs', '--product', 'metal nut'];

describe('inspect', () => {
  it('takes the pack and its recommendations unless something is said', () => {
    expect(inspectOptions(part)).toEqual({
      inputs: ['photographs'],
      product: 'metal nut',
      productFromFolder: false,
      model: 'loupe-mini',
      engine: {},
      json: false,
    });
  });

  it('hands on everything that is said', () => {
    const args =
      'a b --product nut --model m --method sdp+ --head h --tap clean --rvs kde --sigma 2.5 --text-features t.npy ' +
      '--device cpu --precision int8 --threads 3 --json --maps m --overlays o';
    expect(inspectOptions(args.split(' '))).toEqual({
      inputs: ['a', 'b'],
      product: 'nut',
      productFromFolder: false,
      model: 'm',
      engine: {
        method: 'sdp+',
        tap: 'clean',
        rvs: 'kde',
        sigma: 2.5,
        head: 'h',
        textFeatures: 't.npy',
        device: 'cpu',
        precision: 'int8',
        threads: 3,
      },
      json: true,
      maps: 'm',
      overlays: 'o',
    });
  });

  it('needs words unless text features stand in for them', () => {
    expect(refused(() => inspectOptions(['a']))).toContain('--product');
    expect(refused(() => inspectOptions(['a', '--product', ' ']))).toContain('--product');
    expect(inspectOptions(['a', '--text-features', 't.npy']).product).toBe('');
  });

  it.each([
    [['--product', 'nut'], 'photograph'],
    [[...part, '--no-such-option'], '--no-such-option'],
    [[...part, '--sigma'], '--sigma'],
    [[...part, '--method', 'magic'], 'base, sdp, sdp+'],
    [[...part, '--rvs', 'median'], 'mean_shift'],
    [[...part, '--sigma', 'wide'], '--sigma'],
    [[...part, '--sigma', '-1'], '--sigma=<value>'],
    [['', ...part], 'empty'],
    [[...part, '--sigma', ''], '--sigma'],
    [[...part, '--threads', '1.5'], '--threads'],
    [[...part, '--threads', '0'], '--threads'],
    [[...part, '--device', 'abacus'], '--device'],
    [[...part, '--precision', 'fp8'], 'fp32, fp16, int8'],
    [[...part, '--maps', ''], '--maps'],
    [[...part, '--product-from-folder'], 'goes without --product'],
    [[...part, '--image-size', '7'], '--image-size'],
    [[...part, '--rvs-profile', 'mvtec'], 'default, visa'],
  ])('refuses %j', (args, reason) => {
    expect(refused(() => inspectOptions(args))).toContain(reason);
  });
});

describe('evaluate', () => {
  it('takes categories, score and report', () => {
    expect(
      evaluateOptions('root --category a --category b --score online --report r.csv'.split(' ')),
    ).toEqual({
      root: 'root',
      categories: ['a', 'b'],
      score: 'online',
      comparisons: [],
      report: 'r.csv',
      model: 'loupe-mini',
      engine: {},
      json: false,
    });
  });

  it.each([
    [[], 'one folder'],
    [['a', 'b'], 'one folder'],
    [['a', '--score', 'best'], 'official, online'],
    [['a', '--report', 'r.pdf'], '.csv'],
    [['a', '--product', ''], '--product'],
  ])('refuses %j', (args, reason) => {
    expect(refused(() => evaluateOptions(args))).toContain(reason);
  });
});

describe('model', () => {
  it('lists and verifies', () => {
    expect(modelOptions(['list'])).toMatchObject({ action: 'list' });
    expect(modelOptions(['verify', 'a', 'b'])).toMatchObject({ action: 'verify', packs: ['a', 'b'] });
    expect(modelOptions(['verify'])).toMatchObject({ packs: ['loupe-mini'] });
    expect(modelOptions(['seal', 'a'])).toMatchObject({ action: 'seal', packs: ['a'] });
    expect(refused(() => modelOptions(['seal']))).toContain('seal'); // never the bundled one by default
    expect(refused(() => modelOptions(['seal', 'a', 'b']))).toContain('one');
    expect(refused(() => modelOptions([]))).toContain('model list');
  });
});

describe('contract', () => {
  it('every kind of error has the promised exit code', () => {
    expect(exitCodeOf('usage')).toBe(2);
    expect(exitCodeOf('text.empty')).toBe(2);
    for (const code of [
      'pack.invalid',
      'weights.mismatch',
      'head.invalid',
      'device.unavailable',
      'session.failed',
      'selftest.failed',
    ] as const) {
      expect(exitCodeOf(code)).toBe(4);
    }
    for (const code of [
      'data.layout',
      'data.no_images',
      'history.locked',
      'output.failed',
      'output.disk_full',
      'download.wrong',
    ] as const) {
      expect(exitCodeOf(code)).toBe(5);
    }
    expect(exitCodeOf('internal')).toBe(1);
  });
});
