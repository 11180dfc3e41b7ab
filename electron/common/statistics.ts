// Statistics of quality control over counted results: rates, control limits, pareto, confusion, agreement.
// Runs anywhere (pure TypeScript): the report, the command line and the page show the same numbers.
import type { HumanVerdict, MachineVerdict } from './domain.ts';

/** Parts that are alike in everything that statistics ask for. */
export interface Cell {
  readonly run: number;
  readonly lot: string | null;
  /** "Nut M6, version 3"; null for a run without a recipe. */
  readonly recipe: string | null;
  /** Day of inspection, UTC, "2026-11-23"; null while pending. */
  readonly day: string | null;
  /** At the thresholds that are in force now. */
  readonly machine: MachineVerdict | 'pending';
  readonly verdict: HumanVerdict | null;
  /** What the operator saw when judging; null where nobody has. */
  readonly seen: MachineVerdict | 'pending' | null;
  readonly defectKind: string | null;
  readonly count: number;
}

export interface Interval {
  readonly lo: number;
  readonly hi: number;
}

/** A share with its 95 % interval; null without any case. */
export interface Rate {
  readonly count: number;
  readonly of: number;
  readonly value: number | null;
  readonly interval: Interval | null;
}

export interface Tally {
  readonly parts: number;
  readonly good: number;
  readonly review: number;
  readonly reject: number;
  readonly failed: number;
  readonly pending: number;
  /** After the operators: judged OK, or good and not judged. */
  readonly accepted: number;
  /** Judged NG, or rejected and not judged. */
  readonly rejected: number;
  /** Still to be decided: unsure, to review, failed or pending and not judged. */
  readonly open: number;
}

/** 97.5 % quantile of the normal distribution. */
const Z = 1.959963984540054;

/** Wilson's score interval: holds also for small samples and for shares near 0 and 1. `of` > 0. */
export function wilson(count: number, of: number, z = Z): Interval {
  const p = count / of;
  const z2 = (z * z) / of;
  const middle = p + z2 / 2;
  const half = z * Math.sqrt((p * (1 - p)) / of + z2 / (4 * of));
  const bound = (value: number): number => Math.min(1, Math.max(0, value / (1 + z2)));
  // Exact at the ends, where rounding would leave a trace of the wrong side.
  return { lo: count === 0 ? 0 : bound(middle - half), hi: count === of ? 1 : bound(middle + half) };
}

export const rate = (count: number, of: number): Rate => ({
  ...{ count, of },
  value: of === 0 ? null : count / of,
  interval: of === 0 ? null : wilson(count, of),
});

export function tally(cells: readonly Cell[]): Tally {
  const sum = (choose: (cell: Cell) => boolean): number =>
    cells.reduce((total, cell) => total + (choose(cell) ? cell.count : 0), 0);
  const machine = (verdict: Cell['machine']): number => sum((cell) => cell.machine === verdict);
  const parts = sum(() => true);
  const accepted = sum((c) => c.verdict === 'ok' || (c.verdict === null && c.machine === 'good'));
  const rejected = sum((c) => c.verdict === 'ng' || (c.verdict === null && c.machine === 'reject'));
  return {
    parts,
    good: machine('good'),
    review: machine('review'),
    reject: machine('reject'),
    failed: machine('failed'),
    pending: machine('pending'),
    accepted,
    rejected,
    open: parts - accepted - rejected,
  };
}

/** Shares of what was scored; yield is the share of accepted among all parts. */
export const rates = (
  t: Tally,
): Readonly<Record<'yield' | 'good' | 'review' | 'reject' | 'failed', Rate>> => {
  const scored = t.good + t.review + t.reject;
  return {
    yield: rate(t.accepted, t.parts),
    good: rate(t.good, scored),
    review: rate(t.review, scored),
    reject: rate(t.reject, scored),
    failed: rate(t.failed, t.parts - t.pending),
  };
};

export type GroupBy = 'run' | 'lot' | 'recipe' | 'day';

export interface Group {
  /** '' for parts without: no lot, no recipe, not inspected yet. */
  readonly key: string;
  readonly cells: readonly Cell[];
}

/** In the order of time: by the first run of a group, days by their date. */
export function groupBy(cells: readonly Cell[], by: GroupBy): Group[] {
  const groups = new Map<string, Cell[]>();
  const inTime = by === 'day' ? cells.toSorted(byDay) : cells.toSorted((a, b) => a.run - b.run);
  for (const cell of inTime) {
    const key = String(cell[by] ?? '');
    const group = groups.get(key);
    if (group) group.push(cell);
    else groups.set(key, [cell]);
  }
  return [...groups].map(([key, grouped]) => ({ key, cells: grouped }));
}

const byDay = (a: Cell, b: Cell): number => ((a.day ?? '9') < (b.day ?? '9') ? -1 : 1);

export interface ControlPoint {
  readonly key: string;
  /** Parts that count: accepted or rejected. */
  readonly n: number;
  readonly rejected: number;
  /** Share of rejected; null when n is 0. */
  readonly p: number | null;
  readonly lower: number;
  readonly upper: number;
  /** Outside of its limits: more than chance. */
  readonly out: boolean;
}

/**
 * p-chart: the share of rejected per group, with limits three standard deviations around the mean of all groups, for the
 * size of each group (Montgomery, Introduction to Statistical Quality Control, ch. 7).
 */
export function pChart(groups: readonly Group[]): { mean: number | null; points: ControlPoint[] } {
  const tallies = groups.map(({ key, cells }) => ({ key, ...tally(cells) }));
  const n = tallies.reduce((sum, t) => sum + t.accepted + t.rejected, 0);
  const rejected = tallies.reduce((sum, t) => sum + t.rejected, 0);
  const mean = n === 0 ? null : rejected / n;
  const points = tallies.map(({ key, accepted, rejected: bad }) => {
    const size = accepted + bad;
    if (size === 0 || mean === null) {
      return { key, n: 0, rejected: 0, p: null, lower: 0, upper: 1, out: false };
    }
    const sigma = Math.sqrt((mean * (1 - mean)) / size);
    const [lower, upper] = [Math.max(0, mean - 3 * sigma), Math.min(1, mean + 3 * sigma)];
    const p = bad / size;
    return { key, n: size, rejected: bad, p, lower, upper, out: p < lower || p > upper };
  });
  return { mean, points };
}

export interface ParetoRow {
  /** '' = NG without a kind. */
  readonly kind: string;
  readonly count: number;
  readonly share: number;
  readonly cumulated: number;
}

/** Kinds of defect of the parts that were judged NG, the most frequent first. */
export function pareto(cells: readonly Cell[]): ParetoRow[] {
  const counts = new Map<string, number>();
  for (const cell of cells) {
    if (cell.verdict !== 'ng') continue;
    const kind = cell.defectKind ?? '';
    counts.set(kind, (counts.get(kind) ?? 0) + cell.count);
  }
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const ordered = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  let sum = 0;
  return ordered.map(([kind, count]) => {
    sum += count;
    return { kind, count, share: count / total, cumulated: sum / total };
  });
}

export interface Confusion {
  /** What the machine said when the operator judged × what the operator said. */
  readonly counts: Readonly<Record<MachineVerdict, Readonly<Record<HumanVerdict, number>>>>;
  /** Parts that are OK and were rejected, of all that are OK. */
  readonly falseReject: Rate;
  /** Parts that are NG and passed as good, of all that are NG. */
  readonly escape: Rate;
}

/** Only parts that somebody judged: where only doubtful parts are judged, the rates are those of doubtful parts. */
export function confusion(cells: readonly Cell[]): Confusion {
  const row = () => ({ ok: 0, ng: 0, unsure: 0 });
  const counts = { good: row(), review: row(), reject: row(), failed: row() };
  for (const { seen, verdict, count } of cells) {
    if (verdict !== null && seen !== null && seen !== 'pending') counts[seen][verdict] += count;
  }
  const all = (verdict: HumanVerdict): number =>
    Object.values(counts).reduce((sum, each) => sum + each[verdict], 0);
  return {
    counts,
    falseReject: rate(counts.reject.ok, all('ok')),
    escape: rate(counts.good.ng, all('ng')),
  };
}

/** How often two people said this about the same part. */
export interface Pair {
  readonly first: HumanVerdict;
  readonly second: HumanVerdict;
  readonly count: number;
}

export interface Agreement {
  readonly pairs: number;
  readonly agreed: Rate;
  /** Cohen's kappa: 1 = always the same, 0 = as often as by chance. Null without pairs, or when chance leaves nothing. */
  readonly kappa: number | null;
  /** 95 %; null where its variance says nothing: without kappa, and where both always agree. */
  readonly interval: Interval | null;
}

export function agreement(pairs: readonly Pair[]): Agreement {
  const total = pairs.reduce((sum, { count }) => sum + count, 0);
  const agreed = pairs.reduce((sum, pair) => sum + (pair.first === pair.second ? pair.count : 0), 0);
  const share = (side: 'first' | 'second', verdict: HumanVerdict): number =>
    pairs.reduce((sum, pair) => sum + (pair[side] === verdict ? pair.count : 0), 0) / total;
  const chance = (['ok', 'ng', 'unsure'] as const).reduce(
    (sum, verdict) => sum + share('first', verdict) * share('second', verdict),
    0,
  );
  const defined = total > 0 && chance < 1;
  const kappa = defined ? (agreed / total - chance) / (1 - chance) : null;
  return {
    pairs: total,
    agreed: rate(agreed, total),
    kappa,
    interval: kappa === null || agreed === total ? null : kappaInterval(pairs, total, chance, kappa),
  };
}

/** Large-sample variance of Fleiss, Cohen & Everitt (Psychological Bulletin 72, 1969, 323-327). */
function kappaInterval(pairs: readonly Pair[], total: number, chance: number, kappa: number): Interval {
  const words = ['ok', 'ng', 'unsure'] as const;
  const share = (first: HumanVerdict | null, second: HumanVerdict | null): number =>
    pairs.reduce(
      (sum, pair) =>
        (first === null || pair.first === first) && (second === null || pair.second === second)
          ? sum + pair.count
          : sum,
      0,
    ) / total;
  let variance = -((kappa - chance * (1 - kappa)) ** 2);
  for (const i of words) {
    for (const j of words) {
      // As in the paper: the margins of the row's word among the second, of the column's word among the first.
      const margins = i === j ? share(i, null) + share(null, i) : share(null, i) + share(j, null);
      const weight = i === j ? 1 - margins * (1 - kappa) : (1 - kappa) * margins;
      variance += share(i, j) * weight ** 2;
    }
  }
  const half = (Z * Math.sqrt(Math.max(0, variance) / total)) / (1 - chance);
  return { lo: Math.max(-1, kappa - half), hi: Math.min(1, kappa + half) };
}

export interface GroupSummary {
  readonly key: string;
  readonly tally: Tally;
  readonly rates: ReturnType<typeof rates>;
}

/** All of it, for one selection of runs. */
export interface Statistics {
  readonly by: GroupBy;
  readonly runs: number;
  readonly total: Omit<GroupSummary, 'key'>;
  readonly groups: readonly GroupSummary[];
  readonly chart: ReturnType<typeof pChart>;
  readonly pareto: readonly ParetoRow[];
  readonly confusion: Confusion;
  readonly agreement: Agreement;
  /** Of blind second reviews that have ended. */
  readonly blind: Agreement;
  /** Who gave the verdicts that stand, the busiest first. */
  readonly judges: readonly Judge[];
}

/** Parts whose newest verdict is of this person. */
export interface Judge {
  readonly author: string;
  readonly ok: number;
  readonly ng: number;
  readonly unsure: number;
}

/** What was counted beside the cells. */
export interface Counted {
  /** Two people on the same part, in the open. */
  readonly pairs: readonly Pair[];
  readonly blind: readonly Pair[];
  readonly judges: readonly Judge[];
}

export function summarise(cells: readonly Cell[], counted: Counted, by: GroupBy): Statistics {
  const groups = groupBy(cells, by);
  const summary = (grouped: readonly Cell[]) => {
    const counted = tally(grouped);
    return { tally: counted, rates: rates(counted) };
  };
  return {
    by,
    runs: new Set(cells.map(({ run }) => run)).size,
    total: summary(cells),
    groups: groups.map(({ key, cells: grouped }) => ({ key, ...summary(grouped) })),
    chart: pChart(groups),
    pareto: pareto(cells),
    confusion: confusion(cells),
    agreement: agreement(counted.pairs),
    blind: agreement(counted.blind),
    judges: counted.judges,
  };
}
