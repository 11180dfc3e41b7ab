// `loupe history retain`, `rejudge`, `compare`, and what verify and info tell of photographs and parts.
// Runs in Node (command line). Whatever is recorded in the history wants the workstation closed.
import { LoupeError } from '../../models/errors.ts';
import { machineVerdict } from '../common/domain.ts';
import type { RetentionPlan, RetentionRule } from '../common/retention.ts';
import type { ImagesCheck, PartStory, Selection } from '../common/history-service.ts';
import { MACHINE_VERDICTS, type RejudgeBy, type SideBySide } from '../common/side-by-side.ts';
import { compareRuns } from '../node/report/compare-runs.ts';
import { explain } from '../node/report/explain.ts';
import { recordRejudgement, rejudge } from '../node/report/rejudge.ts';
import { selectRuns } from '../node/report/selection.ts';
import type { HistoryReader } from '../node/store/reader.ts';
import { carryOut, planRetention, readRule } from '../node/store/retention.ts';
import { verifyImages } from '../node/store/verify-images.ts';
import { EXIT } from './exit-codes.ts';
import type { CareOptions, RuleOptions } from './history-care-options.ts';
import { printable, table, type Output } from './output.ts';
import { owning } from './owning.ts';

type Of<A extends CareOptions['action']> = Extract<CareOptions, { action: A }> & {
  readonly folder: string;
  readonly json: boolean;
};

const MOST_SHOWN = 20;
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

const ruleOf = (said: RuleOptions): RetentionRule => ({
  ...{ days: said.days ?? null, gigabytes: said.gigabytes ?? null, archive: said.archive ?? null },
  ...{ keepThumbnails: said.keepThumbnails ?? false, daily: false },
});

/** A dry run reads beside a running Loupe; the real one wants it closed. */
export async function retain(
  { folder, json, dryRun, rule }: Of<'retain'>,
  reader: HistoryReader,
  author: string,
  output: Output,
): Promise<number> {
  const saved = (): RetentionRule =>
    readRule({ get: (key) => reader.tables.settings.find(key)?.value ?? null });
  const wanted = rule === null ? saved() : ruleOf(rule);
  const plan = await planRetention(folder, reader.runs.list(), wanted);
  if (dryRun) {
    if (json) await output.record({ retain: { dryRun: true, ...plan } });
    await output.text(retentionText(plan, 'would go'));
    return EXIT.ok;
  }
  const done = await owning(folder, (store) => carryOut(store, folder, plan, author));
  if (json) await output.record({ retain: { dryRun: false, ...done } });
  await output.text(retentionText(done, 'went'));
  return EXIT.ok;
}

function retentionText({ rule, items, bytes, left }: RetentionPlan, word: string): string {
  const limits = [
    rule.days === null ? '' : `older than ${rule.days} days`,
    rule.gigabytes === null ? '' : `beyond ${rule.gigabytes} GB`,
  ].filter(Boolean);
  if (limits.length === 0) return 'No rule is set: everything stays. Say --days or --max-gb.';
  const rows = items.map(({ runId, product, newest, maps, thumbnails, bytes: size, why }) => [
    ...[String(runId), printable(product), newest.slice(0, 10), String(maps), String(thumbnails)],
    ...[megabytes(size), why],
  ]);
  const head = ['run', 'product', 'newest', 'maps', 'thumbnails', 'size', 'why'];
  const where = rule.archive === null ? 'deleted' : `archived to ${printable(rule.archive)}`;
  return [
    ...(rows.length > 0 ? [table([head, ...rows], [1, 2, 6])] : []),
    `${limits.join(' or ')}: ${megabytes(bytes)} of ${rows.length} runs ${word} (${where}); ${megabytes(left)} stay`,
    'Rows, verdicts and photographs are never touched.',
  ].join('\n');
}

/** Recorded, as in the window; hence it wants the workstation closed. */
export async function judgeAnew(
  { folder, json, run, by }: Of<'rejudge'>,
  reader: HistoryReader,
  author: string,
  output: Output,
): Promise<number> {
  const seen = await rejudge(reader, folder, run, byOf(reader, by));
  await owning(folder, (store) => recordRejudgement(store, author, seen));
  if (json) await output.record({ rejudge: seen });
  await output.text(sideBySideText(seen));
  return EXIT.ok;
}

function byOf({ recipes }: HistoryReader, by: Of<'rejudge'>['by']): RejudgeBy {
  if (!('name' in by)) return { thresholds: by };
  const recipe = recipes.list().find(({ name }) => name === by.name);
  if (!recipe) throw new LoupeError('history.not_found', { what: `The recipe "${by.name}"` });
  return { recipe: { recipeId: recipe.id, version: by.version ?? recipe.version } };
}

export async function compare(
  { json, first, second }: Of<'compare'>,
  reader: HistoryReader,
  output: Output,
): Promise<number> {
  const seen = await reader.snapshot(() => Promise.resolve(compareRuns(reader, first, second)));
  if (json) await output.record({ compare: seen });
  await output.text(sideBySideText(seen));
  return EXIT.ok;
}

function sideBySideText(seen: SideBySide): string {
  const { before, after, pairs, changed, counts, rows, escapes, falseRejects, regions } = seen;
  const side = ({ runId, recipe, thresholds: at }: SideBySide['before']): string =>
    `run ${runId}${recipe ? `, ${printable(recipe)}` : ''}, review ${at.review}, reject ${at.reject}`;
  const used = MACHINE_VERDICTS.filter((v) =>
    MACHINE_VERDICTS.some((w) => counts[v][w] > 0 || counts[w][v] > 0),
  );
  const score = (value: number | null): string => (value === null ? '-' : value.toFixed(3));
  const moved = rows
    .slice(0, MOST_SHOWN)
    .map((row) => [
      ...[String(row.partId), printable(row.name), row.before, row.after, score(row.scoreBefore)],
      ...[score(row.scoreAfter), row.verdict ?? ''],
    ]);
  return [
    `before: ${side(before)}`,
    `after:  ${side(after)}`,
    table([['before \\ after', ...used], ...used.map((v) => [v, ...used.map((w) => String(counts[v][w]))])]),
    `${changed} of ${pairs} parts get another verdict`,
    ...(seen.onlyBefore + seen.onlyAfter + seen.replaced > 0
      ? [
          `not in both: ${seen.onlyBefore} only before, ${seen.onlyAfter} only after, ${seen.replaced} with another photograph under the same path`,
        ]
      : []),
    `marked NG but good: ${escapes.before} → ${escapes.after}; marked OK but rejected: ${falseRejects.before} → ${falseRejects.after}`,
    ...(regions
      ? [
          `parts with a region: ${regions.before ?? 'no rule'} → ${regions.after ?? 'no rule'} (${regions.maps} maps, ${regions.missing} not kept)`,
        ]
      : []),
    ...(moved.length > 0
      ? [table([['part', 'name', 'before', 'after', 'score', 'new score', 'marked'], ...moved], [1, 2, 3, 6])]
      : []),
    ...(changed > moved.length ? [`and ${changed - moved.length} more`] : []),
  ].join('\n');
}

/** Throws `history.images_changed`. */
export async function checkImages(
  reader: HistoryReader,
  selection: Selection,
  json: boolean,
  output: Output,
): Promise<void> {
  const check: ImagesCheck = await verifyImages(reader, selectRuns(reader.runs.list(), selection));
  const { checked, same, changed, gone, unknown, differing } = check;
  if (json) await output.record({ images: check });
  await output.text(
    `${checked} photographs: ${same} as they were inspected, ${changed} changed, ${gone} not there any more; of ${unknown} parts no hash was noted`,
  );
  for (const { partId, runId, path } of differing.slice(0, MOST_SHOWN))
    await output.text(`changed: part ${partId} of run ${runId}, ${printable(path)}`);
  const [first] = differing;
  if (first)
    throw new LoupeError('history.images_changed', { changed, checked, first: printable(first.path) });
}

/** Everything that explains one part. */
export async function tellPart(
  reader: HistoryReader,
  partId: number,
  json: boolean,
  output: Output,
): Promise<void> {
  const story = explain(reader, partId);
  if (json) await output.record({ part: story });
  await output.text(storyText(story));
}

function storyText({ part, path, run, session, image, inspectedAt, verdicts }: PartStory): string {
  const at = run.thresholds;
  const machine = machineVerdict(part, at);
  return [
    `part ${part.id}, ${printable(part.name)}, run ${run.id}${run.lot === null ? '' : `, lot ${printable(run.lot)}`}`,
    `file       ${printable(path)}`,
    image === null
      ? 'photograph no hash was noted'
      : `photograph ${image.bytes} bytes, SHA-256 ${image.sha256}\ntaken      ${image.capturedAt} (${image.capturedFrom === 'exif' ? 'by its camera' : 'last change of the file'})`,
    `inspected  ${inspectedAt ?? 'not yet'}: ${machine}${part.score === null ? '' : `, score ${part.score}`}, review ${at.review}, reject ${at.reject}`,
    ...(session === null
      ? []
      : [
          `by         ${session.packId} ${session.packVersion}, model ${session.modelSha256.slice(0, 16)}, ${session.method}, "${printable(session.product)}"`,
          `on         ${session.device}, ${session.precision ?? 'precision not noted'}, scales ${session.scales?.join(', ') ?? 'not noted'}, ${
            Object.entries(session.versions ?? {})
              .map(([name, version]) => `${name} ${version}`)
              .join(', ') || 'versions not noted'
          }`,
        ]),
    ...(run.recipe === null
      ? []
      : [`recipe     ${printable(run.recipe.name)}, version ${run.recipe.version}`]),
    ...verdicts.map(
      (v) =>
        `${v.at} ${printable(v.author)}: ${v.verdict ?? 'taken back'}${v.defectKind === null ? '' : `, ${printable(v.defectKind)}`} (link ${v.link})`,
    ),
  ].join('\n');
}
