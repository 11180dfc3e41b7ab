// Judges a run anew from what was kept of it, by other thresholds or another recipe's version; says when that cannot be done.
// Runs in Node (workers of the history service, command line). Reads only.
import { readFile } from 'node:fs/promises';
import { SideBySideCount, type RejudgeBy, type Side, type SideBySide } from '../../common/side-by-side.ts';
import { machineVerdict, type Run } from '../../common/domain.ts';
import type { RecipeSettings, RegionRule } from '../../common/recipe.ts';
import { LoupeError } from '../../../models/errors.ts';
import { partFiles } from '../run/part-files.ts';
import { canonicalJson } from '../store/canonical.ts';
import type { HistoryReader } from '../store/reader.ts';
import type { Store } from '../store/store.ts';
import type { SessionRow } from '../store/tables.ts';
import { fromByte, hasRegion } from './region-count.ts';

/** What decides the scores: with another one of these only the network can tell. */
const DECIDES = ['product', 'packId', 'method', 'tap', 'rvs', 'sigma', 'head', 'area', 'scales'] as const;
type Decisive = (typeof DECIDES)[number];

/** The settings that would have given other scores than the run has; empty when what was kept is enough. */
function needsInference(wanted: RecipeSettings, had: RecipeSettings | null, session: SessionRow): Decisive[] {
  const settled: Partial<Record<Decisive, unknown>> = {
    ...{ product: session.product, packId: session.pack_id, method: session.method, tap: session.tap },
    ...{ rvs: session.rvs, sigma: session.sigma },
  };
  // Without a recipe a run has what the pack recommends, which is null in a recipe.
  const before = (had ?? { product: session.product, packId: session.pack_id }) as Partial<RecipeSettings>;
  return DECIDES.filter((name) => {
    const value = wanted[name] ?? null;
    if (canonicalJson(value) === canonicalJson(before[name] ?? null)) return false;
    return value === null || value !== settled[name];
  });
}

const recipeName = (name: string, version: number): string => `${name}, version ${version}`;

/** Throws `history.needs_inference`, `history.not_found`, `history.damaged`. */
export async function rejudge(
  reader: HistoryReader,
  dataFolder: string,
  runId: number,
  by: RejudgeBy,
): Promise<SideBySide> {
  const run = reader.runs.get(runId);
  const had = reader.runs.recipe(reader.runs.row(runId));
  const recipe = 'recipe' in by ? reader.recipes.get(by.recipe) : null;
  if (recipe) checkKept(reader, run, recipe, had?.settings ?? null);
  const thresholds = recipe?.thresholds ?? ('thresholds' in by ? by.thresholds : run.thresholds);
  const before: Side = {
    runId,
    recipe: run.recipe ? recipeName(run.recipe.name, run.recipe.version) : '',
    thresholds: run.thresholds,
  };
  const after: Side = {
    runId,
    recipe: recipe ? recipeName(recipe.name, recipe.version) : before.recipe,
    thresholds,
  };
  const rules = { before: run.regions, after: recipe ? recipe.regions : run.regions };
  const sameRule = canonicalJson(rules.before) === canonicalJson(rules.after);
  const regions = sameRule ? null : new RegionTally(dataFolder, run, rules);
  const count = new SideBySideCount();
  for (let afterSeq = -1; ; afterSeq += PAGE) {
    const parts = reader.parts.page(runId, afterSeq, PAGE);
    for (const part of parts) {
      count.add({
        ...{ partId: part.id, otherId: part.id, name: part.name, verdict: part.verdict },
        before: machineVerdict(part, run.thresholds),
        after: machineVerdict(part, thresholds),
        ...{ scoreBefore: part.score, scoreAfter: part.score },
      });
      if (part.state === 'scored') await regions?.look(part.seq);
    }
    if (parts.length < PAGE) break;
  }
  const none = { onlyBefore: 0, onlyAfter: 0, replaced: 0 };
  return { before, after, ...none, ...count.end(), regions: regions?.end() ?? null };
}

const PAGE = 500;

function checkKept(
  reader: HistoryReader,
  run: Run,
  wanted: RecipeSettings,
  had: RecipeSettings | null,
): void {
  const { session_id: id } = reader.runs.row(run.id);
  const session = id === null ? undefined : reader.tables.sessions.find(id);
  if (!session) {
    throw new LoupeError('history.needs_inference', {
      reason: `Run ${run.id} has not begun: nothing is kept.`,
    });
  }
  const differing = needsInference(wanted, had, session);
  if (differing.length === 0) return;
  const reason = `Run ${run.id} was made with another ${differing.join(', ')}: its scores are not those of the recipe.`;
  throw new LoupeError('history.needs_inference', { reason });
}

interface Rules {
  readonly before: RegionRule | null;
  readonly after: RegionRule | null;
}

class RegionTally {
  readonly #dataFolder: string;
  readonly #run: Run;
  readonly #rules: Rules;
  readonly #found = { before: 0, after: 0 };
  #maps = 0;
  #missing = 0;

  constructor(dataFolder: string, run: Run, rules: Rules) {
    this.#dataFolder = dataFolder;
    this.#run = run;
    this.#rules = rules;
  }

  async look(seq: number): Promise<void> {
    const { id, mapSize, heat } = this.#run;
    const map = await readFile(partFiles(this.#dataFolder, id, seq).map).catch(() => null);
    if (map?.length !== mapSize ** 2) {
      this.#missing++;
      return;
    }
    this.#maps++;
    for (const side of ['before', 'after'] as const) {
      const rule = this.#rules[side];
      if (rule && hasRegion(map, mapSize, fromByte(rule.threshold, heat), rule.minArea)) this.#found[side]++;
    }
  }

  end(): NonNullable<SideBySide['regions']> {
    const { before, after } = this.#rules;
    return {
      before: before && this.#found.before,
      after: after && this.#found.after,
      ...{ maps: this.#maps, missing: this.#missing },
    };
  }
}

/** Whoever proposes other thresholds has looked; the run itself stays as it is. */
export function recordRejudgement(store: Pick<Store, 'audit'>, author: string, seen: SideBySide): void {
  const { before, after, pairs, changed, counts } = seen;
  const to = { recipe: after.recipe, ...after.thresholds };
  store.audit.record({
    actor: author,
    action: 'run.rejudged',
    subject: `run ${before.runId}`,
    detail: { from: { recipe: before.recipe, ...before.thresholds }, to, parts: pairs, changed, counts },
  });
}
