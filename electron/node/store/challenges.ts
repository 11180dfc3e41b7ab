// Challenges as rows: sets of known parts, what is to be done with them, and the result of each run over them.
// Runs in the history service and on the command line (Node). Rows are only ever added, each told in the chain with its hash.
import { LoupeError } from '../../../models/errors.ts';
import program from '../../../package.json' with { type: 'json' };
import {
  isToldRight,
  NewChallenge,
  type ChallengeOutcome,
  type ChallengeReport,
  type ChallengeResult,
  type ChallengeSet,
  type KnownPart,
  type Told,
} from '../../common/challenge.ts';
import { machineVerdict, type MachineVerdict } from '../../common/domain.ts';
import { PROGRAM, starterOf, type Audit } from './audit.ts';
import { canonicalJson, sha256 } from './canonical.ts';
import type { Clock } from './clock.ts';
import { damaged, notFound } from './failure.ts';
import type { Candidate } from './known-photographs.ts';
import type { Access } from './ledger.ts';
import type { Recipes } from './recipes.ts';
import type {
  ChallengeOutcomeRow,
  ChallengePartRow,
  ChallengeResultRow,
  ChallengeRuleRow,
  ChallengeSetRow,
  PartRow,
  RunRow,
  Tables,
} from './tables.ts';

/** What the chain remembers of a set: all of it, as the certificate tells it. */
export const setHash = (set: ChallengeSetRow, parts: readonly ChallengePartRow[]): string =>
  sha256(
    canonicalJson([
      [set.recipe_id, set.name, set.review_counts, set.size, set.author, set.made_at],
      ...parts.map((part) => [part.place, part.path, part.name, part.bytes, part.sha256, part.expected]),
    ]),
  );

/** What the chain remembers of a result: all of it, as the certificate tells it. */
export const resultHash = (result: ChallengeResultRow, outcomes: readonly ChallengeOutcomeRow[]): string => {
  const { set_id, run_id, recipe_version_id, session_id, review, reject, size, told_right, passed } = result;
  return sha256(
    canonicalJson([
      [set_id, run_id, recipe_version_id, session_id, review, reject, size, told_right, passed],
      [result.program, result.author, result.made_at],
      ...outcomes.map((one) => [one.place, one.part_id, one.band, one.score, one.found_sha256, one.outcome]),
    ]),
  );
};

type Select<K extends keyof Tables> = ReturnType<Tables[K]['select']>;

export class Challenges {
  readonly #ledger: Access;
  readonly #tables: Tables;
  readonly #audit: Audit;
  readonly #recipes: Recipes;
  readonly #clock: Clock;
  readonly #sets: Select<'challengeSets'>;
  readonly #parts: Select<'challengeParts'>;
  readonly #rules: Select<'challengeRules'>;
  readonly #results: Select<'challengeResults'>;
  readonly #outcomes: Select<'challengeOutcomes'>;
  readonly #ofRun: Select<'parts'>;
  readonly #starter: (runId: number) => string | null;

  constructor(
    ledger: Access,
    tables: Tables,
    { audit, recipes, clock }: { audit: Audit; recipes: Recipes; clock: Clock },
  ) {
    this.#ledger = ledger;
    this.#tables = tables;
    this.#audit = audit;
    this.#recipes = recipes;
    this.#clock = clock;
    this.#sets = tables.challengeSets.select('ORDER BY id DESC');
    this.#parts = tables.challengeParts.select('WHERE set_id = ? ORDER BY place');
    this.#rules = tables.challengeRules.select('WHERE set_id = ? ORDER BY id DESC LIMIT 1');
    this.#results = tables.challengeResults.select('WHERE set_id = ? ORDER BY id DESC LIMIT ?');
    this.#outcomes = tables.challengeOutcomes.select('WHERE result_id = ? ORDER BY place');
    this.#ofRun = tables.parts.select('WHERE run_id = ? ORDER BY seq');
    this.#starter = starterOf(tables);
  }

  /** Newest first, also those that were given up. */
  list(): ChallengeSet[] {
    return this.#ledger.read(() =>
      this.#sets.all().map((row) => this.#toSet(this.#tables.challengeSets.verify(row))),
    );
  }

  get(setId: number): { set: ChallengeSet; parts: KnownPart[] } {
    return this.#ledger.read(() => {
      const row = this.#row(setId);
      const parts = this.#known(row).map(({ path, name, bytes, sha256: hash, expected }) => ({
        ...{ path, name, bytes, sha256: hash, expected },
      }));
      return { set: this.#toSet(row), parts };
    });
  }

  /**
   * What people said of the parts of a run: all that are OK or NG, or just these, each of which has to be. Throws
   * `history.not_found`.
   */
  reviewed(runId: number, partIds?: readonly number[]): Candidate[] {
    return this.#ledger.read(() => {
      if (!this.#tables.runs.find(runId)) throw notFound(`Run ${runId}`);
      const wanted = partIds && new Set(partIds);
      const found: Candidate[] = [];
      for (const sealed of this.#ofRun.iterate(runId)) {
        const part = this.#tables.parts.verify(sealed);
        if (part.verdict_id === null || wanted?.has(part.id) === false) continue;
        const verdict = this.#tables.verdicts.find(part.verdict_id)?.verdict;
        if (verdict !== 'ok' && verdict !== 'ng') continue;
        const { path, name, image_sha256 } = part;
        found.push({ path, name, expected: verdict, sha256: image_sha256 });
        wanted?.delete(part.id);
      }
      // One that is silently left out would make the challenge an easier one.
      const [missing] = wanted ?? [];
      if (missing !== undefined) throw notFound(`Part ${missing} of run ${runId} with a verdict OK or NG`);
      return found;
    });
  }

  /** Throws `challenge.nothing`; `history.not_found` for an unknown recipe. */
  create(asked: NewChallenge, parts: readonly KnownPart[], author: string): ChallengeSet {
    const { recipeId, name, reviewCounts, daily } = NewChallenge.parse(asked);
    if (parts.length === 0) throw new LoupeError('challenge.nothing');
    const tables = this.#tables;
    return this.#ledger.write(() => {
      this.#recipes.row({ recipeId });
      const set = tables.challengeSets.insert({
        ...{ id: tables.challengeSets.nextId(), recipe_id: recipeId, name, size: parts.length, author },
        ...{ review_counts: reviewCounts ? 1 : 0, made_at: this.#clock.now() },
      });
      const firstId = tables.challengeParts.nextId();
      const rows = parts.map(({ path, name: own, bytes, sha256: hash, expected }, place) =>
        tables.challengeParts.insert({
          ...{ id: firstId + place, set_id: set.id, place, path, name: own, bytes, sha256: hash, expected },
        }),
      );
      this.#tell('challenge.created', set.id, author, {
        ...{ row: set.id, recipe: recipeId, name, parts: parts.length, sha256: setHash(set, rows) },
      });
      this.#rule(set.id, { daily, active: true }, author);
      return this.#toSet(set);
    });
  }

  /** Whether it is due daily, and whether it is used at all; what would change nothing is no row. */
  change(setId: number, rule: { daily: boolean; active: boolean }, author: string): ChallengeSet {
    return this.#ledger.write(() => {
      const set = this.#row(setId);
      const before = this.#ruleOf(setId);
      if ((before.daily === 1) !== rule.daily || (before.active === 1) !== rule.active)
        this.#rule(setId, rule, author);
      return this.#toSet(set);
    });
  }

  /** Of one set, newest first. */
  results(setId: number, limit = 100): ChallengeResult[] {
    return this.#ledger.read(() => {
      this.#row(setId);
      return this.#resultRows(setId, limit).map((row) => this.#toResult(row));
    });
  }

  report(resultId: number): ChallengeReport {
    return this.#ledger.read(() => {
      const row = this.resultRow(resultId);
      const set = this.#row(row.set_id);
      const known = this.#known(set);
      const outcomes = this.#outcomes.all(row.id).map((sealed) => {
        const one = this.#tables.challengeOutcomes.verify(sealed);
        const part = known[one.place];
        if (!part) throw damaged(`The known part ${one.place} of challenge ${set.id} is gone.`);
        return toOutcome(one, part);
      });
      if (outcomes.length !== row.size) throw damaged(`Outcomes of challenge result ${row.id} are gone.`);
      return { set: this.#toSet(set), result: this.#toResult(row), outcomes };
    });
  }

  /** The newest result of a recipe's challenges at that moment; null before the first one. */
  before(recipeId: number, moment: string): ChallengeResult | null {
    return this.#ledger.read(() => {
      const rows = this.#tables.challengeResults.select(
        `WHERE made_at <= ? AND set_id IN (SELECT id FROM challenge_sets WHERE recipe_id = ?)
         ORDER BY id DESC LIMIT 1`,
      );
      const row = rows.get(moment, recipeId);
      return row ? this.#toResult(this.#tables.challengeResults.verify(row)) : null;
    });
  }

  resultRow(resultId: number): ChallengeResultRow {
    const row = this.#tables.challengeResults.find(resultId);
    if (!row) throw notFound(`Challenge result ${resultId}`);
    return row;
  }

  /** Only inside the change that makes the run done. A run that is no challenge changes nothing. */
  conclude(run: RunRow): void {
    if (run.challenge_set_id === null) return;
    const tables = this.#tables;
    const set = this.#row(run.challenge_set_id);
    const known = this.#known(set);
    const inspected = this.#ofRun.all(run.id).map((sealed) => tables.parts.verify(sealed));
    if (inspected.length !== known.length || inspected.some(({ path }, i) => path !== known[i]?.path))
      throw damaged(`The parts of run ${run.id} are not those of challenge ${set.id}.`);
    if (run.recipe_version_id === null || run.session_id === null)
      throw damaged(`Run ${run.id} is a challenge without a recipe or a session.`);
    const { settings } = this.#recipes.byRow(run.recipe_version_id);
    const { review, reject } = settings.thresholds;
    const outcomes = inspected.map((part, place) => {
      const band = machineVerdict(part, { review, reject }) as MachineVerdict;
      const outcome = tell(part, known[place]!, band, set.review_counts === 1);
      return { place, part_id: part.id, band, score: part.score, found_sha256: part.image_sha256, outcome };
    });
    const right = outcomes.filter(({ outcome }) => outcome === 'right').length;
    const author = this.#starter(run.id) ?? PROGRAM;
    const result = tables.challengeResults.insert({
      ...{ id: tables.challengeResults.nextId(), set_id: set.id, run_id: run.id },
      ...{ recipe_version_id: run.recipe_version_id, session_id: run.session_id, review, reject },
      ...{ size: known.length, told_right: right, passed: right === known.length ? 1 : 0 },
      ...{ program: program.version, author, made_at: this.#clock.now() },
    });
    const firstId = tables.challengeOutcomes.nextId();
    const rows = outcomes.map((outcome, i) =>
      tables.challengeOutcomes.insert({ id: firstId + i, result_id: result.id, ...outcome }),
    );
    this.#tell(result.passed === 1 ? 'challenge.passed' : 'challenge.failed', set.id, author, {
      ...{ row: result.id, run: run.id, right, of: known.length, sha256: resultHash(result, rows) },
    });
  }

  #rule(setId: number, { daily, active }: { daily: boolean; active: boolean }, author: string): void {
    const table = this.#tables.challengeRules;
    const row = table.insert({
      ...{ id: table.nextId(), set_id: setId, daily: daily ? 1 : 0, active: active ? 1 : 0, author },
      made_at: this.#clock.now(),
    });
    const at = row.made_at;
    this.#tell('challenge.set', setId, author, { row: row.id, set: setId, daily, active, at });
  }

  #tell(action: string, setId: number, actor: string, detail: Readonly<Record<string, unknown>>): void {
    this.#audit.add({ actor, action, subject: `challenge ${setId}`, detail });
  }

  #row(setId: number): ChallengeSetRow {
    const row = this.#tables.challengeSets.find(setId);
    if (!row) throw notFound(`Challenge ${setId}`);
    return row;
  }

  /** Whole, or `history.damaged`: a part that is hidden would make the challenge an easier one. */
  #known(set: ChallengeSetRow): ChallengePartRow[] {
    const rows = this.#parts.all(set.id).map((row) => this.#tables.challengeParts.verify(row));
    if (rows.length !== set.size || rows.some((row, i) => row.place !== i))
      throw damaged(`The known parts of challenge ${set.id} are not whole.`);
    return rows;
  }

  #ruleOf(setId: number): ChallengeRuleRow {
    const row = this.#rules.get(setId);
    if (!row) throw damaged(`What is to be done with challenge ${setId} is gone.`);
    return this.#tables.challengeRules.verify(row);
  }

  #resultRows(setId: number, limit: number): ChallengeResultRow[] {
    return this.#results.all(setId, limit).map((row) => this.#tables.challengeResults.verify(row));
  }

  #toSet(row: ChallengeSetRow): ChallengeSet {
    const parts = this.#known(row);
    const { daily, active } = this.#ruleOf(row.id);
    const [last] = this.#resultRows(row.id, 1);
    const recipe = this.#recipes.get({ recipeId: row.recipe_id });
    const count = (expected: string): number => parts.filter((part) => part.expected === expected).length;
    return {
      ...{ id: row.id, name: row.name, recipeId: recipe.id, recipe: recipe.name, version: recipe.version },
      ...{ reviewCounts: row.review_counts === 1, ok: count('ok'), ng: count('ng') },
      ...{ author: row.author, createdAt: row.made_at, daily: daily === 1, active: active === 1 },
      last: last ? this.#toResult(last) : null,
    };
  }

  #toResult(row: ChallengeResultRow): ChallengeResult {
    const { row: version, settings } = this.#recipes.byRow(row.recipe_version_id);
    return {
      ...{ id: row.id, setId: row.set_id, runId: row.run_id, at: row.made_at, author: row.author },
      recipe: { id: version.recipe_id, version: version.version, name: settings.name },
      thresholds: { review: row.review, reject: row.reject },
      ...{ size: row.size, right: row.told_right, passed: row.passed === 1, program: row.program },
    };
  }
}

/** A photograph that is another one proves nothing, whatever the machine said of it. */
function tell(part: PartRow, known: ChallengePartRow, band: MachineVerdict, reviewCounts: boolean): Told {
  if (part.state === 'failed') {
    const { code } = JSON.parse(part.error ?? '{}') as { code?: string };
    return code === 'image.missing' ? 'missing' : 'failed';
  }
  if (part.image_sha256 !== known.sha256) return 'changed';
  return isToldRight(known.expected, band, reviewCounts) ? 'right' : 'wrong';
}

const toOutcome = (row: ChallengeOutcomeRow, part: ChallengePartRow): ChallengeOutcome => ({
  ...{ place: row.place, partId: row.part_id, name: part.name, path: part.path, expected: part.expected },
  ...{ band: row.band, score: row.score, told: row.outcome, sha256: part.sha256, found: row.found_sha256 },
});
