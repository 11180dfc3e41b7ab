// The model configs of open_clip: `{ embed_dim, vision_cfg, text_cfg, quick_gelu? }`.
// Runs anywhere (pure TypeScript).
import {
  colourScale,
  isSettings,
  numberOf,
  refuseUnknown,
  type ModelConfig,
  type Refuse,
  type Settings,
} from './settings.ts';

const VISION_KEYS = ['width', 'layers', 'head_width', 'mlp_ratio', 'patch_size', 'image_size'];
const TEXT_KEYS = ['width', 'layers', 'heads', 'mlp_ratio', 'context_length', 'vocab_size'];
/** These change the training or the tokenizer, not the towers. */
const HARMLESS = ['patch_dropout', 'output_tokens', 'hf_tokenizer_name', 'tokenizer_kwargs'];
const PLAIN_VISION = { pool_type: 'tok', pos_embed_type: 'learnable' };
const PLAIN_TEXT = { pool_type: 'argmax', proj_type: 'linear' };

/**
 * Reads the config of a vision transformer, bare or as `model_cfg` beside `preprocess_cfg`. Null when it is the config of
 * another program. `refuse` is called for a model that Loupe cannot compute.
 */
export function openClipConfig(root: Settings, refuse: Refuse): ModelConfig | null {
  const model = isSettings(root.model_cfg) ? root.model_cfg : root;
  const { vision_cfg: vision, quick_gelu: quick } = model;
  if (!isSettings(vision)) return null;
  if (Array.isArray(vision.layers)) return refuse('describes a ResNet; Loupe needs a vision transformer');
  const text = isSettings(model.text_cfg) ? model.text_cfg : {};
  refuseUnknown(vision, [...VISION_KEYS, ...HARMLESS], PLAIN_VISION, refuse);
  refuseUnknown(text, [...TEXT_KEYS, ...HARMLESS], PLAIN_TEXT, refuse);
  const preprocess = isSettings(root.preprocess_cfg) ? root.preprocess_cfg : {};
  const size = (settings: Settings, key: string): number | undefined => numberOf(settings, key, refuse);
  return {
    embedDim: size(model, 'embed_dim'),
    vision: {
      width: size(vision, 'width'),
      layers: size(vision, 'layers'),
      heads: whole((size(vision, 'width') ?? NaN) / (size(vision, 'head_width') ?? NaN)),
      mlpWidth: whole((size(vision, 'width') ?? NaN) * (size(vision, 'mlp_ratio') ?? NaN)),
      patch: size(vision, 'patch_size'),
      imageSize: size(vision, 'image_size'),
    },
    text: {
      width: size(text, 'width'),
      layers: size(text, 'layers'),
      heads: size(text, 'heads'),
      mlpWidth: whole((size(text, 'width') ?? NaN) * (size(text, 'mlp_ratio') ?? NaN)),
      contextLength: size(text, 'context_length'),
      vocabSize: size(text, 'vocab_size'),
    },
    activation: typeof quick === 'boolean' ? (quick ? 'quick_gelu' : 'gelu') : undefined,
    defaultActivation: 'gelu',
    preprocessing: colourScale(preprocess.mean, preprocess.std, refuse),
  };
}

/** A size that is given relative to another one, cut to a whole number as open_clip does; NaN where one is left out. */
const whole = (size: number): number | undefined => (Number.isNaN(size) ? undefined : Math.floor(size));
