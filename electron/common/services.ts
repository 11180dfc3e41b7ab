// What the two services can be asked, and what they report: the typed messages of inference and history.
// Runs anywhere (types only); electron/node/service-{host,client}.ts carry them.
import type { ErrorValue } from '../../models/errors.ts';
import type { Placement } from './align/placement.ts';
import type { InspectionArea } from './area.ts';
import type {
  ChallengeReport,
  ChallengeResult,
  ChallengeSet,
  KnownFrom,
  KnownPart,
  NewChallenge,
} from './challenge.ts';
import type { HumanVerdict, MachineVerdict, Part, Run, RunState, Thresholds, Watch } from './domain.ts';
import type { NewPerson, PeopleState, PersonChange, Right } from './people.ts';
import type { Recipe, RecipeRef, RecipeSettings, RegionRule } from './recipe.ts';
import type { SampleSize, SecondPart, SecondResult, SecondReview } from './second-review.ts';
import type { RejudgeBy, SideBySide } from './side-by-side.ts';
import type { RetentionPlan, RetentionRule } from './retention.ts';
import type { GroupBy, Statistics } from './statistics.ts';

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

export interface DatabaseHealth {
  readonly file: string;
  readonly bytes: number;
  readonly schema: number;
  readonly sqlite: string;
  /** What `quick_check` says; empty = whole. */
  readonly faults: readonly string[];
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

export interface NewRun {
  readonly product: string;
  readonly source: string;
  readonly inputs: readonly string[];
  /** The version that is in force when the run is created, unless it names one. */
  readonly recipe?: RecipeRef | undefined;
  readonly lot?: string | undefined;
  readonly author?: string | undefined;
  /** The run goes on with what comes into `inputs`. */
  readonly watch?: Watch | undefined;
  /** The run whose photographs are inspected again. */
  readonly repeats?: number | undefined;
  /** The challenge whose known parts it inspects. */
  readonly challenge?: number | undefined;
}
export interface NewPart {
  readonly path: string;
  readonly name: string;
  readonly bytes: number;
}
export type PartOutcome =
  | { readonly partId: number; readonly ok: true; readonly result: Omit<InspectResult, 'map' | 'feature'> }
  | { readonly partId: number; readonly ok: false; readonly error: ErrorValue };

export interface NewVerdict {
  readonly partId: number;
  /** Null takes the verdict before back. */
  readonly verdict: HumanVerdict | null;
  readonly author: string;
  readonly defectKind?: string | undefined;
  readonly comment?: string | undefined;
}

/** A new recipe, or a new version of one on top of the version that its author saw. */
export interface NewRecipe {
  readonly settings: RecipeSettings;
  readonly author: string;
  readonly reason: string;
  readonly recipeId?: number;
  readonly basedOn?: number;
}

/** One event of the audit trail. `link` is its place in the chain, which orders events whatever the clock did. */
export interface AuditEvent {
  readonly link: number;
  /** UTC, ISO 8601. */
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  /** "run 7", "recipe 3", "history". */
  readonly subject: string;
  readonly reason: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly hash: string;
}

/** One verdict on a part, with all that its author saw. */
interface PastVerdict {
  readonly verdict: HumanVerdict | null;
  readonly defectKind: string | null;
  readonly comment: string | null;
  readonly author: string;
  /** UTC, ISO 8601. */
  readonly at: string;
  readonly machine: MachineVerdict | 'pending';
  readonly score: number | null;
  readonly thresholds: Thresholds | null;
  readonly regions: RegionRule | null;
  readonly link: number;
  readonly hash: string;
}

/** A part that a search through the whole history found. */
export interface FoundPart {
  readonly partId: number;
  readonly runId: number;
  readonly name: string;
  readonly lot: string | null;
  /** Of the recipe, or the words. */
  readonly product: string;
  readonly inspectedAt: string | null;
  readonly machine: MachineVerdict | 'pending';
  readonly score: number | null;
  readonly verdict: HumanVerdict | null;
}

/** Everything that explains a part. */
export interface PartStory {
  readonly part: Part;
  readonly path: string;
  readonly run: Run;
  /** What scored it; null while pending. */
  readonly session: (Omit<SessionInfo, 'session' | 'thresholds'> & { readonly begunAt: string }) | null;
  readonly inspectedAt: string | null;
  /** The photograph as it was read then; null while pending, where it could not be read, and in histories of old. */
  readonly image: ImageFacts | null;
  /** The version that the run was started from. */
  readonly recipe: Recipe | null;
  /** Newest first; taking one back is one as well. */
  readonly verdicts: readonly PastVerdict[];
  /** Of the run, newest first. */
  readonly thresholds: readonly (Thresholds & {
    readonly author: string;
    readonly at: string;
    readonly reason: string | null;
  })[];
  /** Who started the run; null in histories of old, where nobody noted it. */
  readonly startedBy: string | null;
  /** Of the newest blind second review that has ended. */
  readonly second: { readonly verdict: HumanVerdict; readonly author: string; readonly at: string } | null;
  /** The newest result of a challenge of its recipe before it was inspected; null without one. */
  readonly challenge: ChallengeResult | null;
  /** Reports and exports that hold it, newest first, as far as the history knows which runs they are of. */
  readonly reports: readonly {
    readonly at: string;
    readonly author: string;
    readonly format: string;
    readonly path: string;
    readonly link: number;
  }[];
}

/** Which runs; each condition that is absent holds for all. */
export interface Selection {
  readonly runIds?: readonly number[] | undefined;
  readonly lot?: string | undefined;
  /** Name of the recipe, any version. */
  readonly recipe?: string | undefined;
  /** Created at or after, and before: UTC, ISO 8601. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export interface BackupFile {
  readonly path: string;
  /** UTC, ISO 8601. */
  readonly at: string;
  readonly bytes: number;
}

/** Bytes on the disk of the data folder. */
export interface DiskUse {
  readonly database: number;
  readonly backups: number;
  /** Everything that is kept of photographs; maps and thumbnails are most of it. */
  readonly media: number;
  readonly maps: number;
  readonly thumbnails: number;
  /** Masks, heads and what trainings keep. */
  readonly training: number;
  /** Histories that a restored backup has replaced. */
  readonly replaced: number;
  readonly free: number;
  readonly total: number;
}

export interface HistoryState {
  readonly disk: DiskUse;
  /** The end of the chain as people compare it: "1284-9f3c-07be-51aa-e0d2". */
  readonly code: string;
  readonly backupFolder: string;
  readonly keep: number;
  /** Newest first. */
  readonly backups: readonly BackupFile[];
}

/** What `history.verify` found; `fault` is the first row that does not hold. */
export interface HistoryCheck {
  readonly checked: number;
  readonly verdicts: number;
  readonly events: number;
  /** Set up, also those who have left. */
  readonly people: number;
  readonly wrongPins: number;
  readonly secondReviews: number;
  readonly code: string;
  readonly clockJumps: number;
  readonly fault: {
    readonly kind: 'altered' | 'missing' | 'moved' | 'disagrees';
    readonly link: number | null;
    readonly row: string;
    readonly text: string;
  } | null;
  /** For a code that was asked about: whether this history has passed through it. */
  readonly passed: boolean | null;
}

/** What became of the photographs since they were inspected. */
export interface ImagesCheck {
  readonly checked: number;
  readonly same: number;
  readonly changed: number;
  /** Not there any more, or not to be read. */
  readonly gone: number;
  /** Nothing was noted: not scored, or inspected by a Loupe that did not note it. */
  readonly unknown: number;
  /** The first thousand that changed, with the hash that they have now. */
  readonly differing: readonly {
    readonly partId: number;
    readonly runId: number;
    readonly path: string;
    readonly found: string;
  }[];
}

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
  /** Closes the database in good order; a later `open` opens it again. */
  close: [null, null];
  'run.create': [NewRun, Run];
  /** Appends parts in scan order; `seq` continues from the last one. */
  'run.addParts': [{ runId: number; parts: readonly NewPart[] }, { total: number }];
  /** Stores what the inference service settled on; state becomes `running`. */
  'run.begin': [{ runId: number; session: Omit<SessionInfo, 'session'> }, Run];
  'run.setState': [{ runId: number; state: RunState; error?: ErrorValue }, Run];
  'run.list': [null, Run[]];
  'run.get': [{ runId: number }, Run];
  'run.load': [{ runId: number }, { run: Run; parts: Part[] }];
  /** The parts behind `afterSeq` (-1: from the first), in order: what a large run is loaded by, so that nobody waits long. */
  'run.page': [{ runId: number; afterSeq: number; limit: number }, Part[]];
  /** Positions of the parts that a person called OK, or that nobody judged and the machine calls good. */
  'run.accepted': [{ runId: number }, number[]];
  /** What a watched run was started with, and the files that it has had. */
  'run.files': [{ runId: number }, { inputs: string[]; files: { path: string; bytes: number }[] }];
  /** Pending parts of a run in order, for starting and resuming. */
  'run.pending': [
    { runId: number; limit: number; afterSeq: number },
    { id: number; seq: number; path: string }[],
  ];
  /** Appends a row and an audit event, unless nothing would change. */
  'run.setThresholds': [
    { runId: number; thresholds: Thresholds; author: string; reason?: string | undefined },
    Run,
  ];
  'results.record': [{ runId: number; outcomes: readonly PartOutcome[] }, Part[]];
  'part.get': [{ partId: number }, { part: Part; path: string }];
  /** Append-only; stores who, when, and the thresholds and score at that moment. */
  'verdict.record': [NewVerdict, Part];
  /** The newest version of each recipe, by name. */
  'recipe.list': [null, Recipe[]];
  'recipe.get': [RecipeRef, Recipe];
  'recipe.versions': [{ recipeId: number }, Recipe[]];
  /** Throws `recipe.name_taken`, `recipe.changed`. */
  'recipe.save': [NewRecipe, Recipe];
  'recipe.duplicate': [RecipeRef & { name: string; author: string }, Recipe];
  /** The recipe as the text of a file that `recipe.import` understands. */
  'recipe.export': [RecipeRef & { author: string }, { name: string; text: string }];
  /** Throws `recipe.invalid`, `recipe.name_taken`. */
  'recipe.import': [{ text: string; author: string; name?: string | undefined }, Recipe];
  /** An event that has no row of its own beside it: masks, trainings. */
  'audit.add': [
    Pick<AuditEvent, 'actor' | 'action' | 'subject'> & Partial<Pick<AuditEvent, 'reason' | 'detail'>>,
    AuditEvent,
  ];
  /** Newest first; those before `beforeLink`, absent: from the newest. */
  'audit.list': [{ limit: number; beforeLink?: number | undefined }, AuditEvent[]];
  'part.explain': [{ partId: number }, PartStory];
  /** By a piece of the name, or the number of a part: newest first. Reads the whole table in a thread of its own. */
  'part.find': [{ text: string; limit: number }, FoundPart[]];
  /** Newest first, also those that were given up. */
  'challenge.list': [null, ChallengeSet[]];
  'challenge.get': [{ setId: number }, { set: ChallengeSet; parts: KnownPart[] }];
  /** Reads and hashes the photographs. Throws `challenge.nothing`, `challenge.too_many`, `challenge.photograph`. */
  'challenge.create': [NewChallenge & { from: KnownFrom; author: string }, ChallengeSet];
  'challenge.change': [{ setId: number; daily: boolean; active: boolean; author: string }, ChallengeSet];
  /** Newest first. */
  'challenge.results': [{ setId: number }, ChallengeResult[]];
  'challenge.result': [{ resultId: number }, ChallengeReport];
  /** Writes the page. Throws `history.tampered`, `output.failed`. */
  'challenge.certificate': [
    { resultId: number; out: string; author: string; program: string; record?: boolean | undefined },
    { parts: number; runId: number; code: string },
  ];
  'history.stats': [Selection & { by: GroupBy }, Statistics];
  /** Writes the file; other requests are answered meanwhile, as with all that takes long (aside.ts). */
  'history.export': [
    Selection & {
      by: GroupBy;
      format: 'csv' | 'jsonl' | 'html';
      out: string;
      author: string;
      program: string;
      /** The page becomes a PDF: at most so many parts are listed on it. */
      paper?: boolean | undefined;
      /** False: whoever asked tells of it when more is done (`history.exported`). Default: true. */
      record?: boolean | undefined;
    },
    { parts: number; runs: number; code: string },
  ];
  /** An export that main has finished: a PDF. */
  'history.exported': [
    Selection & {
      author: string;
      out: string;
      format: string;
      parts: number;
      runs: number;
      /** The result that a certificate is of. */
      certificate?: number | undefined;
    },
    null,
  ];
  /** Reads every photograph that is still there. */
  'history.images': [Selection, ImagesCheck];
  /** From what was kept; an event of the audit trail. Throws `history.needs_inference`. */
  'run.rejudge': [{ runId: number; by: RejudgeBy; author: string }, SideBySide];
  'run.compare': [{ first: number; second: number }, SideBySide];
  'retention.rule': [null, RetentionRule];
  /** What would go by this rule (absent: the one that was set). Changes nothing. */
  'retention.plan': [{ rule?: RetentionRule | undefined }, RetentionPlan];
  'retention.set': [{ rule: RetentionRule; author: string }, RetentionRule];
  /** By the rule that was set. */
  'retention.run': [{ author: string }, RetentionPlan];
  'history.state': [null, HistoryState];
  /** `look`: reads the whole file (SQLite's quick_check); the service answers nothing else meanwhile. */
  'history.health': [{ look: boolean }, DatabaseHealth];
  /** Walks the whole chain (about 4 s for a million verdicts). */
  'history.verify': [{ code?: string | undefined }, HistoryCheck];
  /** Now, into this folder (absent: the one of the schedule). */
  'backup.make': [{ author: string; folder?: string | undefined }, BackupFile];
  /** Where the daily backup goes (null: beside the history) and how many are kept. */
  'backup.schedule': [{ author: string; folder: string | null; keep: number }, HistoryState];
  /** Who is set up and who is on. A service that was started anew has nobody on. */
  'people.state': [null, PeopleState];
  /**
   * Under whose name something may be done: that of the one who is on, or null where nobody is set up. Throws
   * `people.locked`, `people.not_allowed`, `people.not_you`. Requests that carry an author are checked by themselves.
   */
  'people.may': [{ right: Right; claimed?: string | undefined }, { author: string | null }];
  /** Throws `people.wrong_pin`, `people.wait`, `people.not_active`. */
  'people.signIn': [{ personId: number; pin: string }, PeopleState];
  'people.signOut': [null, PeopleState];
  /** `idle`: by itself, because nobody was there. */
  'people.lock': [{ idle: boolean }, PeopleState];
  /** `account`: author of the first one, before whom there is nobody. */
  'people.add': [NewPerson & { account: string }, PeopleState];
  'people.change': [PersonChange, PeopleState];
  'people.changePin': [{ old: string; pin: string }, PeopleState];
  'people.idle': [{ minutes: number }, PeopleState];
  /** Throws `second.nothing`, `second.open`. */
  'second.draw': [{ runId: number; size: SampleSize; heat: boolean; author: string }, SecondReview];
  'second.list': [{ runId: number }, SecondReview[]];
  'second.parts': [{ reviewId: number }, { review: SecondReview; parts: SecondPart[] }];
  /** Throws `second.ended`. */
  'second.judge': [{ reviewId: number; partId: number; verdict: HumanVerdict; author: string }, SecondPart];
  'second.end': [{ reviewId: number; author: string }, SecondResult];
  /** Throws `second.blind` before the end. */
  'second.result': [{ reviewId: number }, SecondResult];
  'setting.get': [{ key: string }, { value: string | null }];
  'setting.set': [{ key: string; value: string }, null];
}
export interface HistoryEvents {
  /** The daily backup was made, or could not be. */
  'backup.ended': { readonly made: BackupFile | null; readonly error: ErrorValue | null };
  /** The daily retention let files go, or could not. */
  'retention.ended': { readonly done: RetentionPlan | null; readonly error: ErrorValue | null };
}
