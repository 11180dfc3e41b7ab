// The photographs of a run and what became of them: pending, scored or failed; an outcome is written once.
// Runs in the history service (Node).
import type { ErrorValue } from '../../../models/errors.ts';
import type { Placement } from '../../common/align/placement.ts';
import type { Part, Run } from '../../common/domain.ts';
import type { NewPart, PartOutcome } from '../../common/history-service.ts';
import type { ImageFacts } from '../../common/inference-service.ts';
import type { Clock } from './clock.ts';
import { damaged, notFound } from './failure.ts';
import type { Access } from './ledger.ts';
import { readInputs } from './run-inputs.ts';
import type { Runs } from './runs.ts';
import type { PartRow, RunRow, Tables } from './tables.ts';

type SelectParts = ReturnType<Tables['parts']['select']>;

export interface PendingPart {
  readonly id: number;
  readonly seq: number;
  readonly path: string;
}

const UNTOUCHED = {
  state: 'pending',
  session_id: null,
  inspected_at: null,
  score: null,
  score0: null,
  score1: null,
  width: null,
  height: null,
  ms: null,
  error: null,
  verdict_id: null,
  image_sha256: null,
  image_bytes: null,
  captured_at: null,
  captured_from: null,
  placement: null,
} as const;

export class Parts {
  readonly #ledger: Access;
  readonly #table: Tables['parts'];
  readonly #verdicts: Tables['verdicts'];
  readonly #runs: Runs;
  readonly #clock: Clock;
  readonly #ofRun: SelectParts;
  readonly #page: SelectParts;
  readonly #pending: SelectParts;
  readonly #settle: (row: PartRow) => PartRow;

  constructor(ledger: Access, tables: Tables, runs: Runs, clock: Clock) {
    this.#ledger = ledger;
    this.#table = tables.parts;
    this.#verdicts = tables.verdicts;
    this.#runs = runs;
    this.#clock = clock;
    this.#ofRun = this.#table.select('WHERE run_id = ? ORDER BY seq');
    this.#page = this.#table.select('WHERE run_id = ? AND seq > ? ORDER BY seq LIMIT ?');
    this.#pending = this.#table.select(
      `WHERE run_id = ? AND state = 'pending' AND seq > ? ORDER BY seq LIMIT ?`,
    );
    this.#settle = this.#table.updater([
      'state',
      'session_id',
      'inspected_at',
      'score',
      'score0',
      'score1',
      'width',
      'height',
      'ms',
      'error',
      'image_sha256',
      'image_bytes',
      'captured_at',
      'captured_from',
      'placement',
    ]);
  }

  /** Appends parts behind those that the run has. */
  add(runId: number, parts: readonly NewPart[]): { total: number } {
    return this.#ledger.grow(() => {
      const run = this.#runs.row(runId);
      const firstId = this.#table.nextId();
      parts.forEach(({ path, name, bytes }, i) => {
        const id = firstId + i;
        this.#table.insert({ ...UNTOUCHED, id, run_id: runId, seq: run.total + i, path, name, bytes });
      });
      const { total } = this.#runs.update({ ...run, total: run.total + parts.length });
      return { total };
    });
  }

  /** A run with all its parts in order. */
  load(runId: number): { run: Run; parts: Part[] } {
    return this.#ledger.read(() => {
      const run = this.#runs.row(runId);
      const parts = this.#ofRun.all(runId).map((row) => this.toPart(this.#table.verify(row)));
      this.#checkComplete(run, parts);
      return { run: this.#runs.toRun(run), parts };
    });
  }

  /** The next parts in order; without a gap, or `history.damaged`. */
  page(runId: number, afterSeq: number, limit: number): Part[] {
    return this.#ledger.read(() => {
      const run = this.#runs.row(runId);
      const rows = this.#page.all(runId, afterSeq, limit).map((row) => this.#table.verify(row));
      const missing = rows.length < Math.min(limit, run.total - afterSeq - 1);
      if (missing || rows.some((row, i) => row.seq !== afterSeq + 1 + i)) {
        throw damaged(`Run ${runId} has ${run.total} parts, but some behind number ${afterSeq} are gone.`);
      }
      return rows.map((row) => this.toPart(row));
    });
  }

  pending(runId: number, limit: number, afterSeq: number): PendingPart[] {
    return this.#ledger.read(() => {
      this.#runs.row(runId);
      const rows = this.#pending.all(runId, afterSeq, limit).map((row) => this.#table.verify(row));
      return rows.map(({ id, seq, path }) => ({ id, seq, path }));
    });
  }

  /** What the run was started with, and the files that it has, in order. */
  files(runId: number): { inputs: string[]; files: { path: string; bytes: number }[] } {
    return this.#ledger.read(() => {
      const { inputs } = readInputs(this.#runs.row(runId).inputs);
      const files = this.#ofRun.all(runId).map((row) => this.#table.verify(row));
      return { inputs, files: files.map(({ path, bytes }) => ({ path, bytes })) };
    });
  }

  get(partId: number): { part: Part; path: string } {
    return this.#ledger.read(() => {
      const row = this.row(partId);
      return { part: this.toPart(row), path: row.path };
    });
  }

  /**
   * Stores a batch of outcomes in one transaction. A part that already has an outcome keeps it and is answered
   * as it stands: a batch that is sent again after a crash changes nothing.
   */
  record(runId: number, outcomes: readonly PartOutcome[]): Part[] {
    return this.#ledger.grow(() => {
      let run = this.#runs.row(runId);
      const now = this.#clock.now();
      const parts = outcomes.map((outcome) => {
        const row = this.row(outcome.partId);
        if (row.run_id !== runId) throw notFound(`Part ${row.id} of run ${runId}`);
        if (row.state !== 'pending') return this.toPart(row);
        const settled = this.#settle({ ...row, ...toColumns(outcome, run, now) });
        run = { ...run, scored: run.scored + Number(outcome.ok), failed: run.failed + Number(!outcome.ok) };
        return this.toPart(settled);
      });
      this.#runs.update(run);
      return parts;
    });
  }

  /** The row of a part, or `history.not_found`. */
  row(partId: number): PartRow {
    const row = this.#table.find(partId);
    if (!row) throw notFound(`Part ${partId}`);
    return row;
  }

  toPart(row: PartRow): Part {
    const verdict = row.verdict_id === null ? null : this.#verdicts.find(row.verdict_id);
    if (verdict !== null && verdict?.part_id !== row.id)
      throw damaged(`The verdict of part ${row.id} is gone.`);
    return {
      id: row.id,
      runId: row.run_id,
      seq: row.seq,
      name: row.name,
      state: row.state,
      score: row.score,
      score0: row.score0,
      score1: row.score1,
      width: row.width,
      height: row.height,
      error: row.error === null ? null : (JSON.parse(row.error) as ErrorValue),
      verdict: verdict?.verdict ?? null,
      verdictAt: verdict?.made_at ?? null,
      verdictBy: verdict?.author ?? null,
      defectKind: verdict?.defect_kind ?? null,
      comment: verdict?.comment ?? null,
      ...(row.placement !== null && { placement: JSON.parse(row.placement) as Placement }),
    };
  }

  /** A damaged index can hide rows that are whole in themselves; the run knows how many there must be. */
  #checkComplete(run: RunRow, parts: readonly Part[]): void {
    const scored = parts.filter((part) => part.state === 'scored').length;
    const failed = parts.filter((part) => part.state === 'failed').length;
    const inOrder = parts.every((part, i) => part.seq === i);
    if (!inOrder || parts.length !== run.total || scored !== run.scored || failed !== run.failed) {
      throw damaged(
        `Run ${run.id} has ${run.total} parts, but ${parts.length} were found or their states differ.`,
      );
    }
  }
}

type Outcome = Omit<PartRow, 'id' | 'run_id' | 'seq' | 'path' | 'name' | 'bytes' | 'verdict_id'>;

function toColumns(outcome: PartOutcome, run: RunRow, now: string): Outcome {
  const common = { session_id: run.session_id, inspected_at: now };
  if (!outcome.ok) {
    const { score, score0, score1, width, height, ms, placement } = UNTOUCHED;
    const nothing = { score, score0, score1, width, height, ms, placement, ...imageColumns() };
    return { ...common, ...nothing, state: 'failed', error: JSON.stringify(outcome.error) };
  }
  const { score, score0, score1, width, height, ms, image, placement } = outcome.result;
  return {
    ...common,
    state: 'scored',
    score,
    score0,
    score1,
    width,
    height,
    ms: JSON.stringify(ms),
    error: null,
    placement: placement === undefined ? null : JSON.stringify(placement),
    ...imageColumns(image),
  };
}

const imageColumns = (image?: ImageFacts) => ({
  image_sha256: image?.sha256 ?? null,
  image_bytes: image?.bytes ?? null,
  captured_at: image?.capturedAt ?? null,
  captured_from: image?.capturedFrom ?? null,
});

/** The photograph as it was read for the inspection. */
export const imageOf = (row: PartRow): ImageFacts | null =>
  row.image_sha256 === null || row.image_bytes === null || !row.captured_at || !row.captured_from
    ? null
    : {
        sha256: row.image_sha256,
        bytes: row.image_bytes,
        capturedAt: row.captured_at,
        capturedFrom: row.captured_from,
      };
