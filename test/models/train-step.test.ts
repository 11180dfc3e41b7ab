// The training step: against the official code, against finite differences, and against hand-checked numbers.
// Runs in the tests (Node, ONNX Runtime on the processor).
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { readHead } from '../../models/clip-ad/head.ts';
import { STAGES } from '../../models/clip-ad/vision-graph.ts';
import { adamStep, newMoments } from '../../models/train/adam.ts';
import { buildStepGraph, type StepOptions } from '../../models/train/step-graph.ts';
import { expectClose, goldenFloats, goldenJson, goldenNpy, hasGolden, tolerance } from '../support/golden.ts';
import { GOLDEN_CLIP, goldenWeights, randomFloats, randomNumbers } from '../support/tiny-clip.ts';

interface StepInput {
  readonly tokens: ort.Tensor;
  readonly target: Uint8Array;
  readonly text: Float32Array;
  readonly weight: Float32Array;
  readonly bias: Float32Array;
}
interface StepResult {
  readonly focal: number;
  readonly dice: number;
  readonly weightGradient: Float32Array;
  readonly biasGradient: Float32Array;
}

/** One session for many steps. */
async function openStep(options: StepOptions): Promise<(input: StepInput) => Promise<StepResult>> {
  const { grid, width, embedDim, mapSize } = options;
  const session = await ort.InferenceSession.create(buildStepGraph(options), { logSeverityLevel: 3 });
  return async ({ tokens, target, text, weight, bias }) => {
    const batch = target.length / mapSize ** 2;
    expect(tokens.dims).toEqual([batch, grid * grid, width]);
    const results = await session.run({
      tokens,
      target: new ort.Tensor('uint8', target, [batch, mapSize, mapSize]),
      text: new ort.Tensor('float32', text, [batch, embedDim]),
      weight: new ort.Tensor('float32', weight, [embedDim, width]),
      bias: new ort.Tensor('float32', bias, [embedDim]),
    });
    const data = (name: string): Float32Array => (results[name]?.data ?? new Float32Array()) as Float32Array;
    return {
      focal: data('focal')[0] ?? NaN,
      dice: data('dice')[0] ?? NaN,
      weightGradient: data('weight_gradient'),
      biasGradient: data('bias_gradient'),
    };
  };
}

const float32 = (data: Float32Array, dims: number[]): ort.Tensor => new ort.Tensor('float32', data, dims);

describe.skipIf(!hasGolden)('against the official code', () => {
  const { embedDim, vision } = GOLDEN_CLIP;
  const { width, imageSize: mapSize, patch } = vision;
  const grid = mapSize / patch;
  const options = { grid, width, embedDim, mapSize, gradients: true } as const;
  const perStage = grid * grid * width;

  const load = () => {
    const { data: x, shape } = goldenNpy('vision/X_official.npy'); // [image, stage, N, W]
    expect(shape).toEqual([3, STAGES, grid * grid, width]);
    const tokens = (s: number): ort.Tensor => {
      const batch = new Float32Array(3 * perStage);
      for (let b = 0; b < 3; b++) {
        batch.set(
          (x as Float32Array).subarray((b * STAGES + s) * perStage, (b * STAGES + s + 1) * perStage),
          b * perStage,
        );
      }
      return float32(batch, [3, grid * grid, width]);
    };
    const [tn, ta] = [goldenFloats('train/t_n.npy'), goldenFloats('train/t_a.npy')];
    const text = ta.map((value, i) => value - (tn[i] ?? NaN));
    const target = goldenNpy('train/masks.npy').data as Uint8Array;
    return { tokens, text, target, head: readHead(goldenWeights('head/head.safetensors'), GOLDEN_CLIP) };
  };

  it('gives the gradients of the first step', async () => {
    const { tokens, text, target, head } = load();
    const step = await openStep(options);
    const [gW, gb]: [number[], number[]] = [[], []];
    for (let s = 0; s < STAGES; s++) {
      const input = { tokens: tokens(s), target, text, weight: head.weight[s]!, bias: head.bias[s]! };
      const { weightGradient, biasGradient } = await step(input);
      gW.push(...weightGradient);
      gb.push(...biasGradient);
    }
    expectClose(gW, goldenFloats('train/gW_step1.npy'), tolerance('train/gW_step1.npy'));
    expectClose(gb, goldenFloats('train/gb_step1.npy'), tolerance('train/gb_step1.npy'));
  });

  it('gives the losses of ten steps, and the weights after them', async () => {
    const { tokens, text, target, head } = load();
    const expected = goldenJson('train/losses.json') as {
      focal: number[][];
      dice: number[][];
      steps: number;
    };
    const step = await openStep(options);
    const [focal, dice]: [number[], number[]] = [[], []];
    const layers = head.weight.map((weight, s) => ({
      weight: weight.slice(),
      bias: head.bias[s]!.slice(),
      moments: [newMoments(weight.length), newMoments(head.bias[s]!.length)] as const,
    }));
    for (let k = 1; k <= expected.steps; k++) {
      for (const [s, { weight, bias, moments }] of layers.entries()) {
        const result = await step({ tokens: tokens(s), target, text, weight, bias });
        focal.push(result.focal);
        dice.push(result.dice);
        adamStep(weight, result.weightGradient, moments[0], k, 1e-4);
        adamStep(bias, result.biasGradient, moments[1], k, 1e-4);
      }
    }
    expectClose(focal, expected.focal.flat(), tolerance('train/losses.json'));
    expectClose(dice, expected.dice.flat(), tolerance('train/losses.json'));
    const all = (name: 'weight' | 'bias'): number[] => layers.flatMap((layer) => [...layer[name]]);
    expectClose(all('weight'), goldenFloats('train/W_after10.npy'), tolerance('train/W_after10.npy'));
    expectClose(all('bias'), goldenFloats('train/b_after10.npy'), tolerance('train/b_after10.npy'));
  });
});

/** Specification, Appendix 2: "Loss/gradient toy". */
const toy = {
  options: { grid: 2, width: 3, embedDim: 2, mapSize: 4, gradients: true } as const,
  input: {
    tokens: float32(Float32Array.of(1, 0, 2, 0, 1, -1, 0.5, 0.5, 0.5, -1, 2, 0), [1, 4, 3]),
    target: Uint8Array.of(0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0),
    text: Float32Array.of(Math.cos(0.05) - 1, Math.sin(0.05)),
    weight: Float32Array.of(0.3, -0.2, 0.1, 0.05, 0.4, -0.3),
    bias: Float32Array.of(0.1, -0.1),
  },
};

describe('a toy layer', () => {
  it('gives the numbers of the specification', async () => {
    const step = await openStep(toy.options);
    const { focal, dice, weightGradient, biasGradient } = await step(toy.input);
    expect(focal).toBeCloseTo(0.7667724209, 5);
    expect(dice).toBeCloseTo(0.4341726565, 6);
    const expected = [-0.34968589, 1.44582223, 0.24992934, 0.85134319, 2.46016941, 1.45340006];
    expectClose(weightGradient, expected, 1e-5);
    expectClose(biasGradient, [1.09613635, 3.3115126], 1e-5);
  });

  it('has the gradient that finite differences have, in a batch of two with two texts', async () => {
    const random = randomNumbers(5);
    const options = { ...toy.options, grid: 3, mapSize: 7 };
    const input: StepInput = {
      tokens: float32(randomFloats(2 * 9 * 3, random), [2, 9, 3]),
      target: Uint8Array.from({ length: 2 * 49 }, (_, i) => (i >= 60 && i < 75 ? 1 : 0)),
      text: Float32Array.of(0.01, 0.03, -0.02, 0.025),
      weight: randomFloats(6, random),
      bias: randomFloats(2, random),
    };
    const step = await openStep(options);
    const measure = await openStep({ ...options, gradients: false });
    const { weightGradient, biasGradient, focal, dice } = await step(input);
    const loss = async (change: Partial<StepInput>): Promise<number> => {
      const result = await measure({ ...input, ...change });
      return result.focal + result.dice;
    };
    expect(await loss({})).toBe(focal + dice);
    const h = 1 / 256; // large enough for float32 losses, and exact in binary
    for (const [name, gradient] of [
      ['weight', weightGradient],
      ['bias', biasGradient],
    ] as const) {
      for (const [i, analytic] of gradient.entries()) {
        const moved = (by: number): Float32Array =>
          input[name].map((value, j) => (j === i ? value + by : value));
        const difference = (await loss({ [name]: moved(h) })) - (await loss({ [name]: moved(-h) }));
        expect(Math.abs(difference / (2 * h) - analytic)).toBeLessThan(
          2e-3 * Math.max(...gradient.map(Math.abs)),
        );
      }
    }
  });

  it('stays finite where every pixel is certain, right or wrong', async () => {
    const step = await openStep(toy.options);
    for (const text of [Float32Array.of(2, 0), Float32Array.of(-2, 0)]) {
      const { focal, dice, weightGradient } = await step({ ...toy.input, text });
      expect(Number.isFinite(focal + dice)).toBe(true);
      expect(weightGradient.every(Number.isFinite)).toBe(true);
    }
  });

  it('is refused with sizes that are none', () => {
    expect(() => buildStepGraph({ ...toy.options, grid: 0 })).toThrow(
      expect.objectContaining({ code: 'usage' }),
    );
  });
});
