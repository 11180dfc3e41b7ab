// Configs of open_clip that are known by name.
// Runs anywhere (pure data). Specification § B.6.
import type { Settings } from './settings.ts';

const clip = (
  embed: number,
  image: number,
  patch: number,
  width: number,
  layers: number,
  textWidth: number,
) => ({
  embed_dim: embed,
  vision_cfg: { image_size: image, layers, width, patch_size: patch },
  text_cfg: { context_length: 77, vocab_size: 49408, width: textWidth, heads: textWidth / 64, layers: 12 },
});

const CONFIGS: Readonly<Record<string, Settings>> = {
  'ViT-B-16': clip(512, 224, 16, 768, 12, 512),
  'ViT-B-16-plus-240': clip(640, 240, 16, 896, 12, 640),
  'ViT-L-14': clip(768, 224, 14, 1024, 24, 768),
  'ViT-L-14-336': clip(768, 336, 14, 1024, 24, 768),
};
export const BUILT_IN_NAMES = Object.keys(CONFIGS);

/** The config of a name, also with `-quickgelu` behind it, as open_clip calls the models of that activation. */
export function builtInConfig(name: string): Settings | null {
  const plain = name.replace(/-quickgelu$/, '');
  const config = Object.hasOwn(CONFIGS, plain) ? CONFIGS[plain] : undefined;
  if (!config) return null;
  return plain === name ? config : { ...config, quick_gelu: true };
}
