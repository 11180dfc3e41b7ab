// Runs the self-test of a pack in ONNX Runtime: block by block while importing, as a whole when a user verifies a device.
// Runs in Node (command line).
import { Tensor } from 'onnxruntime-node';
import { buildBlockGraph } from '../../../models/clip-ad/block-graph.ts';
import type { BlockRunner, ReferenceMaps, Rows } from '../../../models/clip-ad/reference.ts';
import type { ClipArchitecture } from '../../../models/clip/architecture.ts';
import { packWeights, type OpenedPack } from '../../../models/packs/open.ts';
import {
  makeSelfTest,
  parseSelfTest,
  requireEqual,
  SELF_TEST_TOLERANCE,
  selfTestDifference,
  type SelfTest,
} from '../../../models/packs/self-test.ts';
import { buildInspectModel } from './network.ts';
import { openOnnx, type OnnxOptions } from './onnx.ts';
import { resolveSettings } from './settings.ts';

export interface SelfTestReport {
  /** Where it ran: never `auto`. */
  readonly device: string;
  /** The reference came with the pack; else it was computed now. */
  readonly stored: boolean;
  /** Largest difference as a share of the largest expected value, and what is allowed. */
  readonly difference: number;
  readonly tolerance: number;
}

/** One block after the other on the processor: a whole ViT-L/14 in memory twice would be more than an import may take. */
export const onnxBlockRunner =
  (architecture: ClipArchitecture): BlockRunner =>
  async (weights, { width, data }) => {
    const tokens = data.length / width;
    const session = await openOnnx(buildBlockGraph(weights, architecture, tokens), { device: 'cpu' });
    try {
      const h = new Tensor('float32', Float32Array.from(data), [1, tokens, width]);
      const results = await session.run({ h }, ['afterAttention', 'output', 'dual']);
      const rows = (name: string): Rows => ({ width, data: Float64Array.from(floats(results[name])) });
      return { afterAttention: rows('afterAttention'), output: rows('output'), dual: rows('dual') };
    } finally {
      session.dispose();
    }
  };

/** The self-test that came with a pack; else computed now, in plain arithmetic. Throws `pack.invalid`. */
export function selfTestOf(pack: OpenedPack): Promise<SelfTest> | SelfTest {
  const { manifest } = pack;
  return manifest.selfTest
    ? parseSelfTest(new TextDecoder().decode(pack.bytes(manifest.selfTest.file)), manifest.id, manifest)
    : makeSelfTest(packWeights(pack), manifest);
}

/**
 * Runs the stored photograph through the very graphs that inspect (BASE, SDP with both taps), on the given device. Throws
 * `selftest.failed` when the numbers are not those of the reference, and what opening a network throws.
 */
export async function testPack(pack: OpenedPack, options: OnnxOptions): Promise<SelfTestReport> {
  const { manifest } = pack;
  const test = await selfTestOf(pack);
  const { device, ...base } = await runGraph(pack, test, options, { method: 'base' });
  const official = await runGraph(pack, test, options, { method: 'sdp', tap: 'official' });
  const clean = await runGraph(pack, test, options, { method: 'sdp', tap: 'clean' });
  const difference = selfTestDifference({ base, official, clean }, test.expected);
  requireEqual(difference, manifest.id, device);
  return { device, stored: manifest.selfTest !== undefined, difference, tolerance: SELF_TEST_TOLERANCE };
}

async function runGraph(
  pack: OpenedPack,
  { imageSize, pixels, text }: SelfTest,
  options: OnnxOptions,
  { method, tap = 'official' }: { method: 'base' | 'sdp'; tap?: 'official' | 'clean' },
): Promise<ReferenceMaps & { device: string }> {
  const asked = { packFolder: pack.folder, product: '', method, tap, imageSize };
  const model = buildInspectModel(pack, await resolveSettings(pack, asked));
  const session = await openOnnx(model, options);
  try {
    const dim = text.length / 2;
    const columns = Float32Array.from(
      { length: text.length },
      (_, i) => text[(i % 2) * dim + (i >> 1)] ?? NaN,
    );
    const feeds = {
      image_u8: new Tensor('uint8', pixels, [1, imageSize, imageSize, 3]),
      text: new Tensor('float32', columns, [dim, 2]),
    };
    const { low, score0 } = await session.run(feeds, ['low', 'score0']);
    return { low: [...floats(low)], score0: floats(score0)[0] ?? NaN, device: session.device };
  } finally {
    session.dispose();
  }
}

const floats = (tensor: Tensor | undefined): Float32Array =>
  tensor?.data instanceof Float32Array ? tensor.data : new Float32Array();
