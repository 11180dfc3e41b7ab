// Files from strangers: .npy, TorchScript archives, tokenizer.json, merges and configs, damaged in any way.
// Runs in the tests (vitest). Readers of .safetensors, zip and pickle, and pack.json are fuzzed in their own files.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { parseCheckpoint } from '../../models/clip/checkpoint.ts';
import { readConfig } from '../../models/clip/config/read.ts';
import { parseJson } from '../../models/clip/config/settings.ts';
import { LoupeError, toErrorValue } from '../../models/errors.ts';
import { parseNpy, writeNpy } from '../../models/npy.ts';
import { chooseTokenizer } from '../../models/packs/import-tokenizer.ts';
import { goldenBytes, hasGolden } from '../support/golden.ts';
import { pickle, tensor, torchFile } from '../support/torch-file.ts';

/** No single case may hang or swallow memory: milliseconds, and bytes over the whole property. */
const SLOW = 2000;
const MEMORY = 500e6;

/** Runs `read` on many cases: it gives a result, or an error with one of the codes. */
async function survives<T>(
  cases: fc.Arbitrary<T>,
  read: (value: T) => unknown,
  codes: string[],
  numRuns = 1000,
) {
  const before = process.memoryUsage().rss;
  let slowest = 0;
  await fc.assert(
    fc.asyncProperty(cases, async (value) => {
      const start = performance.now();
      try {
        await read(value);
      } catch (error) {
        expect(codes).toContain(toErrorValue(error).code);
      }
      slowest = Math.max(slowest, performance.now() - start);
    }),
    { seed: 1, numRuns },
  );
  expect(slowest).toBeLessThan(SLOW);
  expect(process.memoryUsage().rss - before).toBeLessThan(MEMORY);
}

/** A good file with some bytes changed, cut off or with more behind. */
const damaged = (good: Uint8Array, within = good.length): fc.Arbitrary<Uint8Array> =>
  fc
    .tuple(
      fc.array(fc.tuple(fc.nat(within - 1), fc.nat(255)), { maxLength: 8 }),
      fc.option(fc.nat(good.length)),
      fc.uint8Array({ maxLength: 3 }),
    )
    .map(([changes, keep, more]) => {
      const bytes = good.slice();
      for (const [at, value] of changes) bytes[at] = value;
      return Uint8Array.from([...bytes.subarray(0, keep ?? bytes.length), ...more]);
    });

describe('.npy', () => {
  const good = writeNpy(Float32Array.from({ length: 12 }, Math.sqrt), [3, 4]);

  it('is read or refused', async () => {
    const shape = fc.oneof(
      fc.string(),
      fc.constantFrom('9007199254740993,', '-1', '1e9, 1e9', '0x10', 'NaN', '3, 4'),
    );
    const header = fc
      .tuple(fc.constantFrom('<f4', '|u1', '<i8', '>f4', 'O', '__proto__'), shape)
      .map(([descr, shape]) => {
        const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape}), }\n`;
        return Uint8Array.from([
          ...good.subarray(0, 8),
          text.length & 255,
          text.length >> 8,
          ...Buffer.from(text, 'latin1'),
          ...good.subarray(-48),
        ]);
      });
    await survives(
      fc.oneof(fc.uint8Array({ maxLength: 100 }), damaged(good), header),
      (bytes) => {
        const { data, shape } = parseNpy(bytes);
        expect(data.length).toBe(shape.reduce((a, b) => a * b, 1));
      },
      ['data.invalid'],
      3000,
    );
  });
});

describe('TorchScript', () => {
  const read = (bytes: Uint8Array): void => {
    const source = parseCheckpoint(bytes, 'fuzz.pt');
    for (const name of source.names()) source.bytes(name);
  };

  it('archives with modules inside of modules are read or refused', async () => {
    const { build, newObject, global, dict, text, put, get } = pickle;
    const leaf = tensor({ length: 4, shape: [2, 2], strides: [2, 1] });
    const module = (name: string, ...items: Parameters<typeof dict>): readonly number[] =>
      build(newObject(global('__torch__', name)), dict(...items));
    const inner = module('Inner', [text('weight'), leaf]);
    const good = torchFile(
      [
        ...module(
          'Outer',
          [text('a'), [...inner, ...put(0)]],
          [text('b'), get(0)],
          [text('n'), pickle.int(3)],
        ),
      ],
      { 0: new Float32Array([1, 2, 3, 4]) },
    );
    expect(parseCheckpoint(good, 'good').format).toBe('torchscript');
    await survives(damaged(good), read, ['weights.invalid'], 2000);
  });

  it.skipIf(!hasGolden)('archives as OpenAI publishes them are read or refused', async () => {
    const good = goldenBytes('clip/jit.pt');
    const directory = Math.max(0, good.length - 40_000);
    const anywhere = fc.array(
      fc.tuple(fc.oneof(fc.nat(60_000), fc.integer({ min: directory, max: good.length - 1 })), fc.nat(255)),
      { minLength: 1, maxLength: 6 },
    );
    const cases = anywhere.map((changes) => {
      const bytes = good.slice();
      for (const [at, value] of changes) bytes[at] = value;
      return bytes;
    });
    await survives(cases, read, ['weights.invalid'], 150);
  });
});

describe('tokenizers and configs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'loupe-fuzz-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const weights = join(folder, 'model.safetensors');

  it('tokenizer.json is used or refused', async () => {
    const path = join(folder, 'tokenizer.json');
    const merge = fc.oneof(
      fc.string(),
      fc.tuple(fc.string(), fc.string()),
      fc.jsonValue(),
      fc.constantFrom('a b', 'ab c</w>', ['a', 'b']),
    );
    const json = fc.oneof(
      fc.string(),
      fc.json(),
      fc.array(merge, { maxLength: 5 }).map((merges) => JSON.stringify({ model: { type: 'BPE', merges } })),
      fc.jsonValue().map((model) => JSON.stringify({ model })),
    );
    await survives(
      fc.tuple(json, fc.constantFrom(514, 515, 516)),
      async ([text, vocabulary]) => {
        writeFileSync(path, text);
        const { merges } = await chooseTokenizer(weights, path, vocabulary);
        expect(merges).toContain('#version');
      },
      ['data.invalid'],
      500,
    );
  });

  it('a list of merges and the vocab.json beside it are used or refused', async () => {
    const path = join(folder, 'merges.txt');
    const line = fc.oneof(fc.string(), fc.constantFrom('a b', '#version: 0.2', 'ab c</w>', ''));
    const cases = fc.tuple(fc.array(line, { maxLength: 6 }), fc.boolean(), fc.oneof(fc.json(), fc.string()));
    await survives(
      cases,
      async ([lines, header, vocabulary]) => {
        writeFileSync(path, [...(header ? ['#version: 0.2'] : []), ...lines].join('\n'));
        writeFileSync(join(folder, 'vocab.json'), vocabulary);
        await chooseTokenizer(weights, path, 514 + lines.length);
      },
      ['data.invalid'],
      500,
    );
  });

  it('a config is read or refused', async () => {
    const refuse = (reason: string): never => {
      throw new LoupeError('weights.invalid', { file: 'x', reason });
    };
    const keys = fc.constantFrom(
      ...['embed_dim', 'vision_cfg', 'text_cfg', 'quick_gelu', 'model_cfg', 'preprocess_cfg', 'model_type'],
      ...['vision_config', 'text_config', 'projection_dim', 'layers', 'width', 'hidden_act', 'image_size'],
    );
    const object = fc.dictionary(keys, fc.oneof(fc.jsonValue(), fc.dictionary(keys, fc.jsonValue())));
    await survives(
      fc.oneof(
        fc.json(),
        object.map((value) => JSON.stringify(value)),
        fc.string(),
      ),
      (text) => readConfig(parseJson(text, refuse), refuse),
      ['weights.invalid'],
      3000,
    );
  });
});
