// The config.json of Hugging Face CLIP models: `{ vision_config, text_config, projection_dim }`.
// Runs anywhere (pure TypeScript).
import type { Activation } from '../architecture.ts';
import { isSettings, numberOf, type ModelConfig, type Refuse, type Settings } from './settings.ts';

const MODEL_TYPES = ['clip', 'clip_vision_model'];
/** The only one that the graphs compute with. */
const EPSILON = 1e-5;

/** Null when it is the config of another program. `refuse` is called for a model that Loupe cannot compute. */
export function huggingFaceConfig(root: Settings, refuse: Refuse): ModelConfig | null {
  const type = root.model_type;
  const vision = type === 'clip_vision_model' ? root : root.vision_config;
  if (!isSettings(vision)) return null;
  if (typeof type === 'string' && !MODEL_TYPES.includes(type))
    return refuse(`describes a model of the type "${type}"`);
  const text = isSettings(root.text_config) ? root.text_config : {};
  for (const tower of [vision, text]) checkPlain(tower, refuse);
  const size = (settings: Settings, key: string): number | undefined => numberOf(settings, key, refuse);
  const shared = (tower: Settings) => ({
    width: size(tower, 'hidden_size'),
    layers: size(tower, 'num_hidden_layers'),
    heads: size(tower, 'num_attention_heads'),
    mlpWidth: size(tower, 'intermediate_size'),
  });
  return {
    embedDim: size(root, 'projection_dim'),
    vision: { ...shared(vision), patch: size(vision, 'patch_size'), imageSize: size(vision, 'image_size') },
    text: {
      ...shared(text),
      contextLength: size(text, 'max_position_embeddings'),
      vocabSize: size(text, 'vocab_size'),
    },
    activation: activationOf(vision, text, refuse),
    defaultActivation: 'quick_gelu',
  };
}

function checkPlain(tower: Settings, refuse: Refuse): void {
  const { layer_norm_eps: epsilon = EPSILON, num_channels: channels = 3 } = tower;
  if (epsilon !== EPSILON)
    refuse(`sets layer_norm_eps to ${String(epsilon).slice(0, 20)}; CLIP has ${EPSILON}`);
  if (channels !== 3) refuse('describes images that do not have three channels');
}

function activationOf(vision: Settings, text: Settings, refuse: Refuse): Activation | undefined {
  const [name, ...more] = new Set([vision.hidden_act, text.hidden_act].filter((act) => act !== undefined));
  if (name === undefined) return undefined;
  if (more.length === 0 && (name === 'gelu' || name === 'quick_gelu')) return name;
  return refuse(`asks for the activation ${[name, ...more].map((act) => JSON.stringify(act)).join(' and ')}`);
}
