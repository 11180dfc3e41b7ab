// The .safetensors reader against reference files and against hostile ones, and the writer against the reader.
// Runs in Node (vitest).
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSafetensors } from '../../models/clip/safetensors.ts';
import { writeSafetensors } from '../../models/clip/safetensors-write.ts';
import { LoupeError } from '../../models/errors.ts';
import { goldenBytes, hasGolden } from '../support/golden.ts';

const failure = (code: string): unknown => expect.objectContaining({ code });
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A file with this header text and this much data, whatever sense they make. */
function file(header: string | object, data: Uint8Array | number = 0, claimedLength?: bigint): Uint8Array {
  const json = encode(typeof header === 'string' ? header : JSON.stringify(header));
  const payload = typeof data === 'number' ? new Uint8Array(data) : data;
  const out = new Uint8Array(8 + json.length + payload.length);
  new DataView(out.buffer).setBigUint64(0, claimedLength ?? BigInt(json.length), true);
  out.set(json, 8);
  out.set(payload, 8 + json.length);
  return out;
}

const bytesOf = (data: ArrayBufferView): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
const one = (dtype: string, shape: unknown, begin: unknown, end: unknown): object => ({
  x: { dtype, shape, data_offsets: [begin, end] },
});

describe.skipIf(!hasGolden)('reading the reference weights', () => {
  const read = (path: string) => parseSafetensors(hasGolden ? goldenBytes(path) : file('{}'), path);
  const official = read('clip/open_clip_model.safetensors');
  const hf = read('clip/hf/model.safetensors');
  const q = (layer: string, kind: string): number[] =>
    ['q', 'k', 'v'].flatMap((part) => [...hf.float32(`${layer}.self_attn.${part}_proj.${kind}`)]);

  it('lists every tensor with its type, shape and metadata', () => {
    expect(official.names()).toHaveLength(134);
    expect(hf.names()).toHaveLength(176);
    expect(official.metadata).toEqual({ format: 'pt' });
    expect(official.dtype('visual.conv1.weight')).toBe('F16');
    expect(official.shape('visual.conv1.weight')).toEqual([128, 3, 12, 12]);
    expect(official.has('visual.conv1.bias')).toBe(false);
  });

  it('finds the same values in both layouts, in F16 and F32', () => {
    const towers = [
      ['visual.transformer.resblocks', 'vision_model.encoder.layers', 8],
      ['transformer.resblocks', 'text_model.encoder.layers', 2],
    ] as const;
    const parts = {
      ln_1: 'layer_norm1',
      ln_2: 'layer_norm2',
      'mlp.c_fc': 'mlp.fc1',
      'mlp.c_proj': 'mlp.fc2',
    };
    for (const [ours, theirs, blocks] of towers) {
      for (let i = 0; i < blocks; i++) {
        for (const kind of ['weight', 'bias']) {
          expect([...official.float32(`${ours}.${i}.attn.in_proj_${kind}`)]).toEqual(
            q(`${theirs}.${i}`, kind),
          );
          for (const [a, b] of Object.entries({ ...parts, 'attn.out_proj': 'self_attn.out_proj' })) {
            expect(official.float32(`${ours}.${i}.${a}.${kind}`)).toEqual(
              hf.float32(`${theirs}.${i}.${b}.${kind}`),
            );
          }
        }
      }
    }
    expect(official.dtype('visual.transformer.resblocks.0.ln_1.weight')).toBe('F32');
    expect(official.float32('visual.conv1.weight')).toEqual(
      hf.float32('vision_model.embeddings.patch_embedding.weight'),
    );
  });

  it('lists integer tensors and refuses to decode them', () => {
    expect(hf.dtype('text_model.embeddings.position_ids')).toBe('I64');
    expect(() => hf.float32('text_model.embeddings.position_ids')).toThrow(failure('weights.invalid'));
  });

  it('says which tensor the weights lack', () => {
    expect(() => hf.float32('nothing.weight')).toThrow(/nothing\.weight/);
    expect(() => hf.shape('__proto__')).toThrow(failure('weights.mismatch'));
  });
});

describe('decoding floats', () => {
  it.each([
    [
      'F16',
      new Uint16Array([0x3c00, 0xc000, 0x0001, 0x03ff, 0x7bff, 0x8000]),
      [1, -2, 2 ** -24, 1023 * 2 ** -24, 65504, -0],
    ],
    ['BF16', new Uint16Array([0x3f80, 0xc000, 0x7f80, 0x0001]), [1, -2, Infinity, 2 ** -133]],
    ['F32', new Float32Array([1.5, -0, 3e38]), [1.5, -0, Math.fround(3e38)]],
    ['F64', new Float64Array([0.1, 1e300]), [Math.fround(0.1), Infinity]],
  ])('%s', (dtype, stored, expected) => {
    const bytes = bytesOf(stored);
    const source = parseSafetensors(file(one(dtype, [expected.length], 0, bytes.length), bytes), 'f');
    expect([...source.float32('x')]).toEqual(expected);
  });

  it('keeps NaN and infinity of half precision', () => {
    const bytes = bytesOf(new Uint16Array([0x7c00, 0xfc00, 0x7e00]));
    const source = parseSafetensors(file(one('F16', [3], 0, 6), bytes), 'f');
    expect([...source.float32('x')]).toEqual([Infinity, -Infinity, NaN]);
  });

  it('reads tensors that start at odd bytes, and gives copies', () => {
    const data = new Uint8Array(5);
    data.set(bytesOf(new Float32Array([7])), 1);
    const header = { a: { dtype: 'U8', shape: [1], data_offsets: [0, 1] }, ...one('F32', [], 1, 5) };
    const bytes = file(header, data);
    const source = parseSafetensors(bytes, 'f');
    const first = source.float32('x');
    first[0] = 0;
    expect([...source.float32('x')]).toEqual([7]);
  });

  it('takes names that mean something to JavaScript as plain names', () => {
    const header =
      '{"__metadata__":{"__proto__":"m"},"__proto__":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}';
    const source = parseSafetensors(file(header, 4), 'f');
    expect(source.names()).toEqual(['__proto__']);
    expect([...source.float32('__proto__')]).toEqual([0]);
    expect(Object.entries(source.metadata)).toEqual([['__proto__', 'm']]);
    expect(source.has('constructor')).toBe(false);
    expect(({} as Record<string, unknown>).dtype).toBeUndefined();
  });

  it('takes brackets and quotes in a name for text', () => {
    const name = '[[[["{{{{\\"';
    const source = parseSafetensors(
      file({ [name]: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } }, 4),
      'f',
    );
    expect(source.names()).toEqual([name]);
  });

  it('reads a file without tensors and tensors without values', () => {
    expect(parseSafetensors(file('{}'), 'f').names()).toEqual([]);
    expect(parseSafetensors(file(one('F32', [0, 9], 0, 0)), 'f').float32('x')).toHaveLength(0);
  });
});

describe('refusing hostile files', () => {
  const valid = one('F32', [2], 0, 8);
  const notUtf8 = file(one('U8', [0], 0, 0));
  notUtf8[10] = 0xff; // the name of the tensor
  const two = (a: number[], b: number[]): object => ({
    a: { dtype: 'F32', shape: [1], data_offsets: a },
    b: { dtype: 'F32', shape: [1], data_offsets: b },
  });
  it.each<[string, Uint8Array]>([
    ['an empty file', new Uint8Array(0)],
    ['a header length without a header', file('', 0, 10n)],
    ['a header beyond the end', file(valid, 8, 10_000n)],
    ['a header over 100 MB', file(valid, 8, 100_000_001n)],
    ['a header length of 2^64-1', file(valid, 8, 2n ** 64n - 1n)],
    ['broken JSON', file('{"x":', 0)],
    ['JSON that is not UTF-8', notUtf8],
    ['an array as header', file('[]', 0)],
    ['a header behind white space', file(' {}', 0)],
    ['an endless nest of arrays', file(`{"x":${'['.repeat(200_000)}`, 0)],
    ['a nest inside a tensor', file('{"x":{"dtype":"F32","shape":[[[2]]],"data_offsets":[0,8]}}', 8)],
    ['a tensor that is no object', file('{"x":3}', 0)],
    ['a tensor that is null', file('{"x":null}', 0)],
    ['an unknown type', file(one('toString', [2], 0, 8), 8)],
    ['a type that is no text', file('{"x":{"dtype":4,"shape":[2],"data_offsets":[0,8]}}', 8)],
    ['a negative size', file(one('F32', [-2], 0, 8), 8)],
    ['a fractional size', file(one('F32', [0.5, 4], 0, 8), 8)],
    ['a shape that is no list', file(one('F32', '2', 0, 8), 8)],
    ['a shape that overflows', file(one('F32', [2 ** 31, 2 ** 31], 0, 8), 8)],
    ['a shape that overflows back to the right size', file(one('U8', [2 ** 32, 2 ** 32, 0], 0, 0), 0)],
    ['a shape larger than its place', file(one('F32', [3], 0, 8), 8)],
    ['offsets beyond the end', file(one('F32', [4], 0, 16), 8)],
    ['offsets in reverse', file(one('F32', [2], 8, 0), 8)],
    ['three offsets', file('{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}}', 8)],
    ['text as offsets', file(one('F32', [2], '0', '8'), 8)],
    ['missing offsets', file('{"x":{"dtype":"F32","shape":[2]}}', 8)],
    ['overlapping tensors', file(two([0, 4], [2, 6]), 8)],
    ['two tensors in one place', file(two([0, 4], [0, 4]), 4)],
    ['a gap between tensors', file(two([0, 4], [8, 12]), 12)],
    ['data before the first tensor', file(one('F32', [1], 4, 8), 8)],
    ['data behind the last tensor', file(valid, 12)],
    ['missing data', file(valid, 4)],
    [
      'a name given twice for two places',
      file(
        `{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`,
        8,
      ),
    ],
    ['metadata that is no object', file('{"__metadata__":[]}', 0)],
    ['metadata that is no text', file('{"__metadata__":{"a":1}}', 0)],
  ])('%s', (_name, bytes) => {
    expect(() => parseSafetensors(bytes, 'bad.safetensors')).toThrow(failure('weights.invalid'));
  });

  it.each([
    ['a claimed header over 100 MB', file(valid, 8, 100_000_001n), /longer than 100 MB/],
    ['deep nesting', file(`{"x":${'['.repeat(100)}${']'.repeat(100)}}`), /nested too deep/],
  ])('sees %s before it reads the header', (_name, bytes, reason) => {
    expect(() => parseSafetensors(bytes, 'bad.safetensors')).toThrow(reason);
  });

  it('names the file, and cuts endless tensor names in the reason', () => {
    const header = one('F32', [3], 0, 8);
    const bytes = file(JSON.stringify(header).replace('"x"', `"${'n'.repeat(100_000)}"`), 8);
    let message = '';
    try {
      parseSafetensors(bytes, 'bad.safetensors');
    } catch (error) {
      message = String(error);
    }
    expect(message).toContain('bad.safetensors');
    expect(message.length).toBeLessThan(1000);
  });

  const outcome = (bytes: Uint8Array): string => {
    try {
      const source = parseSafetensors(bytes, 'fuzz');
      for (const name of source.names()) if (/^B?F\d+$/.test(source.dtype(name))) source.float32(name);
      return 'read';
    } catch (error) {
      return error instanceof LoupeError ? error.code : String(error);
    }
  };

  it('survives any bytes, any header and any damage of a valid file', () => {
    const good = writeSafetensors(new Map([['w', { shape: [2, 3], data: new Float32Array(6) }]]), { a: 'b' });
    const field = fc.oneof(fc.jsonValue(), fc.constantFrom<unknown>('F32', 'F16', [2], [0, 8], [2 ** 53, 2]));
    const header = fc.dictionary(
      fc.oneof(fc.string(), fc.constantFrom('__proto__', '__metadata__', 'constructor')),
      fc.oneof(fc.record({ dtype: field, shape: field, data_offsets: field }), fc.jsonValue()),
    );
    const damage = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
    const cases = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.tuple(header, fc.nat(40)).map(([json, data]) => file(json, data)),
      fc.tuple(damage, fc.nat(good.length)).map(([changes, keep]) => {
        const bytes = good.slice();
        for (const [at, value] of changes) bytes[at] = value;
        return keep % 4 === 0 ? bytes.slice(0, keep) : bytes;
      }),
    );
    fc.assert(
      fc.property(cases, (bytes) => {
        expect(['read', 'weights.invalid']).toContain(outcome(bytes));
      }),
      { numRuns: 3000, seed: 1 },
    );
  });
});

describe('writing .safetensors', () => {
  it('gives back what was written, with the data aligned to 8 bytes', () => {
    const tensors = new Map([
      ['fc.0.weight', { shape: [2, 3], data: new Float32Array([1, 2, 3, 4, 5, 6.5]) }],
      ['fc.0.bias', { shape: [2], data: new Float32Array([0, -1, NaN, 9]).subarray(1, 3) }],
      ['none', { shape: [0], data: new Float32Array(0) }],
    ]);
    const bytes = writeSafetensors(tensors, { pack: 'loupe-mini', tap: 'official' });
    const source = parseSafetensors(bytes, 'head');
    expect(source.names()).toEqual(['fc.0.weight', 'fc.0.bias', 'none']);
    expect(source.metadata).toEqual({ pack: 'loupe-mini', tap: 'official' });
    expect(source.shape('fc.0.weight')).toEqual([2, 3]);
    expect([...source.float32('fc.0.weight')]).toEqual([1, 2, 3, 4, 5, 6.5]);
    expect([...source.float32('fc.0.bias')]).toEqual([-1, NaN]);
    expect((bytes.length - 8 * 4) % 8).toBe(0); // 8 values of 4 bytes behind an aligned header
    expect(bytes).toEqual(writeSafetensors(tensors, { pack: 'loupe-mini', tap: 'official' }));
  });

  it.each([
    ['a shape that does not fit', 'w', [3]],
    ['a name that the format reserves', '__metadata__', [2]],
  ])('refuses %s', (_what, name, shape) => {
    const tensors = new Map([[name, { shape, data: new Float32Array(2) }]]);
    expect(() => writeSafetensors(tensors)).toThrow(failure('internal'));
  });
});
