// What a session was asked for and what the pack recommends → everything that decides its numbers, nothing left open.
// Runs in the inference service (Node).
import { readFile } from 'node:fs/promises';
import type { Calibration } from '../../../models/clip-ad/calibration.ts';
import { readHead, type SdpPlusHead } from '../../../models/clip-ad/head.ts';
import { parseCheckpoint } from '../../../models/clip/checkpoint.ts';
import { LoupeError } from '../../../models/errors.ts';
import type { InspectionArea } from '../../common/area.ts';
import type { OpenedPack } from '../../../models/packs/open.ts';
import type {
  Comparison,
  Method,
  Precision,
  Rvs,
  RvsProfile,
  SessionOptions,
  Tap,
} from '../../common/inference-service.ts';
import { readCalibration } from './calibration-file.ts';
import { mustBeFollowable } from './follow.ts';

/** 8 means 169 tiles; beyond that a photograph has no more pixels to show. */
const MAX_SCALE = 8;

export interface Settings {
  readonly method: Method;
  readonly tap: Tap;
  readonly rvs: Rvs;
  readonly rvsProfile: RvsProfile;
  readonly sigma: number;
  /** Side of the input and of the heat map in pixels. */
  readonly imageSize: number;
  /** Magnifications at which the photograph is inspected; 1 is always among them. */
  readonly scales: readonly number[];
  readonly precision: Precision;
  readonly comparison?: Comparison;
  readonly calibration: Calibration;
  /** Absent: all of the photograph counts. */
  readonly area?: InspectionArea;
  /** The bytes of the SDP+ head and where they came from; only for `sdp+`. */
  readonly head?: { readonly bytes: Uint8Array; readonly file: string };
}

/**
 * Used where a pack was not calibrated for a method: the whole range that the raw values can take (Specification
 * § F-7). For SDP there is no such bound; in practice its maps stay within a tenth (§ B.3).
 */
const UNCALIBRATED: Readonly<Record<Method, Calibration>> = {
  base: uncalibrated({ lo: 0, hi: 1 }),
  sdp: uncalibrated({ lo: -0.1, hi: 0.1 }),
  'sdp+': uncalibrated({ lo: 0, hi: 4 }),
};

function uncalibrated(heat: Calibration['heat']): Calibration {
  return { score0: { lo: 0, hi: 1 }, score1: heat, heat, thresholds: { review: 0.5, reject: 0.7 } };
}

/**
 * A head without a method means SDP+. The sigma that a pack recommends is for its own image size and grows with it
 * (Specification F-8); one that was asked for is taken as it is. Throws `usage` for a head with another method, `head.invalid` when SDP+ has no
 * head or the file cannot be read, `calibration.invalid`, `recipe.invalid` for an area that cannot follow its part.
 */
export async function resolveSettings(pack: OpenedPack, asked: SessionOptions): Promise<Settings> {
  const { manifest } = pack;
  const { imageSize: ownSize } = manifest.architecture.vision;
  const { imageSize = ownSize, comparison } = asked;
  if (comparison !== undefined) return comparisonSettings(pack, asked, comparison);
  const method = asked.method ?? (asked.head === undefined ? manifest.method : 'sdp+');
  if (asked.head !== undefined && method !== 'sdp+') {
    throw new LoupeError('usage', { reason: `A head is for the method sdp+, not for ${method}.` });
  }
  if (asked.area) mustBeFollowable(asked.area);
  const tap = asked.tap ?? manifest.tap;
  const head = method === 'sdp+' ? await headFile(pack, asked.head) : undefined;
  const numbers = {
    rvs: asked.rvs ?? manifest.rvs,
    sigma: asked.sigma ?? (manifest.sigma * imageSize) / ownSize,
    imageSize,
    scales: scalesOf(asked.scales ?? manifest.scales),
  };
  const use = {
    ...asked,
    method,
    tap,
    head: head?.bytes,
    settings: { ...numbers, scales: [...numbers.scales] },
  };
  const calibrated = asked.calibration !== undefined && (await readCalibration(asked.calibration, pack, use));
  return {
    method,
    tap,
    ...numbers,
    rvsProfile: asked.rvsProfile ?? 'default',
    precision: asked.precision ?? 'fp32',
    calibration: {
      ...(calibrated || (manifest.calibration[method] ?? UNCALIBRATED[method])),
      ...(asked.heat && { heat: asked.heat }),
      ...(asked.thresholds && { thresholds: asked.thresholds }),
    },
    ...(asked.area && { area: asked.area }),
    ...(head && { head }),
  };
}

/** The whole photograph is always one of the scales: it alone shows the part. Throws `usage`. */
function scalesOf(scales: readonly number[] = [1]): readonly number[] {
  const wrong = scales.find((scale) => !Number.isInteger(scale) || scale < 1 || scale > MAX_SCALE);
  if (wrong !== undefined)
    throw new LoupeError('usage', { reason: `Tiles go from 1 to ${MAX_SCALE}; ${wrong} is none of them.` });
  return [...new Set([1, ...scales])].sort((a, b) => a - b);
}

/** Probabilities on the original path, with the same smoothing: a comparison differs in how it scores and in nothing else. */
function comparisonSettings(
  { manifest }: OpenedPack,
  asked: SessionOptions,
  comparison: Comparison,
): Settings {
  const { imageSize: ownSize } = manifest.architecture.vision;
  const { imageSize = ownSize } = asked;
  return {
    method: 'base',
    tap: manifest.tap,
    rvs: 'mean',
    rvsProfile: 'default',
    sigma: asked.sigma ?? (manifest.sigma * imageSize) / ownSize,
    imageSize,
    scales: scalesOf(asked.scales),
    precision: asked.precision ?? 'fp32',
    calibration: UNCALIBRATED.base,
    comparison,
  };
}

async function headFile(
  pack: OpenedPack,
  asked: string | undefined,
): Promise<{ bytes: Uint8Array; file: string }> {
  if (asked !== undefined) {
    const bytes = await readFile(asked).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : 'it cannot be read';
      throw new LoupeError('head.invalid', { file: asked, reason }, { cause: error });
    });
    return { bytes, file: asked };
  }
  const own = pack.manifest.head?.file;
  if (own === undefined) {
    const reason = 'the pack has none; SDP+ needs a trained head';
    throw new LoupeError('head.invalid', { file: pack.manifest.id, reason });
  }
  return { bytes: pack.bytes(own), file: own };
}

/**
 * Reads a head and checks that it belongs to this model: its metadata may name the `tap` and the `modelSha256` that it was
 * trained with. Torch files are the authors' own, and those were all trained with the official tap (Specification F-1).
 * Throws `head.invalid`.
 */
export function openHead(pack: OpenedPack, { head, tap }: Settings): SdpPlusHead | undefined {
  if (!head) return undefined;
  const fail = (reason: string): never => {
    throw new LoupeError('head.invalid', { file: head.file, reason });
  };
  const source = readTensors(head.bytes, head.file, fail);
  const usual = source.format === 'safetensors' ? tap : 'official';
  const { tap: itsTap = usual, modelSha256: itsModel = pack.modelSha256 } = source.metadata;
  if (itsTap !== tap) fail(`it was trained with the tap "${itsTap}", this session uses "${tap}"`);
  if (itsModel !== pack.modelSha256) fail('it was trained for another model');
  return readHead(source, pack.manifest.architecture, head.file);
}

function readTensors(bytes: Uint8Array, file: string, fail: (reason: string) => never) {
  try {
    return parseCheckpoint(bytes, file);
  } catch (error) {
    return fail(error instanceof LoupeError ? String(error.params.reason) : 'it cannot be read');
  }
}
