// Whether a model pack gives the right numbers on this computer: every hash, the weights, the self-test on the device.
// Runs in the inference service and on the command line (Node).
import { openPack } from '../../../models/packs/open.ts';
import type { Device, ModelHealth } from '../../common/inference-service.ts';
import { testPack } from './self-test.ts';
import { buildTextModel } from './text-features.ts';

/** The same as `loupe model verify`. Throws what opening a pack throws, and `selftest.failed`. */
export async function modelHealth(packFolder: string, device: Device): Promise<ModelHealth> {
  const pack = await openPack(packFolder);
  if (pack.manifest.tokenizer) buildTextModel(pack);
  const { id, version, files } = pack.manifest;
  const test = await testPack(pack, { device });
  const { difference, tolerance } = test;
  return { id, version, files: files.length, device: test.device, difference, tolerance };
}
