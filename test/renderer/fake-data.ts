// Made-up parts: the same for the fake bridge in the browser and for the media server in Node, from the part's id alone.
// Runs anywhere (pure; also pasted into the browser, so it imports types only).
import type { Part } from '../../electron/common/domain.ts';

export const ID_SPACE = 10_000_000;
export const MAP_SIZE = 240;

/** One photograph of a catalogue for looking at the page with real pictures. */
export interface CatalogueEntry {
  name: string;
  width: number;
  height: number;
  score: number;
}

/** 0..1, evenly spread, always the same for the same number. */
export function noise(seed: number): number {
  let x = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return ((x ^ (x >>> 16)) >>> 0) / 2 ** 32;
}

/** Most parts look good, some are doubtful, a few are bad. */
export function scoreOf(seq: number): number {
  const kind = noise(seq * 3 + 1);
  const spread = (noise(seq * 3 + 2) + noise(seq * 3 + 3)) / 2;
  if (kind < 0.86) return 0.06 + 0.36 * spread;
  if (kind < 0.95) return 0.36 + 0.3 * spread;
  return 0.58 + 0.4 * spread;
}

const failureOf = (seq: number): Part['error'] => {
  if (seq % 47 === 13)
    return { code: 'image.corrupt', params: { path: `part_${seq}.png`, reason: 'premature end' } };
  if (seq % 211 === 50) return { code: 'session.failed', params: { reason: 'out of memory' } };
  return null;
};

export function pendingPart(runId: number, seq: number, catalogue: readonly CatalogueEntry[] | null): Part {
  const entry = catalogue?.[seq];
  return {
    id: runId * ID_SPACE + seq + 1,
    runId,
    seq,
    name: entry?.name ?? `tray ${1 + Math.floor(seq / 100)}/part_${String(seq).padStart(6, '0')}.png`,
    state: 'pending',
    score: null,
    score0: null,
    score1: null,
    width: null,
    height: null,
    error: null,
    verdict: null,
    verdictAt: null,
    verdictBy: null,
    defectKind: null,
    comment: null,
  };
}

export function finishedPart(runId: number, seq: number, catalogue: readonly CatalogueEntry[] | null): Part {
  const part = pendingPart(runId, seq, catalogue);
  const error = failureOf(seq);
  if (error !== null) return { ...part, state: 'failed', error };
  const entry = catalogue?.[seq];
  const score = entry?.score ?? scoreOf(seq);
  return {
    ...part,
    state: 'scored',
    score,
    score0: 0.4 + 0.4 * score,
    score1: 0.05 + 0.3 * score,
    width: entry?.width ?? 960,
    height: entry?.height ?? 720,
  };
}
