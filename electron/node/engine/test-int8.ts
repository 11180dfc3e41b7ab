// What a pack loses with 8-bit weights, found out anew: for who asks before a session does.
// Runs in Node (command line).
import type { OpenedPack } from '../../../models/packs/open.ts';
import type { PrecisionLoss } from '../../common/inference-service.ts';
import type { OnnxOptions } from './onnx.ts';
import { measureInt8, requireSmall } from './precision.ts';
import { selfTestOf } from './self-test.ts';
import { resolveSettings } from './settings.ts';
import type { TextCache } from './text-cache.ts';
import { encodeWords, type TextFeatures } from './text-features.ts';

/** Any words will do; these say nothing about a product. */
const PRODUCT = 'part';

/**
 * Compares int8 with fp32 as a session does before its first photograph: the graph that the pack recommends, the drawn
 * photograph, real words where the pack can read some. Throws `precision.loss` beyond the limits, and what opening throws.
 */
export async function testInt8(
  pack: OpenedPack,
  onnx: OnnxOptions,
  cache: TextCache,
): Promise<PrecisionLoss> {
  const settings = await resolveSettings(pack, { packFolder: pack.folder, product: PRODUCT });
  const loss = await measureInt8(pack, settings, onnx, await words());
  requireSmall(loss, pack.manifest.id);
  return loss;

  async function words(): Promise<TextFeatures> {
    const { manifest } = pack;
    const { rvs, rvsProfile } = settings;
    if (manifest.tokenizer) {
      const progress = (): undefined => undefined;
      return encodeWords(pack, { ...onnx, rvs, rvsProfile, product: PRODUCT, cache, progress });
    }
    return (await selfTestOf(pack)).text;
  }
}
