// Which parts the grid shows and in which order: filter, search, sort, and the next part to judge.
// Runs anywhere (pure). Sorting packs the key and the position into one number, so that 100,000 parts take milliseconds.
import type { Session } from '../../../electron/common/contract.ts';
import {
  machineVerdict,
  type HumanVerdict,
  type Part,
  type Thresholds,
} from '../../../electron/common/domain.ts';

export type Filter = Session['filter'];
export type Sort = Session['sort'];

/** Parts by their position in the run; a hole is a part that has not been heard of yet. */
export type Parts = readonly (Part | undefined)[];

/** What a person said of a part: anything, nothing yet, or one verdict. */
export type HumanFilter = 'any' | 'none' | HumanVerdict;

export interface ListQuery {
  filter: Filter;
  sort: Sort;
  search: string;
  thresholds: Thresholds;
  human: HumanFilter;
  /** Kind of defect; null = any. */
  kind: string | null;
}

/** Positions (seq) of the parts to show, in the order to show them. */
export function buildOrder(parts: Parts, query: ListQuery): Uint32Array {
  const words = searchWords(query.search);
  const kept: number[] = [];
  for (let seq = 0; seq < parts.length; seq++) {
    const part = parts[seq];
    if (part === undefined) continue;
    if (query.filter !== 'all' && machineVerdict(part, query.thresholds) !== query.filter) continue;
    if (!fitsHuman(part, query)) continue;
    if (words.length > 0 && !matches(part.name, words)) continue;
    kept.push(seq);
  }
  if (query.sort === 'order') return Uint32Array.from(kept);
  if (query.sort === 'newest') return byArrival(parts, kept);
  if (query.sort === 'name') return byName(parts, kept);
  const key = query.sort === 'score' ? scoreKey : (part: Part) => doubtKey(part, query.thresholds);
  return byKey(parts, kept, key);
}

function fitsHuman(part: Part, { human, kind }: Pick<ListQuery, 'human' | 'kind'>): boolean {
  if (kind !== null && part.defectKind !== kind) return false;
  return human === 'any' || part.verdict === (human === 'none' ? null : human);
}

/** The kinds of defects that were given in a run, with how often, by name. */
export function kindsIn(parts: Parts): { kind: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const part of parts) {
    if (part?.defectKind != null) counts.set(part.defectKind, (counts.get(part.defectKind) ?? 0) + 1);
  }
  return [...counts].map(([kind, count]) => ({ kind, count })).sort((a, b) => names.compare(a.kind, b.kind));
}

const searchWords = (search: string): string[] => search.toLowerCase().split(/\s+/).filter(Boolean);

const matches = (name: string, words: string[]): boolean => {
  const lower = name.toLowerCase();
  return words.every((word) => lower.includes(word));
};

/** Keys are in 0..1; what has no score comes after everything that has one: failed first, then waiting. */
const FAILED_KEY = 1.5;
const WAITING_KEY = 2;

function scoreKey(part: Part): number {
  if (part.state === 'pending') return WAITING_KEY;
  if (part.score === null || Number.isNaN(part.score)) return FAILED_KEY;
  return 1 - clamp(part.score);
}

/** Parts inside the doubtful band first, nearest to a threshold first; then all others by their distance to a threshold. */
function doubtKey(part: Part, at: Thresholds): number {
  if (part.state === 'pending') return WAITING_KEY;
  if (part.score === null || Number.isNaN(part.score)) return FAILED_KEY;
  const score = clamp(part.score);
  const distance = Math.min(Math.abs(score - at.review), Math.abs(score - at.reject));
  const doubtful = score >= at.review && score < at.reject;
  return (doubtful ? 0 : 0.5) + distance / 2;
}

const clamp = (score: number): number => Math.min(1, Math.max(0, score));

function byKey(parts: Parts, kept: number[], key: (part: Part) => number): Uint32Array {
  // 2^31 steps of the key times up to 2^22 positions stay below 2^53, where every whole number is exact.
  const room = Math.max(1, parts.length);
  const packed = Float64Array.from(kept, (seq) => Math.round(key(parts[seq]!) * 2 ** 30) * room + seq);
  packed.sort();
  return Uint32Array.from(packed, (value) => value % room);
}

/** The newest result first; what waits comes after all results, in the order in which it is inspected. */
function byArrival(parts: Parts, kept: number[]): Uint32Array {
  const waits = (seq: number): boolean => parts[seq]!.state === 'pending';
  const done = kept.filter((seq) => !waits(seq)).reverse();
  return Uint32Array.from([...done, ...kept.filter(waits)]);
}

const names = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

function byName(parts: Parts, kept: number[]): Uint32Array {
  const name = (seq: number): string => parts[seq]!.name;
  return Uint32Array.from(kept.sort((a, b) => names.compare(name(a), name(b)) || a - b));
}

/**
 * Doubtful parts wait for a person when everything is shown; under a filter, the filter itself is the queue. Somebody who
 * looks at the parts of one verdict looks a second time, so they all wait.
 */
function waitsForJudgement(part: Part, query: Queue): boolean {
  const { filter, thresholds } = query;
  const second = query.kind !== null || (query.human !== 'any' && query.human !== 'none');
  if (second) return fitsHuman(part, query);
  if (part.verdict !== null) return false;
  const verdict = machineVerdict(part, thresholds);
  return filter === 'all' ? verdict === 'review' : verdict === filter;
}

/** What decides which parts wait. */
export type Queue = Pick<ListQuery, 'filter' | 'thresholds' | 'human' | 'kind'>;

/** Index in `order` of the next part to judge after `from`, going round once; -1 when none is left. */
export function nextToJudge(order: Uint32Array, parts: Parts, from: number, query: Queue): number {
  for (let step = 1; step <= order.length; step++) {
    const index = (from + step + order.length) % order.length;
    const part = parts[order[index]!];
    if (part !== undefined && index !== from && waitsForJudgement(part, query)) return index;
  }
  return -1;
}
