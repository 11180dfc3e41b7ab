// Checks the text tower against the reference embeddings.
// Runs in the tests (Node).
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { buildTextGraph } from '../../models/clip/text-graph.ts';
import { readTextWeights } from '../../models/clip/weights.ts';
import { expectClose, goldenFloats, goldenNpy, hasGolden, tolerance } from '../support/golden.ts';
import { GOLDEN_CLIP, goldenWeights, randomClip, runModel } from '../support/tiny-clip.ts';

/** Feeds for prompts of token ids, cut to `length` tokens; the end token has the largest id. */
function feeds(prompts: readonly (readonly number[])[], length: number): Record<string, ort.Tensor> {
  const ids = prompts.flatMap((prompt) => prompt.slice(0, length));
  const ends = prompts.map((prompt) => prompt.indexOf(Math.max(...prompt)));
  return {
    ids: new ort.Tensor('int64', BigInt64Array.from(ids, BigInt), [prompts.length, length]),
    end: new ort.Tensor('int64', BigInt64Array.from(ends, BigInt), [prompts.length]),
  };
}

describe.skipIf(!hasGolden)('reference data', () => {
  const { data, shape } = hasGolden ? goldenNpy('text/ids.npy') : { data: [], shape: [0, 77] };
  const prompts = Array.from({ length: shape[0]! }, (_, i) =>
    Array.from(data.slice(i * 77, (i + 1) * 77), Number),
  );
  const expected = 'text/embeddings.npy';

  it.each(['clip/open_clip_model.safetensors', 'clip/hf/model.safetensors'])(
    'gives the reference embeddings from %s',
    async (path) => {
      const weights = readTextWeights(goldenWeights(path), GOLDEN_CLIP);
      const model = buildTextGraph({ architecture: GOLDEN_CLIP, weights });
      const { embedding } = await runModel(model, feeds(prompts, 77));
      expect(embedding!.dims).toEqual([10, 48]);
      expectClose(embedding!.data, goldenFloats(expected), tolerance(expected));
    },
  );

  it('needs no more tokens than the longest prompt has', async () => {
    const weights = readTextWeights(goldenWeights(), GOLDEN_CLIP);
    const model = buildTextGraph({ architecture: GOLDEN_CLIP, weights });
    const length = (prompt: readonly number[]): number => prompt.indexOf(Math.max(...prompt)) + 1;
    const short = prompts.map((_, i) => i).filter((i) => length(prompts[i]!) < 40);
    expect(short.length).toBeGreaterThan(1);
    const chosen = short.map((i) => prompts[i]!);
    const { embedding } = await runModel(model, feeds(chosen, Math.max(...chosen.map(length))));
    const all = goldenFloats(expected);
    const rows = short.flatMap((i) => [...all.subarray(i * 48, (i + 1) * 48)]);
    expectClose(embedding!.data, rows, tolerance(expected));
  });
});

describe('properties', () => {
  const model = buildTextGraph({
    architecture: GOLDEN_CLIP,
    weights: readTextWeights(randomClip(GOLDEN_CLIP), GOLDEN_CLIP),
  });
  const prompt = [510, 3, 77, 400, 5, 511, 0, 0];

  it('gives rows of length 1', async () => {
    const { embedding } = await runModel(model, feeds([prompt, [510, 9, 511, 0, 0, 0, 0, 0]], 8));
    for (const row of [embedding!.data.subarray(0, 48), embedding!.data.subarray(48)]) {
      expect(Math.hypot(...row)).toBeCloseTo(1, 6);
    }
  });

  it('does not look behind the end token, but at every token before it', async () => {
    const { embedding } = await runModel(model, feeds([prompt], 8));
    const behind = await runModel(model, feeds([[...prompt.slice(0, 6), 8, 9]], 8));
    expectClose(behind.embedding!.data, embedding!.data, 1e-6);
    const before = await runModel(model, feeds([[510, 4, ...prompt.slice(2)]], 8));
    expect(() => expectClose(before.embedding!.data, embedding!.data, 1e-3)).toThrow();
  });

  it('refuses a model that is described without a text tower', () => {
    const { text: _, ...architecture } = GOLDEN_CLIP;
    const weights = readTextWeights(randomClip(GOLDEN_CLIP), GOLDEN_CLIP);
    expect(() => buildTextGraph({ architecture, weights })).toThrow(
      expect.objectContaining({ code: 'weights.mismatch' }),
    );
  });
});
