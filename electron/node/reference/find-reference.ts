// The reference of a part: the accepted part of the same product that looks most like it, by the features that inspecting left.
// Runs in the main process (Node).
import { setImmediate } from 'node:timers/promises';
import type { Part, Run } from '../../common/domain.ts';
import type { Reference, ReferenceAnswer } from '../../common/reference.ts';
import { similarity } from '../engine/feature.ts';
import type { History } from '../history-client.ts';
import { featureFile, readFeatures, type Features } from './feature-file.ts';

/** Parts of the newest runs of the product; more would only make the page wait. */
const MOST_PARTS = 100_000;
/** The best of each run may be the very same photograph, inspected once more. */
const BEST_OF_RUN = 3;
/** Comparisons in one go: the main process has other things to do as well. */
const BREATH = 1000;

interface Candidate {
  readonly run: Run;
  readonly seq: number;
  readonly similarity: number;
}

/** The same recipe in any version, or the same words where there was none. */
const sameProduct = (a: Run, b: Run): boolean =>
  a.recipe !== null && b.recipe !== null ? a.recipe.id === b.recipe.id : a.product === b.product;

/** Throws `history.not_found`. */
export async function findReference(
  history: History,
  dataFolder: string,
  partId: number,
): Promise<ReferenceAnswer> {
  const { part, path } = await history.request('part.get', { partId });
  const run = await history.request('run.get', { runId: part.runId });
  const own = await readFeatures(featureFile(dataFolder, run.id));
  const feature = own?.at(part.seq) ?? null;
  if (own === null || feature === null) return { reference: null, comparable: false };

  const candidates: Candidate[] = [];
  let left = MOST_PARTS;
  const runs = (await history.request('run.list', null)).filter((other) => sameProduct(run, other));
  for (const other of runs.sort((a, b) => b.id - a.id)) {
    const features: Features | null =
      other.id === run.id ? own : await readFeatures(featureFile(dataFolder, other.id));
    if (features?.comparableWith(own) !== true) continue;
    candidates.push(...(await bestOf(history, other, features, feature)));
    left -= other.total;
    if (left <= 0) break;
  }
  candidates.sort((a, b) => b.similarity - a.similarity);
  for (const candidate of candidates) {
    const reference = await look(history, candidate, part, path);
    if (reference !== null) return { reference, comparable: true };
  }
  return { reference: null, comparable: true };
}

/** The accepted parts of a run that come nearest, best first. */
async function bestOf(
  history: History,
  run: Run,
  features: Features,
  wanted: Int8Array,
): Promise<Candidate[]> {
  const best: Candidate[] = [];
  const accepted = await history.request('run.accepted', { runId: run.id });
  for (const [i, seq] of accepted.entries()) {
    if (i % BREATH === BREATH - 1) await setImmediate();
    const feature = features.at(seq);
    // To the last digit the same is the same photograph: nothing could be learnt from looking at it twice.
    if (feature === null || Buffer.compare(bytesOf(feature), bytesOf(wanted)) === 0) continue;
    const found = { run, seq, similarity: similarity(feature, wanted) };
    if (best.length === BEST_OF_RUN && found.similarity <= best.at(-1)!.similarity) continue;
    best.push(found);
    best.sort((a, b) => b.similarity - a.similarity);
    best.length = Math.min(best.length, BEST_OF_RUN);
  }
  return best;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Int8Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** Null for the part itself, and for its photograph in another run. */
async function look(
  history: History,
  { run, seq, similarity: near }: Candidate,
  part: Part,
  path: string,
): Promise<Reference | null> {
  const [found] = await history.request('run.page', { runId: run.id, afterSeq: seq - 1, limit: 1 });
  if (found === undefined || found.id === part.id) return null;
  const place = await history.request('part.get', { partId: found.id });
  if (place.path === path) return null;
  const { source, createdAt, lot, recipe } = run;
  return { part: place.part, run: { id: run.id, source, createdAt, lot, recipe }, similarity: near };
}
