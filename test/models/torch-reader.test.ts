// The torch reader against the reference checkpoints and against every form that a tensor can take.
// Runs in Node (vitest).
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readHead } from '../../models/clip-ad/head.ts';
import { parseCheckpoint, readCheckpoint, type Checkpoint } from '../../models/clip/checkpoint.ts';
import { inMemory } from '../../models/clip/random-access.ts';
import { writeSafetensors } from '../../models/clip/safetensors-write.ts';
import { parseSafetensors } from '../../models/clip/safetensors.ts';
import { openCheckpoint } from '../../models/packs/checkpoint.ts';
import { GOLDEN, goldenBytes, hasGolden } from '../support/golden.ts';
import { GOLDEN_CLIP } from '../support/tiny-clip.ts';
import { pickle, tensor, torchFile, type Bytes } from '../support/torch-file.ts';

const refusal = (text: string): unknown =>
  expect.objectContaining({ code: 'weights.invalid', message: expect.stringContaining(text) as string });
const read = (file: Uint8Array): Checkpoint => parseCheckpoint(file, 'test.pt');
const FLOATS = new Float32Array([1, 2, 3, 4, 5, 6]);
/** A state dict of one tensor "x" in a storage of six floats. */
const one = (x: Bytes): Uint8Array => torchFile(pickle.named({ x }), { 0: FLOATS });
const sameBits = (a: Float32Array, b: Float32Array): boolean =>
  Buffer.from(a.buffer).equals(Buffer.from(b.buffer));
const SIX = tensor({ length: 6, shape: [2, 3], strides: [3, 1] });

describe.skipIf(!hasGolden)('the reference checkpoints', () => {
  const open = (path: string): Checkpoint => parseCheckpoint(goldenBytes(path), path);

  it.each([
    ['clip/state_dict.pt', 'torch', 134],
    ['clip/jit.pt', 'torchscript', 137],
  ])('%s holds exactly the tensors of the .safetensors file', (path, format, count) => {
    const expected = parseSafetensors(goldenBytes('clip/open_clip_model.safetensors'), 'expected');
    const source = open(path);
    expect(source.format).toBe(format);
    expect(source.names()).toHaveLength(count);
    for (const name of expected.names()) {
      if (name !== 'logit_scale') expect(source.shape(name), name).toEqual(expected.shape(name));
      expect(sameBits(source.float32(name), expected.float32(name)), name).toBe(true);
    }
  });

  it('clip/jit.pt keeps the types that OpenAI gives them', () => {
    const source = open('clip/jit.pt');
    expect(source.dtype('visual.conv1.weight')).toBe('F16');
    expect(source.dtype('visual.ln_pre.weight')).toBe('F32');
    expect(source.dtype('vocab_size')).toBe('I64');
    expect(new BigInt64Array(source.bytes('vocab_size').slice().buffer)).toEqual(BigInt64Array.of(512n));
    expect(() => source.float32('vocab_size')).toThrow(refusal('I64'));
  });

  it('head/head.pt is the head of head/head.safetensors', () => {
    const expected = readHead(open('head/head.safetensors'), GOLDEN_CLIP);
    expect(readHead(open('head/head.pt'), GOLDEN_CLIP)).toEqual(expected);
    const file = openCheckpoint(join(GOLDEN, 'head/head.pt'));
    expect(readHead(file, GOLDEN_CLIP)).toEqual(expected);
    file.close();
  });
});

describe('tensors', () => {
  const x = (file: Uint8Array): number[] => [...read(file).float32('x')];

  it('reads views of a storage: whole, offset, transposed, sliced, without axes, without values', () => {
    const view = (offset: number, shape: number[], strides: number[]): number[] =>
      x(one(tensor({ length: 6, offset, shape, strides })));
    expect(view(0, [2, 3], [3, 1])).toEqual([1, 2, 3, 4, 5, 6]);
    expect(view(3, [3], [1])).toEqual([4, 5, 6]);
    expect(view(0, [3, 2], [1, 3])).toEqual([1, 4, 2, 5, 3, 6]);
    expect(view(1, [2, 2], [3, 1])).toEqual([2, 3, 5, 6]);
    expect(view(0, [2], [2])).toEqual([1, 3]);
    expect(view(1, [1, 2, 1, 2], [999, 3, 0, 1])).toEqual([2, 3, 5, 6]);
    expect(view(5, [], [])).toEqual([6]);
    expect(view(6, [0, 4], [4, 1])).toEqual([]);
  });

  it('reads every type; those that are no floats only as bytes', () => {
    const cases: [string, string, ArrayBufferView, number[] | null][] = [
      ['Half', 'F16', Uint16Array.of(0x3c00, 0xc000), [1, -2]],
      ['BFloat16', 'BF16', Uint16Array.of(0x3f80, 0xc000), [1, -2]],
      ['Double', 'F64', Float64Array.of(1, -2), [1, -2]],
      ['Long', 'I64', BigInt64Array.of(1n, -2n), null],
      ['Int', 'I32', Int32Array.of(1, -2), null],
      ['Bool', 'BOOL', Uint8Array.of(1, 0), null],
    ];
    for (const [type, dtype, data, values] of cases) {
      const file = torchFile(pickle.named({ x: tensor({ type, length: 2, shape: [2], strides: [1] }) }), {
        0: data,
      });
      expect(read(file).dtype('x')).toBe(dtype);
      expect(read(file).bytes('x')).toEqual(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      if (values) expect(x(file)).toEqual(values);
      else expect(() => x(file)).toThrow(refusal(dtype));
    }
  });

  it('lets tensors share a storage', () => {
    const row = (i: number): Bytes => tensor({ length: 6, offset: 3 * i, shape: [3], strides: [1] });
    const source = read(torchFile(pickle.named({ a: row(0), b: row(1) }), { 0: FLOATS }));
    expect([...source.float32('a'), ...source.float32('b')]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('finds the weights in a training checkpoint, in parameters, and beside the attributes of a state dict', () => {
    const { global, reduce, tuple, text, dict, int, build, named } = pickle;
    const parameter = reduce(
      global('torch._utils', '_rebuild_parameter'),
      tuple(SIX, pickle.false, pickle.none),
    );
    const state = build(named({ 'layer.x': parameter }), dict([text('_metadata'), pickle.orderedDict()]));
    const optimizer = dict([text('state'), dict([int(0), dict([text('exp_avg'), SIX])])]);
    const file = dict([text('epoch'), int(7)], [text('state_dict'), state], [text('optimizer'), optimizer]);
    expect(read(torchFile(file, { 0: FLOATS })).names()).toEqual(['layer.x']);
  });

  it('walks the modules of a TorchScript archive', () => {
    const { global, newObject, build, dict, text } = pickle;
    const inner = build(
      newObject(global('__torch__.a', 'Inner')),
      dict([text('x'), SIX], [text('n'), pickle.none]),
    );
    const outer = build(newObject(global('__torch__', 'Outer')), dict([text('inner'), inner]));
    const source = read(torchFile(outer, { 0: FLOATS }));
    expect([source.format, source.names()]).toEqual(['torchscript', ['inner.x']]);
  });

  it('reads protocol 4, 64-bit archives and aligned data', () => {
    const collections = [
      0x8c,
      11,
      ...Buffer.from('collections'),
      0x94,
      0x8c,
      11,
      ...Buffer.from('OrderedDict'),
      0x93,
    ];
    const dictionary = [0x95, 0, 0, 0, 0, 0, 0, 0, 0, ...collections, 0x29, 0x52, 0x94];
    const file = torchFile([...dictionary, ...pickle.text('x'), ...SIX, 0x73], { 0: FLOATS });
    expect(x(file)).toEqual([...FLOATS]);
    expect(x(torchFile(pickle.named({ x: SIX }), { 0: FLOATS }, { zip64: true, padding: 57 }))).toEqual([
      ...FLOATS,
    ]);
  });

  it('reads heads with the prefixes that programs put in front', () => {
    for (const prefix of ['', 'module.', 'linear_layers.', 'linear_layers.module.']) {
      const architecture = { ...GOLDEN_CLIP, embedDim: 2, vision: { ...GOLDEN_CLIP.vision, width: 3 } };
      const weight = (s: number): [string, Bytes] => [`${prefix}fc.${s}.weight`, SIX];
      const bias = (s: number): [string, Bytes] => [
        `${prefix}fc.${s}.bias`,
        tensor({ length: 6, shape: [2], strides: [1] }),
      ];
      const layers = Object.fromEntries([0, 1, 2, 3].flatMap((s) => [weight(s), bias(s)]));
      const head = readHead(read(torchFile(pickle.named(layers), { 0: FLOATS })), architecture);
      expect([...(head.bias[3] ?? [])]).toEqual([1, 2]);
    }
  });
});

describe('files that are larger than the memory', () => {
  const big = new Float32Array(100_000).fill(7);
  const vector = (key: string, length: number): Bytes =>
    tensor({ key, length, shape: [length], strides: [1] });
  const half = tensor({ length: 100_000, shape: [50_000], strides: [1] });
  const tensors = new Map([
    ['half', { shape: [50_000], data: big.subarray(0, 50_000) }],
    ['x', { shape: [6], data: FLOATS }],
  ]);

  it.each([
    ['torch', torchFile(pickle.named({ half, x: vector('1', 6) }), { 0: big, 1: FLOATS })],
    ['safetensors', writeSafetensors(tensors)],
  ])('are read tensor by tensor: %s', (format, bytes) => {
    const file = inMemory(bytes);
    const reads: number[] = [];
    const read = (offset: number, length: number): Uint8Array => {
      reads.push(length);
      return file.read(offset, length);
    };
    const source = readCheckpoint({ size: file.size, read }, 'big');
    expect(source.format).toBe(format);
    expect(Math.max(...reads)).toBeLessThan(70_000); // the end of the archive
    reads.length = 0;
    expect(source.float32('half')).toHaveLength(50_000);
    expect(source.float32('x')).toEqual(FLOATS);
    expect(reads).toEqual([200_000, 24]);
  });
});
