// What the inference service can be asked, and what it reports: sessions, photographs, devices.
// Runs anywhere (types only); electron/node/service-{host,client}.ts carry the messages.
import type { ErrorValue } from '../../models/errors.ts';
import type { Placement } from './align/placement.ts';
import type { InspectionArea } from './area.ts';
import type { Thresholds } from './domain.ts';

export type Method = 'base' | 'sdp' | 'sdp+';
export type Tap = 'official' | 'clean';
export type Rvs = 'dbscan' | 'mean' | 'pca' | 'kde' | 'mean_shift';
/** Parameters of dbscan: `visa` is the official setting for that data set, practically the mean. */
export type RvsProfile = 'default' | 'visa';
/** Methods that CLIP-AD is compared with in an evaluation. */
export type Comparison = 'clip' | 'winclip';
/** Of the linear layers of the vision tower; everything after its last norm is always float32. */
export type Precision = 'fp32' | 'fp16' | 'int8';
export type Device = 'auto' | 'cpu' | 'dml' | 'cuda' | 'webgpu' | 'coreml';

/** A model pack that was tested on this computer. */
export interface ModelHealth {
  readonly id: string;
  readonly version: string;
  readonly files: number;
  /** Where it ran: never `auto`. */
  readonly device: string;
  /** From the reference, as a share of the largest expected value, and what is allowed. */
  readonly difference: number;
  readonly tolerance: number;
}

interface Range {
  readonly lo: number;
  readonly hi: number;
}

/** Everything that decides the numbers of a run. Absent = what the pack recommends. */
export interface SessionOptions {
  readonly packFolder: string;
  readonly product: string;
  readonly method?: Method;
  readonly tap?: Tap;
  readonly rvs?: Rvs;
  readonly rvsProfile?: RvsProfile;
  /** Gaussian sigma in pixels at model size. */
  readonly sigma?: number;
  /** Side of the square that photographs are resized to, in pixels; a multiple of the patch size. */
  readonly imageSize?: number;
  /**
   * Also inspects overlapping tiles at these magnifications and averages maps and class probabilities over the scales: for
   * defects that are small in the photograph. [1] = the whole photograph alone.
   */
  readonly scales?: readonly number[];
  /** Path of an SDP+ head (.safetensors, or .pt as the authors publish it). */
  readonly head?: string;
  /** Scores with this method instead of CLIP-AD; `method`, `tap`, `rvs` and `head` do not matter then. */
  readonly comparison?: Comparison;
  /** Path of a float32 .npy [2, D], rows normal and abnormal, used instead of encoding the words. */
  readonly textFeatures?: string;
  /** Path of a calibration of these parts (`loupe calibrate`), used instead of the pack's. */
  readonly calibration?: string;
  /** Scale of the heat maps: raw heat at the two ends. */
  readonly heat?: Range;
  readonly thresholds?: Thresholds;
  /** What counts of the photograph: acts on the smoothed map, before its maximum is taken. Absent: all of it. */
  readonly area?: InspectionArea;
  readonly device?: Device;
  /** Where the choices of `auto` are kept; absent: they are made anew with each session. */
  readonly deviceFile?: string;
  /** Default: fp32. int8 runs on the processor, and only after it was compared with fp32. */
  readonly precision?: Precision;
  readonly threads?: number;
}

/** What int8 changes on the test photograph (electron/node/engine/precision.ts). */
export interface PrecisionLoss {
  /** Root mean square difference of the heat map, as a share of the spread (standard deviation) of the map in fp32. */
  readonly map: number;
  /** Difference of score0, the probability of "abnormal" for the whole photograph. */
  readonly score0: number;
}

/** Why a session runs where it runs (electron/node/engine/choose-device.ts). */
interface DeviceChoice {
  /** Asked for by name; the only one there is; the fastest of those that were tried; in for one that could not be opened. */
  readonly because: 'asked' | 'only' | 'fastest' | 'spare';
  /** Of the network alone, as it was measured when the choice was made. */
  readonly msPerImage?: number;
}

export interface SessionInfo {
  readonly session: number;
  readonly packId: string;
  readonly packTitle: string;
  readonly packVersion: string;
  readonly modelSha256: string;
  readonly method: Method;
  readonly tap: Tap;
  readonly rvs: Rvs;
  readonly sigma: number;
  readonly device: string;
  /** Always there in the answer to `session.open`; the history does not keep it. */
  readonly deviceChoice?: DeviceChoice;
  /** This and the next four are always there in the answer to `session.open`; the history of old has not kept them. */
  readonly precision?: Precision | undefined;
  /** Side of the input of the network, in pixels. */
  readonly imageSize?: number | undefined;
  readonly scales?: readonly number[] | undefined;
  /** Of the SDP+ head; null without one. */
  readonly headSha256?: string | null | undefined;
  /** Program → version. */
  readonly versions?: Readonly<Record<string, string>> | undefined;
  /** With int8 only. */
  readonly precisionLoss?: PrecisionLoss;
  readonly product: string;
  /** Side of the square heat map in pixels. */
  readonly mapSize: number;
  readonly score0: Range;
  readonly score1: Range;
  readonly heat: Range;
  readonly thresholds: Thresholds;
}

export interface InspectRequest {
  readonly session: number;
  readonly path: string;
  /** Files to write beside the answer; parent folders are made. Each is written to a temporary name and renamed. */
  readonly save?: {
    /** float32 .npy [H, W] of the smoothed heat. */
    readonly npy?: string;
    /** mapSize² bytes, heat quantised over the session's heat range. */
    readonly map?: string;
    /** JPEG, longest side 320 px. */
    readonly thumbnail?: string;
    /** PNG: the photograph with the heat map and a legend. */
    readonly overlay?: string;
  };
  /** Also answer with the float32 map (evaluation). */
  readonly wantMap?: boolean;
  /** Also answer with what parts are compared by (electron/node/engine/feature.ts). */
  readonly wantFeature?: boolean;
}

/** What identifies a photograph: of the file as it was read. */
export interface ImageFacts {
  readonly sha256: string;
  readonly bytes: number;
  /** ISO 8601: the camera's local time, with its offset where it wrote one; of a file UTC. */
  readonly capturedAt: string;
  /** Whose clock that was: the camera's (EXIF), or that of the file's last change. */
  readonly capturedFrom: 'exif' | 'file';
}

export interface InspectResult {
  readonly width: number;
  readonly height: number;
  readonly score: number;
  readonly score0: number;
  readonly score1: number;
  readonly ms: {
    readonly decode: number;
    readonly resize: number;
    readonly infer: number;
    readonly post: number;
  };
  /** This and the device that scored it are always there in the service's answer. */
  readonly image?: ImageFacts;
  readonly device?: string;
  /** Where the part was found, with an area that follows it. */
  readonly placement?: Placement;
  readonly map?: Float32Array;
  /** Class token of the whole photograph, one signed byte for each dimension; not with every method of comparison. */
  readonly feature?: Uint8Array;
}

/** Requests of the inference service: name → [argument, answer]. */
export interface InferenceApi {
  'session.open': [SessionOptions, SessionInfo];
  'session.close': [{ session: number }, null];
  inspect: [InspectRequest, InspectResult];
  /** A format that a page can show (JPEG or PNG bytes) of a photograph that it cannot (TIFF). */
  displayable: [{ path: string }, { mime: string; bytes: Uint8Array }];
  /** As `loupe model verify`: hashes, weights, and the numbers on the device. Throws `selftest.failed` and others. */
  selfTest: [{ packFolder: string; device: Device }, ModelHealth];
}
export interface InferenceEvents {
  'session.progress': { stage: 'model' | 'words' | 'device'; done: number; total: number };
  /** A device failed twice at the same photograph, or could not be opened any more, and another one took over. */
  'device.changed': { sessions: readonly number[]; from: Device; to: Device; error: ErrorValue };
}
