// Parity from end to end: photographs of the official test script through the engine → its heat maps and scores.
// Runs in the tests (Node).
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { officialScores } from '../../models/metrics/official-score.ts';
import { writeNpy } from '../../models/npy.ts';
import type { Method, SessionOptions } from '../../electron/common/inference-service.ts';
import { Engine } from '../../electron/node/engine/engine.ts';
import { expectClose, GOLDEN, goldenFloats, goldenJson, hasGolden, tolerance } from '../support/golden.ts';
import { temporaryFolder, writeGoldenPack } from '../support/tiny-pack.ts';

interface Scores {
  readonly score0: number[];
  readonly score1: number[];
  readonly score: number[];
}

describe.skipIf(!hasGolden)('engine against the official code', () => {
  const folder = temporaryFolder();
  afterAll(() => rmSync(folder, { recursive: true }));

  const inspectAll = async (method: Method) => {
    const textFeatures = join(folder, 'text.npy');
    const t = [...goldenFloats('maps/t_n.npy'), ...goldenFloats('maps/t_a.npy')];
    writeFileSync(textFeatures, writeNpy(Float32Array.from(t), [2, 48]));
    const packFolder = writeGoldenPack(join(folder, 'pack'));
    const engine = new Engine(() => undefined);
    const options: SessionOptions = {
      packFolder,
      product: '',
      textFeatures,
      method,
      device: 'cpu',
      threads: 1,
    };
    const { session } = await engine.open(options);
    // All under way at once: what comes back must belong to the photograph that was sent.
    const results = await Promise.all(
      [0, 1, 2].map((i) =>
        engine.inspect({ session, path: join(GOLDEN, `official_e2e/images/${i}.png`), wantMap: true }),
      ),
    );
    await engine.close(session);
    return results;
  };

  for (const [method, name] of [
    ['sdp', 'sdp'],
    ['sdp+', 'plus'],
  ] as const) {
    it(`${method}: heat maps, raw scores and the score of the papers`, async () => {
      const results = await inspectAll(method);
      const heat = `official_e2e/heat_${name}.npy`;
      const got = Float32Array.from(results.flatMap(({ map }) => [...(map ?? [])]));
      expectClose(got, goldenFloats(heat), tolerance(heat));

      const file = 'official_e2e/scores.json';
      const expected = (goldenJson(file) as Record<string, Scores>)[name]!;
      const [score0, score1] = [results.map((r) => r.score0), results.map((r) => r.score1)];
      expectClose(score0, expected.score0, tolerance(file));
      expectClose(score1, expected.score1, tolerance(file));
      const official = officialScores(Float64Array.from(score0), Float64Array.from(score1));
      expectClose(official, expected.score, tolerance(file));
    });
  }

  it('sizes are those of the photographs', async () => {
    const results = await inspectAll('sdp');
    expect(results.map(({ width, height }) => [width, height])).toEqual([
      [173, 131],
      [101, 150],
      [96, 89],
    ]);
  });
});
