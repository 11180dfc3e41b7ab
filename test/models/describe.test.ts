// What a checkpoint and its config say together: sizes, heads, activation, and the contradictions that are refused.
// Runs in Node (vitest).
import { describe, expect, it } from 'vitest';
import type { ClipArchitecture } from '../../models/clip/architecture.ts';
import { builtInConfig } from '../../models/clip/config/built-in.ts';
import { readConfig } from '../../models/clip/config/read.ts';
import { parseJson, type ModelConfig, type Refuse } from '../../models/clip/config/settings.ts';
import { describeModel, type Description, type Evidence } from '../../models/clip/describe.ts';
import type { TensorSource } from '../../models/clip/tensor-source.ts';
import { selectTensors, towerTensors } from '../../models/clip/towers.ts';
import { detectLayout, readTextWeights, readVisionWeights } from '../../models/clip/weights.ts';
import { goldenJson, hasGolden } from '../support/golden.ts';
import { GOLDEN_CLIP, goldenWeights, randomClip } from '../support/tiny-clip.ts';

const refuse: Refuse = (reason) => {
  throw new Error(reason);
};
const parse = (settings: object): ModelConfig | null =>
  readConfig(parseJson(JSON.stringify(settings), refuse), refuse);
const mismatch = (text: string): unknown =>
  expect.objectContaining({ code: 'weights.mismatch', message: expect.stringContaining(text) as string });

const TINY: ClipArchitecture = {
  embedDim: 16,
  activation: 'gelu',
  vision: { width: 128, layers: 4, heads: 2, mlpWidth: 96, patch: 8, imageSize: 32 },
  text: { width: 64, layers: 1, heads: 1, mlpWidth: 32, contextLength: 77, vocabSize: 600 },
};
const source = randomClip(TINY);
const describeTiny = (evidence: Partial<Evidence> = {}): Description => {
  const layout = { naming: 'open_clip', prefix: '' } as const;
  return describeModel({ source, format: 'safetensors', layout, fileName: 'x.pt', ...evidence });
};
const withConfig = (settings: object, name = 'config.json'): Partial<Evidence> => ({
  config: { name, settings: parse(settings)! },
});

describe('sizes', () => {
  it('are read from the weights', () => {
    expect(describeTiny().architecture).toEqual(TINY);
  });

  it('may be stated by a config, which decides the heads', () => {
    const vision_cfg = {
      width: 128,
      layers: 4,
      head_width: 32,
      mlp_ratio: 0.75,
      patch_size: 8,
      image_size: 32,
    };
    const text_cfg = { width: 64, layers: 1, heads: 8, context_length: 77, vocab_size: 600 };
    const { architecture } = describeTiny(withConfig({ embed_dim: 16, vision_cfg, text_cfg }));
    expect([architecture.vision.heads, architecture.text?.heads]).toEqual([4, 8]);
    const vision_config = { hidden_size: 128, num_attention_heads: 8, intermediate_size: 96, patch_size: 8 };
    const hf = describeTiny(withConfig({ vision_config, projection_dim: 16 }));
    expect([hf.architecture.vision.heads, hf.architecture.text?.heads]).toEqual([8, 1]);
  });

  it.each([
    [{ embed_dim: 32, vision_cfg: {} }, 'embedding of 32, the weights have 16'],
    [{ vision_cfg: { width: 256 } }, 'vision width 256, the weights have 128'],
    [{ vision_cfg: { layers: 12 } }, 'vision layers 12'],
    [{ vision_cfg: { width: 128, mlp_ratio: 4 } }, 'vision mlpWidth 512'],
    [{ vision_cfg: { image_size: 64 } }, 'image size of 64'],
    [{ vision_cfg: { width: 128, head_width: 48 } }, ''],
    [{ vision_cfg: {}, text_cfg: { vocab_size: 49408 } }, 'text vocabSize 49408'],
    [{ vision_config: { num_attention_heads: 7 } }, '7 heads'],
  ])('%j contradicts the weights', (settings, text) => {
    if (text === '') expect(describeTiny(withConfig(settings)).architecture.vision.heads).toBe(2);
    else expect(() => describeTiny(withConfig(settings))).toThrow(mismatch(text));
  });

  it('tell no heads when the width is no multiple of 64', () => {
    const odd = { ...TINY, vision: { ...TINY.vision, width: 96, heads: 3 } };
    const evidence = { source: randomClip(odd) };
    expect(() => describeTiny(evidence)).toThrow(mismatch("give the model's config"));
    const config = withConfig({ vision_cfg: { width: 96, head_width: 32 } });
    expect(describeTiny({ ...evidence, ...config }).architecture).toEqual(odd);
  });

  it('note an image that is no multiple of the patch', () => {
    expect(describeTiny(withConfig({ vision_cfg: { image_size: 36 } })).notes).toEqual([
      expect.stringContaining('36 pixels'),
    ]);
  });
});

describe('the activation', () => {
  const buffers: TensorSource = {
    ...source,
    has: (name) => source.has(name) || /resolution|length|size$/.test(name),
  };
  it.each<[string, Partial<Evidence>, string, string]>([
    ['what the user says', { activation: 'gelu', format: 'torchscript' }, 'gelu', 'as asked for'],
    [
      'what open_clip says',
      { ...withConfig({ quick_gelu: false, vision_cfg: {} }), format: 'torchscript' },
      'gelu',
      'stated by config.json',
    ],
    [
      'what Hugging Face says',
      withConfig({ vision_config: { hidden_act: 'gelu' } }),
      'gelu',
      'stated by config.json',
    ],
    [
      'the name of the file',
      { fileName: 'vit_b_32-quickgelu-laion400m.pt' },
      'quick_gelu',
      'by the name vit_b_32',
    ],
    [
      'the name of the config',
      withConfig({ vision_cfg: {} }, 'ViT-B-16-quickgelu'),
      'quick_gelu',
      'by the name ViT-B-16',
    ],
    ["OpenAI's form", { format: 'torchscript' }, 'quick_gelu', 'TorchScript'],
    ["OpenAI's buffers", { source: buffers }, 'quick_gelu', 'buffers'],
    ['the default of open_clip', withConfig({ vision_cfg: {} }), 'gelu', 'does not say'],
    ['the default of Hugging Face', withConfig({ vision_config: {} }), 'quick_gelu', 'does not say'],
    ['the default without a config', {}, 'gelu', 'no config found'],
  ])('is %s', (_what, evidence, activation, reason) => {
    const { architecture, activationReason } = describeTiny(evidence);
    expect(architecture.activation).toBe(activation);
    expect(activationReason).toContain(reason);
  });
});

describe('configs', () => {
  it.each<[object, string]>([
    [{ vision_cfg: { layers: [3, 4, 6, 3] } }, 'ResNet'],
    [{ vision_cfg: { timm_model_name: 'vit_base_patch16_224' } }, 'timm_model_name'],
    [{ vision_cfg: { pool_type: 'avg' } }, 'pool_type'],
    [{ vision_cfg: {}, text_cfg: { hf_model_name: 'roberta-base' } }, 'hf_model_name'],
    [{ vision_cfg: {}, text_cfg: { no_causal_mask: true } }, 'no_causal_mask'],
    [{ vision_cfg: { width: '768' } }, 'width as "768"'],
    [{ model_cfg: { vision_cfg: {} }, preprocess_cfg: { mean: [0.5], std: [1, 1, 1] } }, 'three numbers'],
    [{ model_type: 'siglip', vision_config: {} }, 'siglip'],
    [{ vision_config: { hidden_act: 'gelu_new' } }, 'gelu_new'],
    [
      { vision_config: { hidden_act: 'gelu' }, text_config: { hidden_act: 'quick_gelu' } },
      '"gelu" and "quick_gelu"',
    ],
    [{ vision_config: { layer_norm_eps: 1e-6 } }, 'layer_norm_eps'],
    [{ vision_config: { num_channels: 1 } }, 'three channels'],
  ])('%j is refused', (settings, text) => {
    expect(() => parse(settings)).toThrow(text);
  });

  it('of plain CLIP are read with what they add that changes nothing', () => {
    const vision_cfg = { patch_dropout: 0.5, no_ln_pre: false, ls_init_value: null, pool_type: 'tok' };
    expect(parse({ vision_cfg, text_cfg: { pool_type: 'argmax' } })).not.toBeNull();
    expect(parse({ model_type: 'clip_vision_model', hidden_size: 128 })?.vision.width).toBe(128);
  });

  it('of other programs are none', () => {
    expect(parse({ architecture: 'vit_base_patch16_clip_224', num_classes: 0 })).toBeNull();
    expect(() => parseJson('[]', refuse)).toThrow('not a JSON object');
    expect(() => parseJson('{', refuse)).toThrow('not valid JSON');
  });

  it('are known by name', () => {
    const plus = parse(builtInConfig('ViT-B-16-plus-240')!)!;
    expect(plus).toMatchObject({
      embedDim: 640,
      vision: { width: 896, layers: 12, patch: 16, imageSize: 240 },
    });
    expect(plus).toMatchObject({ activation: undefined, text: { width: 640, heads: 10 } });
    expect(parse(builtInConfig('ViT-L-14-336-quickgelu')!)).toMatchObject({ activation: 'quick_gelu' });
    for (const name of ['ViT-X', '__proto__', 'constructor']) expect(builtInConfig(name)).toBeNull();
  });
});

describe.skipIf(!hasGolden)('the reference model', () => {
  it.each(['clip/open_clip_model.safetensors', 'clip/hf/model.safetensors'])(
    '%s is described as it is',
    (path) => {
      const weights = goldenWeights(path);
      const layout = detectLayout(weights);
      const name = path.includes('hf') ? 'clip/hf/config.json' : 'clip/config.json';
      const config = { name, settings: parse(goldenJson(name) as object)! };
      const evidence = { source: weights, format: 'safetensors', layout, fileName: path } as const;
      expect(describeModel({ ...evidence, config }).architecture).toEqual(GOLDEN_CLIP);
      expect(describeModel({ ...evidence, activation: 'gelu' }).architecture).toEqual(GOLDEN_CLIP);
    },
  );

  it.each(['clip/open_clip_model.safetensors', 'clip/hf/model.safetensors'])(
    'the tensors that are picked from %s are exactly those that are read',
    (path) => {
      const weights = goldenWeights(path);
      const asked = new Set<string>();
      const watched: TensorSource = {
        ...weights,
        float32: (name) => {
          asked.add(name);
          return weights.float32(name);
        },
      };
      readVisionWeights(watched, GOLDEN_CLIP);
      readTextWeights(watched, GOLDEN_CLIP);
      const layout = detectLayout(weights);
      expect([...towerTensors(GOLDEN_CLIP, layout.naming).keys()].sort()).toEqual([...asked].sort());
      const { kept, leftOut } = selectTensors(weights, layout, GOLDEN_CLIP);
      expect([...kept].sort()).toEqual([...asked, 'logit_scale'].sort());
      expect(leftOut.filter((name) => !name.endsWith('position_ids'))).toEqual([]);
    },
  );
});
