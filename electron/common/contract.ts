// The one IPC contract between the page and the main process: channel → schema of the argument and of the result.
// Bridge (electron/preload), router (electron/main) and the page's client take their types from here. Runs anywhere.
import { z } from 'zod';
import {
  DefectKind,
  ErrorRecord,
  HumanVerdict,
  Part,
  Run,
  RunProgress,
  Thresholds,
  VerdictComment,
  Watch,
} from './domain.ts';
import {
  KnownFrom,
  NewChallenge,
  type ChallengeReport,
  type ChallengeResult,
  type ChallengeSet,
} from './challenge.ts';
import { IdleMinutes, NewPerson, PeopleState, PersonChange, Pin } from './people.ts';
import { MenuTexts } from './menu-texts.ts';
import { Preferences } from './preferences.ts';
import { SampleSize, SecondPart, SecondReview, type SecondResult } from './second-review.ts';
import { ReferenceAnswer } from './reference.ts';
import type {
  AuditEvent,
  BackupFile,
  FoundPart,
  HistoryCheck,
  HistoryState,
  ImagesCheck,
  PartStory,
} from './history-service.ts';
import { RetentionRule, type RetentionPlan } from './retention.ts';
import { RejudgeBy, type SideBySide } from './side-by-side.ts';
import type { GroupBy, Statistics } from './statistics.ts';
import { PolicyInForce } from './policy.ts';
import { BundlePlan, Check, CheckId, Overview, UpdateOffer, UpdateStarted } from './support.ts';
import { MaskInfo, MaskRuns, Training } from './training.ts';
import { Author, LotName, Reason, Recipe, RecipeRef, RecipeSettings } from './recipe.ts';

const Id = z.number().int().positive();
const nothing = z.undefined();

/** Which runs; each condition that is absent holds for all. */
const Selection = z.object({
  runIds: z.array(Id).max(10_000).optional(),
  lot: z.string().optional(),
  recipe: z.string().optional(),
  from: z.iso.datetime().optional(),
  to: z.iso.datetime().optional(),
});
const By = z.enum(['run', 'lot', 'recipe', 'day'] satisfies GroupBy[]);

export const AppInfo = z.object({
  version: z.string(),
  electron: z.string(),
  chromium: z.string(),
  platform: z.string(),
  dataFolder: z.string(),
  /** The kind of network drive that the data folder lies on, where it does: 'SMB', 'nfs4'. */
  networkDrive: z.string().nullish(),
  /** What the IT department decided. */
  policy: PolicyInForce,
  /** Folder of bundled sample parts and the words for them; offered on the empty screen. */
  samples: z.array(z.object({ title: z.string(), product: z.string(), folder: z.string() })),
  pack: z
    .object({
      id: z.string(),
      title: z.string(),
      version: z.string(),
      sha256: z.string(),
      /** It brings a trained head, which SDP+ needs. */
      head: z.boolean(),
    })
    .nullable(),
  /** Where that pack runs on this computer, as it was chosen last; null before its first run. */
  device: z
    .object({ name: z.string(), because: z.enum(['only', 'fastest']), msPerImage: z.number().optional() })
    .nullish(),
});
export type AppInfo = z.infer<typeof AppInfo>;

/** What the page wants to find again after a restart. */
export const Session = z.object({
  runId: Id.nullable(),
  selected: Id.nullable(),
  view: z.enum(['grid', 'part']),
  filter: z.enum(['all', 'good', 'review', 'reject', 'failed']),
  sort: z.enum(['order', 'newest', 'score', 'doubt', 'name']),
  /** What a person said of the parts that are shown; absent: anything. */
  human: z.enum(['none', ...HumanVerdict.options]).exactOptional(),
  kind: DefectKind.exactOptional(),
  search: z.string().max(200).exactOptional(),
  overlay: z.boolean(),
  opacity: z.number().min(0).max(1),
  colourMap: z.enum(['viridis', 'cividis', 'inferno']),
  cellSize: z.number().int().min(96).max(480),
  theme: z.enum(['dark', 'light', 'contrast', 'system']),
});
export type Session = z.infer<typeof Session>;

const StartArgs = {
  inputs: z.array(z.string().min(1).max(4096)).min(1).max(10_000),
  lot: LotName.optional(),
  /** The inputs are folders, and the run goes on with what comes into them. */
  watch: Watch.optional(),
};

/** Absent: the account at which the computer is logged in. */
const by = { author: Author.optional() };

/** An answer of the history that is passed on as it is: it was made by types, and the page only shows it. */
const answer = <T>() => z.custom<T>((value) => value !== undefined);

/** Requests: every one is answered by `{ ok, value }` or `{ ok: false, error }`; nothing is thrown across the bridge. */
export const CHANNELS = {
  'app.info': { args: nothing, result: AppInfo },
  /** Native dialog; [] when the operator closed it. */
  'files.choose': { args: z.object({ what: z.enum(['folder', 'files']) }), result: z.array(z.string()) },
  'run.start': {
    /** Words typed by hand, or a recipe, which brings its own. */
    args: z.union([
      z.strictObject({ ...StartArgs, product: z.string().max(200), ...by }),
      z.strictObject({ ...StartArgs, recipe: RecipeRef, ...by }),
    ]),
    result: Run,
  },
  'run.resume': { args: z.object({ runId: Id }), result: Run },
  'run.cancel': { args: z.object({ runId: Id }), result: Run },
  /** Holds the run with its model loaded (`run.progress` tells), or lets it go on. */
  'run.pause': { args: z.object({ runId: Id, paused: z.boolean() }), result: nothing },
  /** What of a run is on the screen: those parts are inspected next. Says nothing about parts that are done. */
  'run.look': { args: z.object({ runId: Id, seqs: z.array(z.int().min(0)).max(500) }), result: nothing },
  'run.list': { args: nothing, result: z.array(Run) },
  'run.open': { args: z.object({ runId: Id }), result: z.object({ run: Run, parts: z.array(Part) }) },
  /** Appends a row and an audit event, unless nothing would change. */
  'run.thresholds': {
    args: z.object({ runId: Id, thresholds: Thresholds, reason: Reason.optional(), ...by }),
    result: Run,
  },
  /** Appends a verdict row; `null` takes the last one back (also a row). Answers only after it is on the disk. */
  'part.verdict': {
    args: z.object({
      partId: Id,
      verdict: HumanVerdict.nullable(),
      /** Only beside `ng` and `unsure`. */
      defectKind: DefectKind.optional(),
      comment: VerdictComment.optional(),
      ...by,
    }),
    result: Part,
  },
  /** The accepted part of the same product that looks most like it. */
  'part.reference': { args: z.object({ partId: Id }), result: ReferenceAnswer },
  /** Shows the photograph's file in the system's file manager. */
  'part.reveal': { args: z.object({ partId: Id }), result: nothing },
  /** The newest version of each recipe, by name. */
  'recipe.list': { args: nothing, result: z.array(Recipe) },
  'recipe.get': { args: RecipeRef, result: Recipe },
  /** All versions, newest first. */
  'recipe.versions': { args: z.object({ recipeId: Id }), result: z.array(Recipe) },
  /**
   * Without `recipeId`: a new recipe, version 1. With it: a new version on top of `basedOn`, which must still be the newest
   * (`recipe.changed` otherwise). Settings that are those of the newest version change nothing. A name that another
   * recipe has: `recipe.name_taken`.
   */
  'recipe.save': {
    args: z.union([
      // Strict: a request to change a recipe must never pass for one to make another.
      z.strictObject({ settings: RecipeSettings, reason: Reason, ...by }),
      z.strictObject({ recipeId: Id, basedOn: Id, settings: RecipeSettings, reason: Reason, ...by }),
    ]),
    result: Recipe,
  },
  /** A new recipe with the settings of that version. */
  'recipe.duplicate': { args: RecipeRef.extend({ name: RecipeSettings.shape.name, ...by }), result: Recipe },
  /** Asks where to and writes one JSON file; null when the operator closed the dialog. */
  'recipe.export': { args: RecipeRef.extend(by), result: z.object({ path: z.string() }).nullable() },
  /**
   * Reads such a file (asks which, unless it was dropped) as a new recipe, under `name` if there is one; null when the
   * dialog was closed. A recipe with the same name and settings is answered as it is; `recipe.invalid` for a file that is
   * not what was exported.
   */
  'recipe.import': {
    args: z.object({
      path: z.string().min(1).max(4096).optional(),
      name: RecipeSettings.shape.name.optional(),
      ...by,
    }),
    result: Recipe.nullable(),
  },
  /** Backups, disk use and the chain's code. */
  'history.state': { args: nothing, result: answer<HistoryState>() },
  /** Walks the whole chain; `code`: a printed one of an earlier moment. */
  'history.verify': {
    args: z.object({ code: z.string().max(100).optional() }),
    result: answer<HistoryCheck>(),
  },
  /** Now; into the folder of the schedule unless another is named. */
  'history.backup': {
    args: z.object({ folder: z.string().min(1).max(4096).optional(), ...by }),
    result: answer<BackupFile>(),
  },
  /** Where the daily backup goes (null: beside the history), and how many are kept. */
  'history.schedule': {
    args: z.object({
      folder: z.string().min(1).max(4096).nullable(),
      keep: z.number().int().min(1).max(1000),
      ...by,
    }),
    result: answer<HistoryState>(),
  },
  /** The audit trail, newest first. */
  'history.audit': {
    args: z.object({ limit: z.number().int().min(1).max(1000), beforeLink: Id.optional() }),
    result: answer<AuditEvent[]>(),
  },
  /** Reads every photograph of these runs that is still there, and compares it with its hash. */
  'history.images': { args: Selection, result: answer<ImagesCheck>() },
  /** What of maps and thumbnails goes, and when. */
  'retention.rule': { args: nothing, result: RetentionRule },
  /** What would go by this rule (absent: the one that was set). Changes nothing. */
  'retention.plan': {
    args: z.object({ rule: RetentionRule.optional() }),
    result: answer<RetentionPlan>(),
  },
  'retention.set': { args: z.object({ rule: RetentionRule, ...by }), result: RetentionRule },
  /** By the rule that was set; each run an event of the audit trail. */
  'retention.run': { args: z.object(by), result: answer<RetentionPlan>() },
  /** From what was kept, without the network. Throws `history.needs_inference`. */
  'run.rejudge': { args: z.object({ runId: Id, by: RejudgeBy, ...by }), result: answer<SideBySide>() },
  /** Photograph by photograph, by hash or path. */
  'run.compare': { args: z.object({ first: Id, second: Id }), result: answer<SideBySide>() },
  /** A new run over the same photographs, with this recipe (absent: as before), linked to the old one. */
  'run.repeat': { args: z.object({ runId: Id, recipe: RecipeRef.optional(), ...by }), result: Run },
  'history.stats': { args: Selection.extend({ by: By }), result: answer<Statistics>() },
  /** Asks where to and writes; null when the dialog was closed. A PDF is the printed page. */
  'history.export': {
    args: Selection.extend({ by: By, format: z.enum(['csv', 'jsonl', 'html', 'pdf']), ...by }),
    result: z.object({ path: z.string(), parts: z.number().int(), runs: z.number().int() }).nullable(),
  },
  /** Everything that explains a part: its verdicts, what scored it, recipe, thresholds; newest verdict first. */
  'part.explain': { args: z.object({ partId: Id }), result: answer<PartStory>() },
  /** Parts of all runs by a piece of their name or by their number, newest first. */
  'part.find': {
    args: z.object({ text: z.string().min(1).max(200), limit: z.number().int().min(1).max(500) }),
    result: answer<FoundPart[]>(),
  },
  /** Sets of known parts, newest first; also those that were given up. */
  'challenge.list': { args: nothing, result: answer<ChallengeSet[]>() },
  /** Throws `challenge.nothing`, `challenge.too_many`, `challenge.photograph`. */
  'challenge.create': {
    args: NewChallenge.extend({ from: KnownFrom, ...by }),
    result: answer<ChallengeSet>(),
  },
  /** Whether it is due daily, and whether it is in use. */
  'challenge.change': {
    args: z.object({ setId: Id, daily: z.boolean(), active: z.boolean(), ...by }),
    result: answer<ChallengeSet>(),
  },
  /** An ordinary run by the recipe's newest version; its end is the result. Throws `challenge.ended`. */
  'challenge.run': { args: z.object({ setId: Id, ...by }), result: Run },
  'challenge.results': { args: z.object({ setId: Id }), result: answer<ChallengeResult[]>() },
  'challenge.result': { args: z.object({ resultId: Id }), result: answer<ChallengeReport>() },
  /** Asks where to and writes; null when the dialog was closed. */
  'challenge.certificate': {
    args: z.object({ resultId: Id, format: z.enum(['pdf', 'html']), ...by }),
    result: z.object({ path: z.string() }).nullable(),
  },
  /** Where people marked the defects of the parts of a run. */
  'mask.list': { args: z.object({ runId: Id }), result: z.array(MaskInfo) },
  /** Of the photograph's size; an event of the audit trail. Throws `train.mask`. */
  'mask.save': { args: z.object({ partId: Id, runs: MaskRuns, ...by }), result: MaskInfo },
  /** The newest training, whatever became of it. */
  'training.current': { args: nothing, result: Training.nullable() },
  /** From parts of one run that were marked OK, or NG with a mask. Throws `train.busy`, `train.category`. */
  'training.start': {
    args: z.object({ runId: Id, partIds: z.array(Id).min(1).max(100_000), ...by }),
    result: Training,
  },
  /** Goes on where it was stopped. */
  'training.resume': { args: z.object({ id: Id }), result: Training },
  /** Answered when what it has is kept. */
  'training.stop': { args: nothing, result: Training.nullable() },
  'training.discard': { args: z.object({ id: Id, ...by }), result: Training },
  /** Makes a version of the run's recipe that uses the head; a run without one makes a new recipe with this name. */
  'training.adopt': {
    args: z.object({ id: Id, reason: Reason, name: RecipeSettings.shape.name.optional(), ...by }),
    result: z.object({ training: Training, recipe: Recipe }),
  },
  /** Who is set up and who is on; nobody is, and everybody may do everything, before the first manager is added. */
  'people.state': { args: nothing, result: PeopleState },
  /** Also a handover: whoever was on before is off, and the run goes on. Throws `people.wrong_pin`, `people.wait`. */
  'people.signIn': { args: z.strictObject({ personId: Id, pin: Pin }), result: PeopleState },
  'people.signOut': { args: nothing, result: PeopleState },
  /** `idle`: nobody was there for the chosen time. */
  'people.lock': { args: z.strictObject({ idle: z.boolean() }), result: PeopleState },
  /** The first one has to be a manager, and is on from then on. Throws `people.name_taken`, `people.pin_weak`. */
  'people.add': { args: NewPerson.strict(), result: PeopleState },
  'people.change': { args: PersonChange.strict(), result: PeopleState },
  /** One's own. */
  'people.changePin': { args: z.strictObject({ old: Pin, pin: Pin }), result: PeopleState },
  'people.idle': { args: z.strictObject({ minutes: IdleMinutes }), result: PeopleState },
  /** Throws `second.nothing`, `second.open`. */
  'second.draw': {
    args: z.object({ runId: Id, size: SampleSize, heat: z.boolean(), ...by }),
    result: SecondReview,
  },
  /** Newest first. */
  'second.list': { args: z.object({ runId: Id }), result: z.array(SecondReview) },
  /** Nothing of the first look is in it. */
  'second.parts': {
    args: z.object({ reviewId: Id }),
    result: z.object({ review: SecondReview, parts: z.array(SecondPart) }),
  },
  /** Answered when it is on the disk; of several on one part the newest counts. Throws `second.ended`. */
  'second.judge': {
    args: z.object({ reviewId: Id, partId: Id, verdict: HumanVerdict, ...by }),
    result: SecondPart,
  },
  'second.end': { args: z.object({ reviewId: Id, ...by }), result: answer<SecondResult>() },
  /** Throws `second.blind` before the end. */
  'second.result': { args: z.object({ reviewId: Id }), result: answer<SecondResult>() },
  /** The native menu in the words of the page's language; holds until it is asked for again. */
  'menu.texts': { args: MenuTexts, result: nothing },
  /** What this is and what it runs on, and which checks there are. */
  'support.overview': { args: nothing, result: Overview },
  /** Never fails: what went wrong is in the answer. */
  'support.check': { args: z.object({ id: CheckId }), result: Check },
  /** The report of the checks that were run; null when the dialog was closed. */
  'support.report': {
    args: z.object({ to: z.enum(['clipboard', 'file']) }),
    result: z.object({ path: z.string().nullable() }).nullable(),
  },
  /** What a support bundle would hold now. */
  'support.bundle': { args: nothing, result: BundlePlan },
  /** Asks where to and writes it; null when the dialog was closed. */
  'support.saveBundle': { args: nothing, result: z.object({ path: z.string() }).nullable() },
  /** Asks for the folder unless there is a usual one; null when the dialog was closed. Throws `update.none` and others. */
  'update.check': { args: z.object({ ask: z.boolean() }), result: UpdateOffer.nullable() },
  /** Backs the history up and starts the installer that was checked last. */
  'update.start': { args: nothing, result: UpdateStarted },
  /** Takes a model pack of the update that was checked last. */
  'update.pack': { args: z.object({ id: z.string().max(200) }), result: UpdateOffer },
  'session.load': { args: nothing, result: Session.nullable() },
  'session.save': { args: Session, result: nothing },
  /** Null before anybody has set anything. */
  'preferences.load': { args: nothing, result: Preferences.nullable() },
  'preferences.save': { args: Preferences, result: nothing },
} as const;

export const MenuCommand = z.enum([
  'open-folder',
  'open-files',
  'pause-run',
  'stop-run',
  'print',
  'toggle-overlay',
  'zoom-in',
  'zoom-out',
  'show-keys',
  'show-about',
  'show-diagnostics',
  'show-guide',
  'undo',
]);
export type MenuCommand = z.infer<typeof MenuCommand>;

/** Messages from main to the page. */
export const EVENTS = {
  'run.progress': RunProgress,
  /** Parts that changed (a batch at most every 100 ms while a run goes on). */
  'run.parts': z.object({ runId: Id, parts: z.array(Part) }),
  'run.changed': Run,
  /** A service stopped and was started again, or cannot be started. */
  'service.trouble': z.object({
    service: z.enum(['inference', 'history', 'training']),
    error: ErrorRecord,
    fatal: z.boolean(),
  }),
  'menu.command': MenuCommand,
  /** A training began, came further or ended. */
  'training.changed': Training,
  /** The daily backup was made, or could not be. */
  'history.backedUp': z.object({
    made: z.object({ path: z.string(), at: z.string(), bytes: z.number() }).nullable(),
    error: ErrorRecord.nullable(),
  }),
  /** The daily retention let maps and thumbnails go, or could not. */
  'history.retained': z.object({
    bytes: z.number(),
    runs: z.number().int(),
    error: ErrorRecord.nullable(),
  }),
} as const;

export type Channel = keyof typeof CHANNELS;
export type ChannelArgs<C extends Channel> = z.infer<(typeof CHANNELS)[C]['args']>;
export type ChannelResult<C extends Channel> = z.infer<(typeof CHANNELS)[C]['result']>;
export type EventName = keyof typeof EVENTS;
export type EventPayload<E extends EventName> = z.infer<(typeof EVENTS)[E]>;

export type Reply<T> = { ok: true; value: T } | { ok: false; error: z.infer<typeof ErrorRecord> };

/** What the preload puts on `window.loupe`: the bridge and nothing else. */
export interface LoupeBridge {
  invoke<C extends Channel>(channel: C, args: ChannelArgs<C>): Promise<Reply<ChannelResult<C>>>;
  /** Returns the function that ends the subscription. */
  on<E extends EventName>(event: E, listener: (payload: EventPayload<E>) => void): () => void;
  /** Path of a dropped file or folder ('' when it has none). */
  pathOf(file: object): string;
}

/** Same-origin addresses under which the page finds pixels; served by main from the data folder, never sent over IPC. */
export const mediaUrl = {
  /** JPEG, longest side at most 320 px. */
  thumbnail: (partId: number): string => `/media/parts/${partId}/thumbnail`,
  /** The photograph itself, in a format that the page can show. */
  image: (partId: number): string => `/media/parts/${partId}/image`,
  /** mapSize² bytes, row-major: 0 = heat.lo, 255 = heat.hi of the run (clamped). 404 where there is none. */
  map: (partId: number): string => `/media/parts/${partId}/map`,
  /** PNG of the photograph's size, white where the defect was marked. 404 where there is none. */
  mask: (partId: number): string => `/media/parts/${partId}/mask`,
  /** The map by the head of the newest training, on the scale of its comparison. */
  after: (partId: number): string => `/media/parts/${partId}/after`,
};
