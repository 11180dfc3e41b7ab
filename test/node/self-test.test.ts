// The self-test of packs: it passes for the right model on this processor, and fails for a wrong one.
// Runs in the tests (Node).
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { sealPack } from '../../electron/node/engine/seal-pack.ts';
import { onnxBlockRunner, testPack } from '../../electron/node/engine/self-test.ts';
import { toErrorValue } from '../../models/errors.ts';
import { importCheckpoint } from '../../models/packs/import.ts';
import { openPack } from '../../models/packs/open.ts';
import {
  makeSelfTest,
  parseSelfTest,
  SELF_TEST_TOLERANCE,
  selfTestDifference,
  selfTestText,
} from '../../models/packs/self-test.ts';
import { TINY_CHECKPOINT, writeTinyCheckpoint } from '../support/tiny-checkpoint.ts';
import { temporaryFolder, writePack, writeTinyPack } from '../support/tiny-pack.ts';
import { PREPROCESSING, randomClip } from '../support/tiny-clip.ts';

const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true }));
const CPU = { device: 'cpu', threads: 1 } as const;
const MODEL = {
  architecture: TINY_CHECKPOINT,
  preprocessing: { mean: [...PREPROCESSING.mean], std: [...PREPROCESSING.std] } as never,
};

describe('a pack', () => {
  it('without a stored reference is compared with plain arithmetic', async () => {
    const report = await testPack(await openPack(writeTinyPack(join(folder, 'plain'))), CPU);
    expect(report).toMatchObject({ device: 'cpu', stored: false, tolerance: 1e-3 });
    expect(report.difference).toBeLessThan(1e-4);
  });

  it('from an import carries its reference and passes', async () => {
    const source = writeTinyCheckpoint(join(folder, 'model.safetensors'));
    const stages: string[] = [];
    const { selfTest, manifest } = await importCheckpoint({
      source,
      out: join(folder, 'imported'),
      runBlocks: onnxBlockRunner,
      onProgress: (stage, done, total) => void stages.push(`${stage} ${done}/${total}`),
    });
    expect(selfTest).toBeLessThan(1e-4);
    expect(stages.filter((stage) => stage.startsWith('testing'))).toHaveLength(2 * 4);
    expect(manifest.selfTest).toEqual({ file: 'selftest.json' });
    const report = await testPack(await openPack(join(folder, 'imported')), CPU);
    expect(report).toMatchObject({ stored: true, device: 'cpu' });
    expect(report.difference).toBeLessThan(1e-4);
  });

  it('whose blocks are computed wrongly is not imported', async () => {
    const source = writeTinyCheckpoint(join(folder, 'model.safetensors'));
    const out = join(folder, 'refused');
    const wrong = onnxBlockRunner({ ...TINY_CHECKPOINT, activation: 'quick_gelu' });
    await expect(importCheckpoint({ source, out, runBlocks: () => wrong })).rejects.toMatchObject({
      code: 'selftest.failed',
    });
    await expect(openPack(out)).rejects.toMatchObject({ code: 'pack.missing' });
  });

  it('with the reference of another model, or another activation, fails', async () => {
    for (const [i, other] of [
      { ...MODEL, architecture: { ...TINY_CHECKPOINT, activation: 'quick_gelu' as const } },
      MODEL,
    ].entries()) {
      const test = await makeSelfTest(randomClip(TINY_CHECKPOINT, i === 0 ? 1 : 2), other);
      const pack = await openPack(join(folder, 'imported'));
      const { files: _, ...manifest } = pack.manifest;
      const made = writePack(join(folder, `other${i}`), manifest, {
        'model.safetensors': pack.bytes('model.safetensors'),
        'selftest.json': new TextEncoder().encode(selfTestText(test)),
      });
      await expect(testPack(await openPack(made), CPU)).rejects.toMatchObject({ code: 'selftest.failed' });
    }
  });
});

describe('sealing', () => {
  const readPack = (pack: string): Record<string, unknown> =>
    JSON.parse(readFileSync(join(pack, 'pack.json'), 'utf8')) as Record<string, unknown>;

  it('gives a pack its reference, and again after a file was changed, and keeps what its author wrote', async () => {
    const pack = writeTinyPack(join(folder, 'sealed'));
    const before = readPack(pack);
    const first = await sealPack(pack);
    expect(first.selfTest).toMatchObject({ stored: true, device: 'cpu' });
    expect(first.selfTest.difference).toBeLessThan(1e-4);
    const { files: _, selfTest, ...rest } = readPack(pack);
    const { files: __, ...as } = before;
    expect([rest, selfTest]).toEqual([as, { file: 'selftest.json' }]);
    expect(await testPack(await openPack(pack), CPU)).toMatchObject({ stored: true });

    // Another model in the same folder: refused as it is, right again after sealing.
    const other = writeTinyPack(join(folder, 'sealed-other'), {}, (tensors) => {
      for (const { data } of tensors.values())
        for (let i = 0; i < data.length; i++) data[i] = (data[i] ?? 0) * 1.1;
    });
    writeFileSync(join(pack, 'weights.safetensors'), readFileSync(join(other, 'weights.safetensors')));
    await expect(openPack(pack)).rejects.toMatchObject({ code: 'pack.hash_mismatch' });
    const second = await sealPack(pack);
    expect(second.modelSha256).not.toBe(first.modelSha256);
    expect(readPack(pack).files).toHaveLength((before.files as unknown[]).length + 1);
    expect((await testPack(await openPack(pack), CPU)).difference).toBeLessThan(1e-4);
    expect(await sealPack(pack)).toEqual(second);
  });

  it('leaves a pack that it cannot seal as it was', async () => {
    const pack = writeTinyPack(join(folder, 'unsealed'));
    const before = readFileSync(join(pack, 'pack.json'), 'utf8');
    writeFileSync(join(pack, 'weights.safetensors'), 'no tensors');
    await expect(sealPack(pack)).rejects.toMatchObject({ code: 'weights.invalid' });
    rmSync(join(pack, 'weights.safetensors'));
    await expect(sealPack(pack)).rejects.toMatchObject({ code: 'pack.invalid' });
    expect(readFileSync(join(pack, 'pack.json'), 'utf8')).toBe(before);
    await expect(sealPack(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'pack.missing' });
    appendFileSync(join(pack, 'pack.json'), 'x');
    await expect(sealPack(pack)).rejects.toMatchObject({ code: 'pack.invalid' });
  });

  it('was done with the pack that comes with the program', async () => {
    const shipped = fileURLToPath(new URL('../../resources/packs/loupe-mini', import.meta.url));
    const report = await testPack(await openPack(shipped), CPU);
    expect(report.stored, 'loupe model seal resources/packs/loupe-mini').toBe(true);
    expect(report.difference).toBeLessThan(1e-4);
  });
});

describe('the stored file', () => {
  it('comes back as it was, and differs from itself by nothing', async () => {
    const test = await makeSelfTest(randomClip(TINY_CHECKPOINT), MODEL);
    const back = parseSelfTest(selfTestText(test), 'pack', MODEL);
    expect(back).toEqual(test);
    expect(selfTestDifference(back.expected, test.expected)).toBe(0);
    const broken = { ...test.expected, base: { ...test.expected.base, low: [NaN] } };
    expect(selfTestDifference(broken, test.expected)).toBe(Infinity);
    const moved = {
      ...test.expected,
      clean: { ...test.expected.clean, score0: 0.5 + test.expected.clean.score0 },
    };
    expect(selfTestDifference(moved, test.expected)).toBeGreaterThan(SELF_TEST_TOLERANCE);
  });

  it('that is not right is refused, whatever it holds', async () => {
    const test = await makeSelfTest(randomClip(TINY_CHECKPOINT), MODEL);
    const good = JSON.parse(selfTestText(test)) as Record<string, unknown>;
    const other = { ...MODEL, architecture: { ...TINY_CHECKPOINT, embedDim: 17 } };
    expect(() => parseSelfTest(selfTestText(test), 'pack', other)).toThrow(/another length/);
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc
            .tuple(fc.constantFrom(...Object.keys(good)), fc.jsonValue())
            .map(([key, value]) => JSON.stringify({ ...good, [key]: value })),
        ),
        (text) => {
          try {
            expect(parseSelfTest(text, 'pack', MODEL).pixels).toHaveLength(24 * 24 * 3);
          } catch (error) {
            expect(toErrorValue(error).code).toBe('pack.invalid');
          }
        },
      ),
      { seed: 1, numRuns: 300 },
    );
  });
});
