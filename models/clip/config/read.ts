// Reads a model config, whichever program wrote it.
// Runs anywhere (pure TypeScript).
import { huggingFaceConfig } from './hugging-face.ts';
import { openClipConfig } from './open-clip.ts';
import type { ModelConfig, Refuse, Settings } from './settings.ts';

/**
 * Null when it is the config of neither open_clip nor Hugging Face CLIP: other programs, too, call their files config.json.
 * `refuse` is called for a model that Loupe cannot compute.
 */
export const readConfig = (settings: Settings, refuse: Refuse): ModelConfig | null =>
  openClipConfig(settings, refuse) ?? huggingFaceConfig(settings, refuse);
