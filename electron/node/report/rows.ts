// The results as rows, one per part, with all that explains them: what CSV, JSON Lines and the page of a report are made of.
// Runs in Node (command line, history service).
import { machineVerdict, type Run } from '../../common/domain.ts';
import type { HistoryReader } from '../store/reader.ts';
import type { PartRow, SessionRow, VerdictRow } from '../store/tables.ts';
import { damaged } from '../store/failure.ts';
import { secondColumns, type SecondColumns } from './second-rows.ts';

/** Text, a number, or nothing; times are UTC, ISO 8601. The order of the keys is that of the columns. */
export type ResultRow = Readonly<{
  run: number;
  lot: string | null;
  recipe: string | null;
  recipe_version: number | null;
  product: string;
  part: number;
  position: number;
  name: string;
  path: string;
  bytes: number;
  image_sha256: string | null;
  image_bytes: number | null;
  captured_at: string | null;
  captured_from: string | null;
  width: number | null;
  height: number | null;
  inspected_at: string | null;
  state: string;
  score: number | null;
  score0: number | null;
  score1: number | null;
  /** In force now. */
  review_threshold: number;
  reject_threshold: number;
  machine: string;
  error: string | null;
  verdict: string | null;
  defect_kind: string | null;
  comment: string | null;
  judged_by: string | null;
  judged_at: string | null;
  /** What the operator saw when judging. */
  machine_when_judged: string | null;
  review_when_judged: number | null;
  reject_when_judged: number | null;
  chain_link: number | null;
  chain_hash: string | null;
  pack: string | null;
  pack_version: string | null;
  model_sha256: string | null;
  method: string | null;
  tap: string | null;
  rvs: string | null;
  sigma: number | null;
  device: string | null;
  precision: string | null;
  image_size: number | null;
  /** JSON. */
  scales: string | null;
  head_sha256: string | null;
  versions: string | null;
  /** JSON: where the part stood, with an inspection area that follows it. */
  placement: string | null;
}> &
  SecondColumns;

export const COLUMNS = [
  ...['run', 'lot', 'recipe', 'recipe_version', 'product', 'part', 'position', 'name', 'path', 'bytes'],
  ...[
    'image_sha256',
    'image_bytes',
    'captured_at',
    'captured_from',
    'width',
    'height',
    'inspected_at',
    'state',
    'score',
    'score0',
    'score1',
    'review_threshold',
  ],
  ...['reject_threshold', 'machine', 'error', 'verdict', 'defect_kind', 'comment', 'judged_by', 'judged_at'],
  ...['machine_when_judged', 'review_when_judged', 'reject_when_judged', 'chain_link', 'chain_hash', 'pack'],
  ...['pack_version', 'model_sha256', 'method', 'tap', 'rvs', 'sigma', 'device'],
  ...['precision', 'image_size', 'scales', 'head_sha256', 'versions', 'placement'],
  ...['second_verdict', 'second_by', 'second_at'],
] as readonly (keyof ResultRow)[];

/** Every part of these runs in order. Each row that it is made of is checked; throws `history.damaged`. */
export function* resultRows(reader: HistoryReader, runs: readonly Run[]): Generator<ResultRow> {
  const { parts, sessions, verdicts } = reader.tables;
  const ofRun = parts.select('WHERE run_id = ? ORDER BY seq');
  const known = new Map<number, SessionRow>();
  const second = secondColumns(reader.db, reader.tables);
  const session = (id: number): SessionRow => {
    const row = known.get(id) ?? sessions.find(id);
    if (!row) throw damaged(`The session ${id} is gone.`);
    known.set(id, row);
    return row;
  };
  for (const run of runs) {
    let found = 0;
    for (const sealed of ofRun.iterate(run.id)) {
      const part = parts.verify(sealed);
      const verdict = part.verdict_id === null ? undefined : verdicts.find(part.verdict_id);
      const by = part.session_id === null ? null : session(part.session_id);
      yield { ...toResult(run, part, verdict, by), ...second(part.id) };
      found++;
    }
    // A damaged index hides rows; the run knows how many there must be.
    if (found !== run.total) throw damaged(`Run ${run.id} has ${run.total} parts, but ${found} were found.`);
  }
}

function toResult(
  run: Run,
  part: PartRow,
  verdict: VerdictRow | undefined,
  session: SessionRow | null,
): Omit<ResultRow, keyof SecondColumns> {
  return {
    run: run.id,
    lot: run.lot,
    recipe: run.recipe?.name ?? null,
    recipe_version: run.recipe?.version ?? null,
    product: run.product,
    part: part.id,
    position: part.seq,
    name: part.name,
    path: part.path,
    bytes: part.bytes,
    image_sha256: part.image_sha256,
    image_bytes: part.image_bytes,
    captured_at: part.captured_at,
    captured_from: part.captured_from,
    width: part.width,
    height: part.height,
    inspected_at: part.inspected_at,
    state: part.state,
    score: part.score,
    score0: part.score0,
    score1: part.score1,
    review_threshold: run.thresholds.review,
    reject_threshold: run.thresholds.reject,
    machine: machineVerdict(part, run.thresholds),
    error: part.error === null ? null : (JSON.parse(part.error) as { code: string }).code,
    verdict: verdict?.verdict ?? null,
    defect_kind: verdict?.defect_kind ?? null,
    comment: verdict?.comment ?? null,
    judged_by: verdict?.author ?? null,
    judged_at: verdict?.made_at ?? null,
    machine_when_judged: verdict?.machine ?? null,
    review_when_judged: verdict?.review ?? null,
    reject_when_judged: verdict?.reject ?? null,
    chain_link: verdict?.link ?? null,
    chain_hash: verdict?.hash ?? null,
    pack: session?.pack_id ?? null,
    pack_version: session?.pack_version ?? null,
    model_sha256: session?.model_sha256 ?? null,
    method: session?.method ?? null,
    tap: session?.tap ?? null,
    rvs: session?.rvs ?? null,
    sigma: session?.sigma ?? null,
    device: session?.device ?? null,
    precision: session?.precision ?? null,
    image_size: session?.image_size ?? null,
    scales: session?.scales ?? null,
    head_sha256: session?.head_sha256 ?? null,
    versions: session?.versions ?? null,
    placement: part.placement,
  };
}

/** A value as every form of export writes it: numbers exactly, with a point, as JavaScript reads them back. */
export const plain = (value: string | number | null): string => (value === null ? '' : String(value));
