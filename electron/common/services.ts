// What the two services can be asked, and what they report: the typed messages of inference and history.
// Runs anywhere (types only); electron/node/service-{host,client}.ts carry them.
import type { ErrorValue } from '../../models/errors.ts';
import type { HumanVerdict, Part, Run, RunState, Thresholds } from './domain.ts';

export type Method = 'base' | 'sdp' | 'sdp+';
export type Tap = 'official' | 'clean';
export type Rvs = 'dbscan' | 'mean' | 'pca' | 'kde' | 'mean_shift';
/** Parameters of dbscan: `visa` is the official setting for that data set, practically the mean. */
export type RvsProfile = 'default' | 'visa';
/** Methods that CLIP-AD is compared with in an evaluation. */
export type Comparison = 'clip' | 'winclip';
export type Device = 'auto' | 'cpu' | 'dml' | 'cuda' | 'webgpu' | 'coreml';

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
  /** Path of an SDP+ head (.safetensors, or .pt as the authors publish it). */
  readonly head?: string;
  /** Scores with this method instead of CLIP-AD; `method`, `tap`, `rvs` and `head` do not matter then. */
  readonly comparison?: Comparison;
  /** Path of a float32 .npy [2, D], rows normal and abnormal, used instead of encoding the words. */
  readonly textFeatures?: string;
  readonly device?: Device;
  readonly threads?: number;
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
  readonly map?: Float32Array;
}

/** Requests of the inference service: name → [argument, answer]. */
export interface InferenceApi {
  'session.open': [SessionOptions, SessionInfo];
  'session.close': [{ session: number }, null];
  inspect: [InspectRequest, InspectResult];
  /** A format that a page can show (JPEG or PNG bytes) of a photograph that it cannot (TIFF). */
  displayable: [{ path: string }, { mime: string; bytes: Uint8Array }];
}
export interface InferenceEvents {
  'session.progress': { stage: 'model' | 'words'; done: number; total: number };
}

export interface NewRun {
  readonly product: string;
  readonly source: string;
  readonly inputs: readonly string[];
}
export interface NewPart {
  readonly path: string;
  readonly name: string;
  readonly bytes: number;
}
export type PartOutcome =
  | { readonly partId: number; readonly ok: true; readonly result: Omit<InspectResult, 'map'> }
  | { readonly partId: number; readonly ok: false; readonly error: ErrorValue };

export interface HistoryInfo {
  readonly file: string;
  readonly schema: number;
  readonly sqlite: string;
  readonly journalMode: string;
  readonly synchronous: number;
}

/** Requests of the history service: name → [argument, answer]. An answer means that the change is on the disk. */
export interface HistoryApi {
  /** Opens (or creates) the database in the data folder, migrates it, marks runs that a crash cut off as interrupted. */
  open: [{ folder: string }, HistoryInfo];
  'run.create': [NewRun, Run];
  /** Appends parts in scan order; `seq` continues from the last one. */
  'run.addParts': [{ runId: number; parts: readonly NewPart[] }, { total: number }];
  /** Stores what the inference service settled on; state becomes `running`. */
  'run.begin': [{ runId: number; session: Omit<SessionInfo, 'session'> }, Run];
  'run.setState': [{ runId: number; state: RunState; error?: ErrorValue }, Run];
  'run.list': [null, Run[]];
  'run.get': [{ runId: number }, Run];
  'run.load': [{ runId: number }, { run: Run; parts: Part[] }];
  /** Pending parts of a run in order, for starting and resuming. */
  'run.pending': [
    { runId: number; limit: number; afterSeq: number },
    { id: number; seq: number; path: string }[],
  ];
  'run.setThresholds': [{ runId: number; thresholds: Thresholds }, Run];
  'results.record': [{ runId: number; outcomes: readonly PartOutcome[] }, Part[]];
  'part.get': [{ partId: number }, { part: Part; path: string }];
  /** Append-only; stores who, when, and the thresholds and score at that moment. */
  'verdict.record': [{ partId: number; verdict: HumanVerdict | null; author: string }, Part];
  'setting.get': [{ key: string }, { value: string | null }];
  'setting.set': [{ key: string; value: string }, null];
}
export type HistoryEvents = Record<string, never>;
