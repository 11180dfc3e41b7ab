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
} from './domain.ts';
import { Preferences } from './preferences.ts';
import type { AuditEvent, BackupFile, HistoryCheck, HistoryState, PartStory } from './services.ts';
import type { GroupBy, Statistics } from './statistics.ts';
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
  /** Folder of bundled sample parts and the words for them; offered on the empty screen. */
  samples: z.array(z.object({ title: z.string(), product: z.string(), folder: z.string() })),
  pack: z.object({ id: z.string(), title: z.string(), version: z.string(), sha256: z.string() }).nullable(),
});
export type AppInfo = z.infer<typeof AppInfo>;

/** What the page wants to find again after a restart. */
export const Session = z.object({
  runId: Id.nullable(),
  selected: Id.nullable(),
  view: z.enum(['grid', 'part']),
  filter: z.enum(['all', 'good', 'review', 'reject', 'failed']),
  sort: z.enum(['order', 'score', 'doubt', 'name']),
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
      z.strictObject({ ...StartArgs, product: z.string().max(200) }),
      z.strictObject({ ...StartArgs, recipe: RecipeRef }),
    ]),
    result: Run,
  },
  'run.resume': { args: z.object({ runId: Id }), result: Run },
  'run.cancel': { args: z.object({ runId: Id }), result: Run },
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
  'recipe.export': { args: RecipeRef, result: z.object({ path: z.string() }).nullable() },
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
  'history.stats': { args: Selection.extend({ by: By }), result: answer<Statistics>() },
  /** Asks where to and writes; null when the dialog was closed. */
  'history.export': {
    args: Selection.extend({ by: By, format: z.enum(['csv', 'jsonl', 'html']), ...by }),
    result: z.object({ path: z.string(), parts: z.number().int(), runs: z.number().int() }).nullable(),
  },
  /** Everything that explains a part: its verdicts, what scored it, recipe, thresholds; newest verdict first. */
  'part.explain': { args: z.object({ partId: Id }), result: answer<PartStory>() },
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
  'session.load': { args: nothing, result: Session.nullable() },
  'session.save': { args: Session, result: nothing },
  /** Null before anybody has set anything. */
  'preferences.load': { args: nothing, result: Preferences.nullable() },
  'preferences.save': { args: Preferences, result: nothing },
} as const;

export const MenuCommand = z.enum([
  'open-folder',
  'open-files',
  'stop-run',
  'toggle-overlay',
  'zoom-in',
  'zoom-out',
  'show-keys',
  'show-about',
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
