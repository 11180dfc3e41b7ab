// The story of one part: what scored it, who judged it when and on what grounds.
// Runs in the history service (Node).
import type { PartStory } from '../../common/history-service.ts';
import { starterOf } from '../store/audit.ts';
import { notFound } from '../store/failure.ts';
import { imageOf } from '../store/parts.ts';
import { fromColumns } from '../store/sessions.ts';
import type { Store } from '../store/store.ts';
import { openTables } from '../store/tables.ts';
import { reportsOf } from './reports-of.ts';
import { secondVerdict } from './second-rows.ts';
import { isProduction } from './selection.ts';

type Explained = Pick<Store, 'db' | 'parts' | 'runs' | 'recipes' | 'challenges'>;

/** Throws `history.not_found`; `history.damaged` when a row is not what was written. */
export function explain(store: Explained, partId: number): PartStory {
  const { part, path } = store.parts.get(partId);
  const tables = openTables(store.db);
  const row = tables.parts.find(partId);
  if (!row) throw notFound(`Part ${partId}`);
  const session = row.session_id === null ? undefined : tables.sessions.find(row.session_id);
  const run = store.runs.get(part.runId);
  const { recipe } = run;
  const second = secondVerdict(store.db, tables)(partId);
  return {
    ...{ part, path, run },
    session: session ? { ...fromColumns(session), begunAt: session.begun_at } : null,
    inspectedAt: row.inspected_at,
    image: imageOf(row),
    recipe: recipe && store.recipes.get({ recipeId: recipe.id, version: recipe.version }),
    verdicts: tables.verdicts
      .select('WHERE part_id = ? ORDER BY id DESC')
      .all(partId)
      .map((sealed) => {
        const v = tables.verdicts.verify(sealed);
        return {
          ...{ verdict: v.verdict, defectKind: v.defect_kind, comment: v.comment, author: v.author },
          ...{ at: v.made_at, machine: v.machine, score: v.score, link: v.link, hash: v.hash },
          thresholds: v.review === null || v.reject === null ? null : { review: v.review, reject: v.reject },
          regions:
            v.region_threshold === null || v.region_min_area === null
              ? null
              : { threshold: v.region_threshold, minArea: v.region_min_area },
        };
      }),
    thresholds: tables.thresholds
      .select('WHERE run_id = ? ORDER BY id DESC')
      .all(part.runId)
      .map((sealed) => {
        const { review, reject, author, made_at: at, reason } = tables.thresholds.verify(sealed);
        return { review, reject, author, at, reason };
      }),
    startedBy: starterOf(tables)(run.id),
    second: second ? { verdict: second.verdict, author: second.author, at: second.made_at } : null,
    challenge:
      recipe === null || row.inspected_at === null
        ? null
        : store.challenges.before(recipe.id, row.inspected_at),
    reports: reportsOf(
      tables,
      run,
      isProduction(run, (id) => store.runs.get(id)),
    ),
  };
}
