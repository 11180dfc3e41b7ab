// The self-test of a pack: a small stored photograph, two stored text vectors, and what the model must make of them.
// Runs anywhere (pure TypeScript). The numbers come from plain arithmetic, not from the runtime that they test.
import { z } from 'zod';
import { referenceMaps, type BlockRunner, type ReferenceResult } from '../clip-ad/reference.ts';
import type { TensorSource } from '../clip/tensor-source.ts';
import { openVisionWeights } from '../clip/weights.ts';
import { LoupeError } from '../errors.ts';
import type { PackManifest } from './manifest.ts';

/** Patches per side: few enough for plain arithmetic, enough for attention and for resized positions. */
const GRID = 3;
/** Of max |expected|; ONNX Runtime stays below 1e-4 in float32, a wrong activation is above 1e-2. */
export const SELF_TEST_TOLERANCE = 1e-3;

const maps = z.strictObject({ low: z.array(z.number()).length(GRID * GRID), score0: z.number() });
const schema = z.strictObject({
  schema: z.literal(1),
  /** Side of the photograph in pixels. */
  imageSize: z.int().min(GRID).max(4096),
  /** RGB bytes, base64. */
  pixels: z.string().max(1 << 24),
  /** t_n, t_a. */
  text: z.array(z.number()).max(1 << 15),
  expected: z.strictObject({ base: maps, official: maps, clean: maps }),
});
type Stored = z.infer<typeof schema>;

export interface SelfTest {
  readonly imageSize: number;
  readonly pixels: Uint8Array;
  readonly text: Float32Array;
  readonly expected: ReferenceResult;
}

type Model = Pick<PackManifest, 'architecture' | 'preprocessing'>;

/** A photograph with edges, gradients and colours, and two unit vectors a small angle apart; the same for every model. */
function material({ architecture }: Model): Pick<SelfTest, 'imageSize' | 'pixels' | 'text'> {
  const { patch } = architecture.vision;
  const { embedDim } = architecture;
  const imageSize = GRID * patch;
  const pixels = Uint8Array.from({ length: imageSize * imageSize * 3 }, (_, i) => {
    const [c, x, y] = [i % 3, Math.floor(i / 3) % imageSize, Math.floor(i / 3 / imageSize)];
    const wave = 60 * Math.sin((x * (c + 2) + y) / 5) + 40 * Math.cos((y * (3 - c)) / 7);
    const scratch = Math.abs(x - y) < 2 ? 70 : 0;
    return Math.min(255, Math.max(0, 120 + wave + scratch));
  });
  const unit = (phase: number): number[] => {
    const vector = Array.from(
      { length: embedDim },
      (_, d) => Math.sin(1.3 * d + 0.7) + phase * Math.cos(2.9 * d),
    );
    const length = Math.hypot(...vector);
    return vector.map((x) => x / length);
  };
  return { imageSize, pixels, text: Float32Array.from([...unit(-0.05), ...unit(0.05)]) };
}

/** Computes the numbers of a model; `run` in place of plain arithmetic. Throws as `openVisionWeights`. */
export async function makeSelfTest(source: TensorSource, model: Model, run?: BlockRunner): Promise<SelfTest> {
  const { architecture, preprocessing } = model;
  const { imageSize, pixels, text } = material(model);
  const weights = openVisionWeights(source, architecture);
  const input = { architecture, preprocessing, weights, pixels, grid: GRID, text };
  return { imageSize, pixels, text, expected: await referenceMaps(input, run) };
}

/** The text of the file in the pack. */
export function selfTestText({ imageSize, pixels, text, expected }: SelfTest): string {
  const base64 = btoa(String.fromCharCode(...pixels));
  const stored: Stored = {
    schema: 1,
    imageSize,
    pixels: base64,
    text: [...text],
    expected: JSON.parse(JSON.stringify(expected)) as Stored['expected'],
  };
  return `${JSON.stringify(stored)}\n`;
}

/** Reads the file of a pack. `pack` is for the error text. Throws `pack.invalid`. */
export function parseSelfTest(json: string, pack: string, { architecture }: Model): SelfTest {
  const fail = (reason: string): never => {
    throw new LoupeError('pack.invalid', { pack, reason: `its self-test ${reason}` });
  };
  const { imageSize, pixels: base64, text, expected } = parseStored(json, fail);
  const pixels = bytesOf(base64, fail);
  if (imageSize !== GRID * architecture.vision.patch || pixels.length !== imageSize * imageSize * 3)
    return fail('has a photograph of another size');
  if (text.length !== 2 * architecture.embedDim) return fail('has text vectors of another length');
  return { imageSize, pixels, text: Float32Array.from(text), expected };
}

function parseStored(json: string, fail: (reason: string) => never): Stored {
  try {
    const result = schema.safeParse(JSON.parse(json));
    if (result.success) return result.data;
  } catch {
    return fail('is not valid JSON');
  }
  return fail('does not follow its format');
}

function bytesOf(base64: string, fail: (reason: string) => never): Uint8Array {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    return fail('has a damaged photograph');
  }
}

/** The largest difference between two results, as a share of the largest expected value of each map. NaN counts as infinite. */
export function selfTestDifference(got: ReferenceResult, expected: ReferenceResult): number {
  const shares = (['base', 'official', 'clean'] as const).map((name) => {
    const scale = Math.max(...expected[name].low.map(Math.abs));
    const differences = expected[name].low.map(
      (value, i) => Math.abs((got[name].low[i] ?? NaN) - value) / scale,
    );
    return Math.max(...differences, Math.abs(got[name].score0 - expected[name].score0));
  });
  const worst = Math.max(...shares);
  return Number.isNaN(worst) ? Infinity : worst;
}

/** Throws `selftest.failed` for a difference beyond the tolerance. */
export function requireEqual(difference: number, pack: string, device: string): void {
  if (difference <= SELF_TEST_TOLERANCE) return;
  const reason = `on ${device} the largest difference is ${difference.toExponential(1)} of the largest value, ${SELF_TEST_TOLERANCE} is allowed`;
  throw new LoupeError('selftest.failed', { pack, reason });
}
