// What the history service can be asked, and what it reports: runs, parts, verdicts, recipes, people, records.
// Runs anywhere (types only); electron/node/service-{host,client}.ts carry the messages.
import type { ErrorValue } from '../../models/errors.ts';
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
import type { ImageFacts, InspectResult, SessionInfo } from './inference-service.ts';

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

export interface DatabaseHealth {
  readonly file: string;
  readonly bytes: number;
  readonly schema: number;
  readonly sqlite: string;
  /** What `quick_check` says; empty = whole. */
  readonly faults: readonly string[];
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
