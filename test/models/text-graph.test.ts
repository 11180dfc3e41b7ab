// Checks the text tower against the reference embeddings.
// Runs in the tests (Node).
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { buildTextGraph } from '../../models/clip/text-graph.ts';
import { tokenTree } from '../../models/clip/token-tree.ts';
import { readTextWeights } from '../../models/clip/weights.ts';
import { expectClose, goldenFloats, goldenNpy, hasGolden, tolerance } from '../support/golden.ts';
import { GOLDEN_CLIP, goldenWeights, randomClip, runModel } from '../support/tiny-clip.ts';

/** Up to its end token, which has the largest id. */
const text = (prompt: readonly number[]): number[] =>
  prompt.slice(0, prompt.indexOf(Math.max(...prompt)) + 1);

/** Feeds for prompts of token ids, as one tree. */
function feeds(prompts: readonly (readonly number[])[]): Record<string, ort.Tensor> {
  const { ids, depths, paths, length, places } = tokenTree(prompts);
  const integers = (values: Int32Array, ...shape: number[]): ort.Tensor =>
    new ort.Tensor('int64', BigInt64Array.from(values, BigInt), shape);
  return {
    ids: integers(ids, ids.length),
    depths: integers(depths, ids.length),
    paths: integers(paths, prompts.length, length),
    places: integers(places, ids.length),
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
      const { embedding } = await runModel(model, feeds(prompts.map(text)));
      expect(embedding!.dims).toEqual([10, 48]);
      expectClose(embedding!.data, goldenFloats(expected), tolerance(expected));
    },
  );

  it('needs no more tokens than the prompts have, and each beginning only once', async () => {
    const weights = readTextWeights(goldenWeights(), GOLDEN_CLIP);
    const model = buildTextGraph({ architecture: GOLDEN_CLIP, weights });
    const short = prompts.map((_, i) => i).filter((i) => text(prompts[i]!).length < 40);
    expect(short.length).toBeGreaterThan(1);
    const input = feeds(short.map((i) => text(prompts[i]!)));
    expect(input.ids!.size).toBeLessThan(input.paths!.size);
    const { embedding } = await runModel(model, input);
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
  const prompt = [510, 3, 77, 400, 5, 511];
  const embed = async (...prompts: number[][]) => (await runModel(model, feeds(prompts))).embedding!.data;

  it('gives rows of length 1', async () => {
    const rows = await embed(prompt, [510, 9, 511]);
    for (const row of [rows.subarray(0, 48), rows.subarray(48)]) expect(Math.hypot(...row)).toBeCloseTo(1, 6);
  });

  it('gives a prompt the same row alone and beside others that begin like it, in any order', async () => {
    const others = [
      [510, 3, 77, 9, 8, 7, 6, 511],
      [510, 3, 511],
      [510, 3, 77, 400, 6, 511],
    ];
    const alone = await embed(prompt);
    for (let at = 0; at <= others.length; at++) {
      const rows = await embed(...others.slice(0, at), prompt, ...others.slice(at));
      expectClose(rows.subarray(at * 48, (at + 1) * 48), alone, 1e-6);
    }
  });

  it('looks at every token before the end', async () => {
    const alone = await embed(prompt);
    for (let at = 0; at < prompt.length - 1; at++) {
      const other = await embed(prompt.with(at, 4));
      expect(() => expectClose(other, alone, 1e-3)).toThrow();
    }
  });

  it('refuses a model that is described without a text tower', () => {
    const { text: _, ...architecture } = GOLDEN_CLIP;
    const weights = readTextWeights(randomClip(GOLDEN_CLIP), GOLDEN_CLIP);
    expect(() => buildTextGraph({ architecture, weights })).toThrow(
      expect.objectContaining({ code: 'weights.mismatch' }),
    );
  });
});
