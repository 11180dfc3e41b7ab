// Checks that SDP+ heads are read, and refused when they do not fit.
// Runs in the tests (Node).
import { describe, expect, it } from 'vitest';
import { parseSafetensors } from '../../models/clip/safetensors.ts';
import { readHead } from '../../models/clip-ad/head.ts';
import { goldenBytes, hasGolden } from '../support/golden.ts';
import { GOLDEN_CLIP, memorySource } from '../support/tiny-clip.ts';

const { embedDim: D, vision } = GOLDEN_CLIP;
const W = vision.width;

/** The tensors of a right head, before a test spoils them. */
function headTensors(): Map<string, { shape: number[]; data: Float32Array }> {
  const tensors = new Map<string, { shape: number[]; data: Float32Array }>();
  for (let s = 0; s < 4; s++) {
    tensors.set(`fc.${s}.weight`, { shape: [D, W], data: new Float32Array(D * W).fill(s + 1) });
    tensors.set(`fc.${s}.bias`, { shape: [D], data: new Float32Array(D).fill(-s) });
  }
  return tensors;
}

const refusal = (text: string): unknown =>
  expect.objectContaining({ code: 'head.invalid', message: expect.stringContaining(text) as string });

it('reads the four layers in the order of the stages', () => {
  const head = readHead(memorySource(headTensors()), GOLDEN_CLIP);
  expect(head.weight.map((w) => [w.length, w[0]])).toEqual([1, 2, 3, 4].map((value) => [D * W, value]));
  expect(head.bias.map((b) => [b.length, b[0]])).toEqual([-0, -1, -2, -3].map((value) => [D, value]));
});

describe.skipIf(!hasGolden)('reference data', () => {
  it('reads the reference head', () => {
    const head = readHead(parseSafetensors(goldenBytes('head/head.safetensors'), 'head'), GOLDEN_CLIP);
    expect([...head.weight, ...head.bias].map((tensor) => tensor.length)).toEqual([
      ...Array<number>(4).fill(D * W),
      ...Array<number>(4).fill(D),
    ]);
  });

  it('refuses the weights of a model, naming the file', () => {
    const source = parseSafetensors(goldenBytes('clip/open_clip_model.safetensors'), 'clip');
    expect(() => readHead(source, GOLDEN_CLIP, 'clip.safetensors')).toThrow(refusal('clip.safetensors'));
  });
});

describe('refusals', () => {
  it('refuses a head with a missing layer', () => {
    const tensors = headTensors();
    tensors.delete('fc.2.bias');
    expect(() => readHead(memorySource(tensors), GOLDEN_CLIP)).toThrow(refusal('fc.2.bias'));
  });

  it('refuses a head for another model, naming both shapes', () => {
    const wider = { ...GOLDEN_CLIP, vision: { ...vision, width: 192 } };
    expect(() => readHead(memorySource(headTensors()), wider)).toThrow(
      refusal('fc.0.weight is [48, 128], the model asks for [48, 192]'),
    );
  });

  it('refuses values that are not finite', () => {
    const tensors = headTensors();
    tensors.get('fc.3.weight')!.data[7] = NaN;
    expect(() => readHead(memorySource(tensors), GOLDEN_CLIP)).toThrow(refusal('not finite'));
  });
});
