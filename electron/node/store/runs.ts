// Runs: what was to be inspected, by which model, at which thresholds, and how far it got.
// Runs in the history service (Node).
import type { ErrorValue } from '../../../models/errors.ts';
import type { Run, RunState, Thresholds } from '../../common/domain.ts';
import type { NewRun } from '../../common/history-service.ts';
import { PROGRAM, type Audit } from './audit.ts';
import type { Challenges } from './challenges.ts';
import type { Clock } from './clock.ts';
import { damaged, notFound } from './failure.ts';
import type { Access } from './ledger.ts';
import type { Recipes } from './recipes.ts';
import { readInputs, writeInputs } from './run-inputs.ts';
import { incomparable, refuseMixture, sameSession, toColumns, type Settled } from './sessions.ts';
import type { RunRow, SessionRow, Tables, ThresholdsRow } from './tables.ts';

/** Author of the first thresholds of a run: the pack's recommendation, or the recipe that the run was started from. */
const PACK = 'model pack';
const RECIPE = 'recipe';

/** What a run shows before it has begun; nothing is judged by these. */
const NOT_BEGUN: Thresholds = { review: 0.5, reject: 0.5 };

/** What runs write beside their own rows. */
export interface RunServices {
  readonly audit: Audit;
  readonly recipes: Recipes;
  readonly clock: Clock;
  /** Belongs to the change that makes a run done: what it writes is there with it, or neither is. */
  readonly challenges: Pick<Challenges, 'conclude'>;
}

export class Runs {
  readonly #ledger: Access;
  readonly #tables: Tables;
  readonly #audit: Audit;
  readonly #recipes: Recipes;
  readonly #clock: Clock;
  readonly #all: ReturnType<Tables['runs']['select']>;
  /** Stores what may change about a run. Only inside `ledger.write`. */
  readonly update: (row: RunRow) => RunRow;
  readonly #challenges: RunServices['challenges'];

  constructor(ledger: Access, tables: Tables, { audit, recipes, clock, challenges }: RunServices) {
    this.#ledger = ledger;
    this.#tables = tables;
    this.#audit = audit;
    this.#recipes = recipes;
    this.#clock = clock;
    this.#challenges = challenges;
    this.#all = tables.runs.select('ORDER BY id DESC');
    this.update = tables.runs.updater([
      'state',
      'total',
      'scored',
      'failed',
      'session_id',
      'thresholds_id',
      'error',
    ]);
  }

  create(asked: NewRun): Run {
    const { product, source, inputs, recipe, lot, author = PROGRAM, repeats, challenge, watch } = asked;
    return this.#ledger.grow(() => {
      const version = recipe === undefined ? null : this.#recipes.row(recipe);
      if (repeats !== undefined) this.row(repeats);
      const row = this.#tables.runs.insert({
        id: this.#tables.runs.nextId(),
        created_at: this.#clock.now(),
        product,
        source,
        inputs: writeInputs(inputs, watch),
        state: 'preparing',
        total: 0,
        scored: 0,
        failed: 0,
        session_id: null,
        thresholds_id: null,
        error: null,
        recipe_version_id: version?.id ?? null,
        lot: lot ?? null,
        repeats_run_id: repeats ?? null,
        challenge_set_id: challenge ?? null,
      });
      const from = version && { recipe: version.recipe_id, version: version.version, sha256: version.sha256 };
      this.#audit.add({
        actor: author,
        action: 'run.created',
        subject: `run ${row.id}`,
        detail: {
          product,
          lot: row.lot,
          recipe: from,
          ...(watch && { watch }),
          ...(repeats !== undefined && { repeats }),
          ...(challenge !== undefined && { challenge }),
        },
      });
      return this.toRun(row);
    });
  }

  /**
   * Stores what the inference service settled on; the pack's thresholds become the first ones.
   * A resumed run begins again: with another model it is refused once there are scores of the first one.
   */
  begin(runId: number, session: Settled): Run {
    return this.#ledger.grow(() => {
      let run = this.row(runId);
      const before = this.#session(run);
      const columns = toColumns(session);
      const mixture = before ? incomparable(before, columns) : [];
      if (mixture.length > 0 && run.scored > 0) refuseMixture(mixture);
      if (!before || !sameSession(before, columns)) {
        const id = this.#tables.sessions.nextId();
        this.#tables.sessions.insert({ id, run_id: runId, begun_at: this.#clock.now(), ...columns });
        run = { ...run, session_id: id };
      }
      if (run.thresholds_id === null || mixture.length > 0) {
        const origin = run.recipe_version_id === null ? PACK : RECIPE;
        run = this.#appendThresholds(run, session.thresholds, origin, null);
      }
      return this.toRun(this.update({ ...run, state: 'running', error: null }));
    });
  }

  setState(runId: number, state: RunState, error?: ErrorValue): Run {
    return this.#ledger.write(() => {
      const before = this.row(runId);
      const run = this.update({ ...before, state, error: error ? JSON.stringify(error) : null });
      if (state === 'done' && before.state !== 'done') this.#challenges.conclude(run);
      return this.toRun(run);
    });
  }

  /** Appends a row and an audit event, unless nothing would change. */
  setThresholds(runId: number, { review, reject }: Thresholds, author: string, reason?: string): Run {
    return this.#ledger.write(() => {
      const run = this.row(runId);
      const current = this.#thresholdsRow(run);
      if (current?.review === review && current.reject === reject) return this.toRun(run);
      const changed = this.#appendThresholds(run, { review, reject }, author, reason ?? null);
      this.#audit.add({
        actor: author,
        action: 'thresholds.set',
        subject: `run ${runId}`,
        reason: reason ?? null,
        detail: {
          row: changed.thresholds_id,
          from: current && { review: current.review, reject: current.reject },
          to: { review, reject },
        },
      });
      return this.toRun(this.update(changed));
    });
  }

  /** Newest first. */
  list(): Run[] {
    return this.#ledger.read(() => this.#all.all().map((row) => this.toRun(this.#tables.runs.verify(row))));
  }

  get(runId: number): Run {
    return this.#ledger.read(() => this.toRun(this.row(runId)));
  }

  /** At start nothing can be under way: what looks like it was cut off by a crash. */
  interruptUnfinished(): void {
    this.#ledger.write(() => {
      for (const { id, state } of this.#all.all()) {
        if (state === 'preparing' || state === 'running')
          this.update({ ...this.row(id), state: 'interrupted' });
      }
    });
  }

  /** The row of a run, or `history.not_found`. */
  row(runId: number): RunRow {
    const row = this.#tables.runs.find(runId);
    if (!row) throw notFound(`Run ${runId}`);
    return row;
  }

  /** The thresholds in force; null before any were set. */
  thresholds(run: RunRow): Thresholds | null {
    const row = this.#thresholdsRow(run);
    return row && { review: row.review, reject: row.reject };
  }

  /** The recipe's version behind a run. */
  recipe(run: RunRow): ReturnType<Recipes['byRow']> | null {
    return run.recipe_version_id === null ? null : this.#recipes.byRow(run.recipe_version_id);
  }

  toRun(row: RunRow): Run {
    const session = this.#session(row);
    const recipe = this.recipe(row);
    const { watch } = readInputs(row.inputs);
    return {
      id: row.id,
      createdAt: row.created_at,
      product: row.product,
      source: row.source,
      packId: session?.pack_id ?? '',
      packVersion: session?.pack_version ?? '',
      modelSha256: session?.model_sha256 ?? '',
      method: session?.method ?? '',
      device: session?.device ?? '',
      state: row.state,
      total: row.total,
      scored: row.scored,
      failed: row.failed,
      thresholds: this.thresholds(row) ?? NOT_BEGUN,
      heat: session ? { lo: session.heat_lo, hi: session.heat_hi } : { lo: 0, hi: 1 },
      mapSize: session?.map_size ?? 0,
      error: row.error === null ? null : (JSON.parse(row.error) as ErrorValue),
      recipe: recipe && {
        id: recipe.row.recipe_id,
        version: recipe.row.version,
        name: recipe.settings.name,
      },
      lot: row.lot,
      regions: recipe?.settings.regions ?? null,
      repeats: row.repeats_run_id,
      ...(row.challenge_set_id !== null && { challenge: row.challenge_set_id }),
      ...(watch && { watch }),
    };
  }

  #appendThresholds(
    run: RunRow,
    { review, reject }: Thresholds,
    author: string,
    reason: string | null,
  ): RunRow {
    const id = this.#tables.thresholds.nextId();
    const made_at = this.#clock.now();
    this.#tables.thresholds.insert({ id, run_id: run.id, review, reject, author, made_at, reason });
    return { ...run, thresholds_id: id };
  }

  #session(run: RunRow): SessionRow | null {
    return run.session_id === null ? null : ofRun(run, this.#tables.sessions.find(run.session_id));
  }

  #thresholdsRow(run: RunRow): ThresholdsRow | null {
    return run.thresholds_id === null ? null : ofRun(run, this.#tables.thresholds.find(run.thresholds_id));
  }
}

/** The row that a run points to: anything but a row of this run is damage. */
function ofRun<R extends { readonly run_id: number }>(run: RunRow, row: R | undefined): R {
  if (row?.run_id !== run.id) throw damaged(`Rows that run ${run.id} refers to are gone.`);
  return row;
}
