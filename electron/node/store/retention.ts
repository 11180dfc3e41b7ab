// Lets maps and thumbnails go by the rule that somebody set: planned first, told in the chain before it happens.
// Runs in the history service and on the command line (Node).
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Run } from '../../common/domain.ts';
import { KEEP_ALL, RetentionRule, type RetentionItem, type RetentionPlan } from '../../common/retention.ts';
import { LoupeError } from '../../../models/errors.ts';
import { fileHash } from '../image/facts.ts';
import { chainName } from './backups.ts';
import { bytesOf, mediaOf, type MediaFile, type RunMedia } from './media-files.ts';
import type { Settings } from './settings.ts';
import type { Store } from './store.ts';

const KEY = 'retention';
const DAY_MS = 86_400_000;
const GIGABYTE = 1e9;

export function readRule(settings: Pick<Settings, 'get'>): RetentionRule {
  const value = settings.get(KEY);
  return value === null ? KEEP_ALL : RetentionRule.parse(JSON.parse(value));
}

/** The rule is of the history: whoever asks why something is gone finds who wanted it so. */
export function setRule(store: Store, author: string, rule: RetentionRule): void {
  const before = readRule(store.settings);
  store.settings.set(KEY, JSON.stringify(RetentionRule.parse(rule)));
  store.audit.record({
    actor: author,
    action: 'retention.set',
    subject: 'history',
    detail: { from: before, to: rule },
  });
}

const goes = (file: MediaFile, rule: RetentionRule): boolean =>
  file.kind === 'map' || (file.kind === 'thumbnail' && !rule.keepThumbnails);

/** What would go now, oldest files first. Runs under way keep theirs. Changes nothing. */
export async function planRetention(
  dataFolder: string,
  runs: readonly Run[],
  rule: RetentionRule,
  now = Date.now(),
): Promise<RetentionPlan> {
  const known = new Map(runs.map((run) => [run.id, run]));
  const all: RunMedia[] = [];
  for await (const media of mediaOf(dataFolder)) all.push(media);
  let left = all.reduce((sum, { files }) => sum + bytesOf(files, 'map') + bytesOf(files, 'thumbnail'), 0);
  const items: RetentionItem[] = [];
  for (const media of all.sort((a, b) => a.newest - b.newest || a.runId - b.runId)) {
    const run = known.get(media.runId);
    // Of no run of this history: whoever put it there shall take it away.
    if (!run || run.state === 'running' || run.state === 'preparing') continue;
    const going = media.files.filter((file) => goes(file, rule));
    if (going.length === 0) continue;
    const old = rule.days !== null && now - media.newest > rule.days * DAY_MS;
    const tooMuch = rule.gigabytes !== null && left > rule.gigabytes * GIGABYTE;
    if (!old && !tooMuch) continue;
    const bytes = bytesOf(going);
    left -= bytes;
    items.push({
      ...{ runId: run.id, product: run.recipe?.name ?? run.product, lot: run.lot },
      newest: new Date(media.newest).toISOString(),
      maps: going.filter(({ kind }) => kind === 'map').length,
      thumbnails: going.filter(({ kind }) => kind === 'thumbnail').length,
      ...{ bytes, why: old ? 'age' : 'size' },
    });
  }
  return { rule, items, bytes: items.reduce((sum, item) => sum + item.bytes, 0), left };
}

/**
 * Carries a plan out. For each run: copied to the archive and compared, told in the chain, then deleted. A crash in between
 * leaves files that the next time finds; never a gap that nobody was told of. Throws `output.failed` when the archive does
 * not hold what was copied: then nothing of that run is deleted.
 */
export async function carryOut(
  store: Store,
  dataFolder: string,
  plan: RetentionPlan,
  author: string,
): Promise<RetentionPlan> {
  const { rule } = plan;
  const done: RetentionItem[] = [];
  const wanted = new Map(plan.items.map((item) => [item.runId, item]));
  for await (const { runId, folder, files } of mediaOf(dataFolder)) {
    const item = wanted.get(runId);
    const { state } = item ? store.runs.get(runId) : { state: 'running' as const };
    if (!item || state === 'running' || state === 'preparing') continue; // it was resumed meanwhile
    const going = files.filter((file) => goes(file, rule));
    const [maps, thumbnails] = (['map', 'thumbnail'] as const).map(
      (kind) => going.filter((file) => file.kind === kind).length,
    );
    const archived =
      rule.archive === null
        ? null
        : await archive(folder, going, join(rule.archive, `loupe-${chainName(store.db)}`, String(runId)));
    store.audit.record({
      actor: author,
      action: archived === null ? 'media.deleted' : 'media.archived',
      subject: `run ${runId}`,
      reason: item.why,
      detail: {
        ...{ maps, thumbnails, bytes: bytesOf(going), rule },
        ...(archived !== null && { to: archived }),
      },
    });
    for (const { name } of going) await rm(join(folder, name), { force: true });
    done.push(item);
  }
  const bytes = done.reduce((sum, item) => sum + item.bytes, 0);
  return { rule, items: done, bytes, left: plan.left + plan.bytes - bytes };
}

async function archive(folder: string, files: readonly MediaFile[], to: string): Promise<string> {
  try {
    await mkdir(to, { recursive: true });
    for (const { name } of files) {
      await copyFile(join(folder, name), join(to, name));
      const [here, there] = await Promise.all([fileHash(join(folder, name)), fileHash(join(to, name))]);
      if (here === null || here.sha256 !== there?.sha256) throw new Error(`${name} differs in the copy`);
    }
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new LoupeError('output.failed', { path: to, reason }, { cause: thrown });
  }
  return to;
}
