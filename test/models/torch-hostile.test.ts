// Hostile torch checkpoints: whatever asks for code, memory or time is refused with a reason, and nothing is run.
// Runs in Node (vitest).
import fc from 'fast-check';
import { existsSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseCheckpoint, readCheckpoint } from '../../models/clip/checkpoint.ts';
import { LoupeError } from '../../models/errors.ts';
import { pickle, tensor, torchFile, zip, type Bytes, type TensorView } from '../support/torch-file.ts';

const refusal = (text: string): unknown =>
  expect.objectContaining({ code: 'weights.invalid', message: expect.stringContaining(text) as string });
const FLOATS = new Float32Array([1, 2, 3, 4, 5, 6]);
const SIX = tensor({ length: 6, shape: [2, 3], strides: [3, 1] });
const open = (value: Bytes): unknown => parseCheckpoint(torchFile(value, { 0: FLOATS }), 'bad.pt');
const { global, reduce, tuple, text, named, dict, int, list, build, newObject, put, get } = pickle;
const repeat = (count: number, ...bytes: number[]): Bytes =>
  Array.from({ length: count * bytes.length }, (_, i) => bytes[i % bytes.length] ?? 0);

describe('code in a pickle', () => {
  const trace = join(tmpdir(), `loupe-pickle-${process.pid}`);
  const python = `__import__("os").system("touch ${trace}")`;

  it.each([
    ['os.system', global('os', 'system'), text(`touch ${trace}`)],
    ['posix.system', global('posix', 'system'), text(`touch ${trace}`)],
    ['builtins.eval', global('builtins', 'eval'), text(python)],
    ['builtins.exec', global('builtins', 'exec'), text(python)],
    ['builtins.getattr', global('builtins', 'getattr'), text('x')],
    ['subprocess.Popen', global('subprocess', 'Popen'), text('touch')],
    ['torch.load', global('torch', 'load'), text(trace)],
    ['torch._utils._rebuild_tensor_v3', global('torch._utils', '_rebuild_tensor_v3'), text('')],
    ['numpy.core.multiarray.scalar', global('numpy.core.multiarray', 'scalar'), text('')],
    ['constructor.constructor', global('constructor', 'constructor'), text('return process')],
  ])('is refused by its name: %s', (name, callable, argument) => {
    for (const value of [
      reduce(callable, tuple(argument)),
      named({ x: SIX, y: reduce(callable, tuple(argument)) }),
    ]) {
      expect(() => open(value)).toThrow(refusal(name));
    }
    expect(existsSync(trace)).toBe(false);
    rmSync(trace, { force: true });
  });

  it('is refused by its name in protocol 4 too', () => {
    const short = (word: string): Bytes => [0x8c, word.length, ...Buffer.from(word)];
    expect(() => open([...short('os'), ...short('system'), 0x93])).toThrow(refusal('os.system'));
    expect(() => open([...list(), ...short('system'), 0x93])).toThrow(refusal('without a name'));
  });

  it('cannot be called by other ways of calling', () => {
    expect(() => open(reduce(text('os.system'), tuple(text('touch'))))).toThrow(refusal('cannot be called'));
    expect(() => open(reduce(global('torch', 'FloatStorage'), tuple(int(1))))).toThrow(
      refusal('unknown way'),
    );
    expect(() => open(reduce(global('__torch__.os', 'system'), tuple(text('touch'))))).toThrow(
      refusal('unknown way'),
    );
    expect(() => open(reduce(global('collections', 'OrderedDict'), tuple(list(text('x')))))).toThrow(
      refusal('unknown way'),
    );
    expect(() => open(newObject(global('collections', 'OrderedDict')))).toThrow(refusal('unknown class'));
    expect(() => open(build(text('x'), dict()))).toThrow(refusal('damaged'));
    expect(() => open([...text('x'), 0x69])).toThrow(refusal('operation 0x69')); // INST
  });
});

describe('tensors that lie', () => {
  const view = (change: Partial<TensorView>): Bytes =>
    named({ x: tensor({ length: 6, shape: [2, 3], strides: [3, 1], ...change }) });

  it.each([
    ['a storage longer than its data', view({ length: 7 }), 'shorter than it should be'],
    ['a storage of 2⁵² values', view({ length: 2 ** 52 }), 'shorter than it should be'],
    ['an offset behind the end', view({ offset: 1 }), 'leads outside'],
    ['strides that lead out', view({ strides: [4, 1] }), 'leads outside'],
    ['a repeated value', view({ shape: [2 ** 40], strides: [0] }), 'repeats values'],
    ['more values than the storage has', view({ shape: [2, 4], strides: [1, 1] }), 'repeats values'],
    [
      'sizes beyond all numbers',
      view({ shape: Array(8).fill(2 ** 52), strides: Array(8).fill(2 ** 52) }),
      'leads outside',
    ],
    ['too many axes', view({ shape: Array(9).fill(1), strides: Array(9).fill(1) }), 'unknown way'],
    ['fewer strides than axes', view({ strides: [1] }), '2 axes and 1 strides'],
    ['a negative size', view({ shape: [-1], strides: [1] }), 'unknown way'],
    ['a storage that is not there', view({ key: '1' }), 'no archive/data/1'],
    ['a storage outside its folder', view({ key: '../data.pkl' }), 'no archive/data/../data.pkl'],
    ['an unknown type', view({ type: 'ComplexFloat' }), 'torch.ComplexFloatStorage'],
    ['no tensors', named({ x: int(1) }), 'no tensors'],
    ['two tensors of one name', named({ 'a.b': SIX, a: named({ b: SIX }) }), 'two tensors'],
    ['a very long name', named({ ['x'.repeat(301)]: SIX }), 'too long'],
  ])('%s', (_what, value, reason) => {
    expect(() => open(value)).toThrow(refusal(reason));
  });
});

describe('pickles that cost memory or time', () => {
  const laughs = Array.from({ length: 40 }, (_, i) => [
    ...dict([text('a'), get(i)], [text('b'), get(i)]),
    ...put(i + 1),
    0x61, // into the list below
  ]).flat();

  it.each([
    ['a text of 4 GB', [0x58, 255, 255, 255, 255, 1], 'cut off'],
    ['a memo of 4 billion places', [...SIX, 0x72, 255, 255, 255, 255, 0x68, 7], 'damaged'],
    ['a million dictionaries', repeat(1_000_001, 0x7d), 'too long'],
    ['lists in lists', [...repeat(300_000, 0x5d), ...repeat(299_999, 0x61)], 'no tensors'],
    ['tuples in tuples', [0x29, ...repeat(500_000, 0x85)], 'no tensors'],
    [
      'dictionaries in dictionaries',
      [0x7d, ...repeat(40, ...put(0), ...text('a'), 0x7d), ...repeat(40, 0x73)],
      'nested',
    ],
    [
      'a dictionary that contains itself',
      [...dict(), ...put(0), ...text('a'), ...get(0), 0x73],
      'nested too deep',
    ],
    ['2⁴⁰ paths to one tensor', [0x5d, ...SIX, ...put(0), 0x61, ...laughs, ...get(24), 0x86], 'no tensors'],
    [
      '2⁴⁰ paths that are walked',
      [0x5d, ...SIX, ...put(0), 0x61, ...laughs, ...text('x'), ...get(24)],
      'too many values',
    ],
    ['a tuple that was never begun', [0x74], 'damaged'],
    ['values from below a mark', [...int(1), 0x28, 0x85], 'damaged'],
    ['nothing at all', [], 'damaged'],
  ])('%s', (_what, value, reason) => {
    expect(() => open(value)).toThrow(refusal(reason));
  });

  it('one state for many objects is not copied', () => {
    const state = dict(...Array.from({ length: 20_000 }, (_, i): [Bytes, Bytes] => [int(i), pickle.none]));
    const object = build(newObject(global('__torch__', 'M')), get(0));
    const objects = Array.from({ length: 20_000 }, () => object).flat();
    expect(() => open([...state, ...put(0), 0x28, ...objects, 0x74])).toThrow(refusal('no tensors'));
  });
});

describe('archives that lie', () => {
  const good = torchFile(named({ x: SIX }), { 0: FLOATS });
  const openBytes = (file: Uint8Array): unknown => parseCheckpoint(file, 'bad.pt').bytes('x');
  const changed = (at: number, ...bytes: number[]): Uint8Array => {
    const file = good.slice();
    file.set(bytes, at < 0 ? file.length + at : at);
    return file;
  };

  it('is cut off anywhere', () => {
    for (let length = 0; length < good.length; length++) {
      expect(() => openBytes(good.slice(0, length)), String(length)).toThrow(
        expect.objectContaining({ code: 'weights.invalid' }),
      );
    }
    expect(openBytes(good)).toHaveLength(24);
  });

  it.each([
    ['compressed', torchFile(named({ x: SIX }), { 0: FLOATS }, { method: 8 }), 'compressed'],
    [
      'two checkpoints',
      zip({ 'a/data.pkl': FLOATS.slice() as unknown as Uint8Array, 'b/data.pkl': new Uint8Array() }),
      'no torch checkpoint',
    ],
    ['an archive of something else', zip({ 'readme.txt': new Uint8Array(3) }), 'no torch checkpoint'],
    ['an empty archive', zip({}), 'no torch checkpoint'],
    ['a directory of 4 GB', changed(-10, 255, 255, 255, 254), 'too large'],
    ['a directory outside', changed(-6, 255, 255, 255, 254), 'outside'],
    [
      'data of a big machine',
      zip({ 'a/data.pkl': pickle.file(named({ x: SIX })), 'a/byteorder': Buffer.from('big') }),
      'byte order',
    ],
  ])('%s', (_what, file, reason) => {
    expect(() => openBytes(file)).toThrow(refusal(reason));
  });

  it('lists an entry twice', () => {
    const twice = zip({ 'a/data.pkl': new Uint8Array(), 'b/data.pkl': new Uint8Array() });
    const name = Buffer.from(twice).lastIndexOf('b/data.pkl');
    twice[name] = 0x61;
    expect(() => openBytes(twice)).toThrow(refusal('twice'));
  });

  it.each([
    ['the format before torch 1.6', Uint8Array.of(0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c), 'torch before 1.6'],
    ['a Git LFS pointer', Buffer.from('version https://git-lfs.github.com/spec/v1\n'), 'git lfs pull'],
    ['a web page', Buffer.from('<!DOCTYPE html><html>'), 'web page'],
    ['nothing', new Uint8Array(), 'empty'],
    ['something else', Buffer.from('x'.repeat(100)), 'no .safetensors file'],
  ])('is no archive: %s', (_what, file, reason) => {
    expect(() => openBytes(new Uint8Array(file))).toThrow(refusal(reason));
  });
});

describe('any bytes', () => {
  const outcome = (file: Uint8Array): string => {
    const inside = (offset: number, length: number): Uint8Array => {
      if (offset < 0 || length < 0 || offset + length > file.length) throw new Error('read outside the file');
      return file.subarray(offset, offset + length);
    };
    try {
      const source = readCheckpoint({ size: file.length, read: inside }, 'fuzz');
      for (const name of source.names()) source.bytes(name);
      return 'read';
    } catch (error) {
      return error instanceof LoupeError ? error.code : String(error);
    }
  };
  const check = (cases: fc.Arbitrary<Uint8Array>): void =>
    fc.assert(
      fc.property(cases, (file) => {
        expect(['read', 'weights.invalid']).toContain(outcome(file));
      }),
      { numRuns: 2000, seed: 1 },
    );

  it('survives any damage of a valid file', () => {
    const shared = tensor({ length: 6, offset: 2, shape: [2, 2], strides: [1, 2] });
    const good = [false, true].map((zip64) =>
      torchFile(named({ x: SIX, y: shared }), { 0: FLOATS }, { zip64 }),
    );
    expect(good.map(outcome)).toEqual(['read', 'read']);
    const damage = fc.array(fc.tuple(fc.nat(1200), fc.nat(255)), { minLength: 1, maxLength: 6 });
    check(
      fc.tuple(fc.constantFrom(...good), damage).map(([file, changes]) => {
        const bytes = file.slice();
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        return bytes;
      }),
    );
  });

  it('survives any sequence of operations', () => {
    const codes = fc.constantFrom(
      ...Array.from('}]()tauersbQqhjNKMRc.'),
      '\x81',
      '\x85',
      '\x86',
      '\x87',
      '\x93',
      '\x94',
    );
    const operation = fc.oneof(
      codes.map((code): Bytes => [code.charCodeAt(0)]),
      fc.nat(3).map(put),
      fc.nat(3).map(get),
      fc.constantFrom<Bytes>(
        SIX,
        text('x'),
        int(3),
        dict(),
        global('collections', 'OrderedDict'),
        global('__torch__', 'M'),
      ),
      fc.constantFrom<Bytes>(
        global('torch._utils', '_rebuild_tensor_v2'),
        global('torch', 'HalfStorage'),
        text('storage'),
      ),
    );
    check(fc.array(operation, { maxLength: 40 }).map((parts) => torchFile(parts.flat(), { 0: FLOATS })));
  });
});
