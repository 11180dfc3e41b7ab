// Checks that every supported naming of CLIP weights gives the same tensors and that wrong files are refused.
// Runs in the tests (Node).
import { describe, expect, it } from 'vitest';
import type { ClipArchitecture } from '../../models/clip/architecture.ts';
import type { TensorSource } from '../../models/clip/tensor-source.ts';
import { detectLayout, readTextWeights, readVisionWeights } from '../../models/clip/weights.ts';
import { hasGolden } from '../support/golden.ts';
import { GOLDEN_CLIP, goldenWeights, memorySource, randomClip } from '../support/tiny-clip.ts';

const SMALL: ClipArchitecture = {
  embedDim: 6,
  activation: 'gelu',
  vision: { width: 8, layers: 4, heads: 2, mlpWidth: 12, patch: 2, imageSize: 6 },
  text: { width: 4, layers: 2, heads: 1, mlpWidth: 8, contextLength: 7, vocabSize: 11 },
};

/** The same tensors under other names. */
function renamed(source: TensorSource, rename: (name: string) => string): TensorSource {
  const entries = source.names().map((name) => {
    const tensor = { shape: source.shape(name), data: source.float32(name) };
    return [rename(name), tensor] as const;
  });
  return memorySource(new Map(entries));
}

const refusal = (code: string, text: string): unknown =>
  expect.objectContaining({ code, message: expect.stringContaining(text) as string });

describe.skipIf(!hasGolden)('reference data', () => {
  it('gives the same weights from open_clip and Hugging Face names', () => {
    const openClip = goldenWeights();
    const huggingFace = goldenWeights('clip/hf/model.safetensors');
    expect(detectLayout(openClip)).toEqual({ naming: 'open_clip', prefix: '' });
    expect(detectLayout(huggingFace)).toEqual({ naming: 'hugging_face', prefix: '' });
    expect(readVisionWeights(huggingFace, GOLDEN_CLIP)).toEqual(readVisionWeights(openClip, GOLDEN_CLIP));
    expect(readTextWeights(huggingFace, GOLDEN_CLIP)).toEqual(readTextWeights(openClip, GOLDEN_CLIP));
  });
});

describe('reading', () => {
  const source = randomClip(SMALL);

  it('turns linear weights from [out, in] to [in, out]', () => {
    const stored = source.float32('visual.transformer.resblocks.1.mlp.c_fc.weight');
    const { weight } = readVisionWeights(source, SMALL).blocks[1]!.mlpIn;
    expect(weight[3 * 12 + 5]).toBe(stored[5 * 8 + 3]);
  });

  it('leaves the projection [W, D] as it is in open_clip files', () => {
    expect(readVisionWeights(source, SMALL).projection).toEqual(source.float32('visual.proj'));
  });

  it('reads a text tower that comes without a vision tower', () => {
    const only = source.names().filter((name) => !name.startsWith('visual.'));
    const entries = only.map(
      (name) => [name, { shape: source.shape(name), data: source.float32(name) }] as const,
    );
    expect(readTextWeights(memorySource(new Map(entries)), SMALL)).toEqual(readTextWeights(source, SMALL));
  });

  it('reads through a module. prefix', () => {
    const prefixed = renamed(source, (name) => `module.${name}`);
    expect(detectLayout(prefixed)).toEqual({ naming: 'open_clip', prefix: 'module.' });
    expect(readVisionWeights(prefixed, SMALL)).toEqual(readVisionWeights(source, SMALL));
    expect(readTextWeights(prefixed, SMALL)).toEqual(readTextWeights(source, SMALL));
  });
});

describe('refusals', () => {
  const source = randomClip(SMALL);
  const { text: _, ...withoutText } = SMALL;

  it('refuses a file with unknown names', () => {
    const other = renamed(source, (name) => `encoder.${name}`);
    expect(() => detectLayout(other, 'other.safetensors')).toThrow(
      refusal('weights.invalid', 'other.safetensors'),
    );
    expect(() => readVisionWeights(other, SMALL)).toThrow(refusal('weights.invalid', 'names'));
  });

  it('names the tensor and both shapes when a shape differs', () => {
    const wider = { ...SMALL, vision: { ...SMALL.vision, mlpWidth: 16 } };
    expect(() => readVisionWeights(source, wider)).toThrow(
      refusal(
        'weights.mismatch',
        'visual.transformer.resblocks.0.mlp.c_fc.weight is [12, 8], the model asks for [16, 8]',
      ),
    );
  });

  it('names a missing tensor', () => {
    const broken = renamed(source, (name) => (name === 'visual.ln_post.bias' ? 'lost' : name));
    expect(() => readVisionWeights(broken, SMALL)).toThrow(
      refusal('weights.mismatch', 'visual.ln_post.bias'),
    );
  });

  it('refuses a file with more or fewer blocks than described', () => {
    const withLayers = (layers: number) => ({ ...SMALL, vision: { ...SMALL.vision, layers } });
    expect(() => readVisionWeights(source, withLayers(3))).toThrow(refusal('weights.mismatch', '3 blocks'));
    expect(() => readVisionWeights(source, withLayers(5))).toThrow(
      refusal('weights.mismatch', 'resblocks.4.'),
    );
  });

  it('refuses another input size than the position embedding is for', () => {
    const larger = { ...SMALL, vision: { ...SMALL.vision, imageSize: 8 } };
    expect(() => readVisionWeights(source, larger)).toThrow(refusal('weights.mismatch', '[10, 8]'));
  });

  it('refuses to read a text tower that is not described', () => {
    expect(() => readTextWeights(source, withoutText)).toThrow(
      refusal('weights.mismatch', 'without a text tower'),
    );
  });
});
