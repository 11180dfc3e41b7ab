// Two runs side by side, photograph by photograph: the same content by its hash, else the same path.
// Runs in Node (workers of the history service, command line). Reads only.
import { SideBySideCount, type SideBySide, type Side } from '../../common/side-by-side.ts';
import { machineVerdict, type Run } from '../../common/domain.ts';
import type { HistoryReader } from '../store/reader.ts';
import type { PartRow } from '../store/tables.ts';

const sideOf = ({ id, recipe, thresholds }: Run): Side => ({
  runId: id,
  recipe: recipe ? `${recipe.name}, version ${recipe.version}` : '',
  thresholds,
});

/** Each at its own thresholds. Throws `history.not_found`, `history.damaged`. */
export function compareRuns({ runs, tables }: HistoryReader, first: number, second: number): SideBySide {
  const [before, after] = [runs.get(first), runs.get(second)];
  const ofRun = tables.parts.select('WHERE run_id = ? ORDER BY seq');
  const read = (run: Run): PartRow[] => ofRun.all(run.id).map((row) => tables.parts.verify(row));
  const [olds, news] = [read(before), read(after)];

  const byHash = new Map<string, PartRow[]>();
  const byPath = new Map<string, PartRow>();
  for (const row of news) {
    byPath.set(row.path, row);
    if (row.image_sha256 === null) continue;
    const same = byHash.get(row.image_sha256);
    if (same) same.push(row);
    else byHash.set(row.image_sha256, [row]);
  }
  const taken = new Set<number>();
  /** The same file where it was and is the same; else any file with the same content. */
  const partner = (old: PartRow): PartRow | 'replaced' | null => {
    const there = byPath.get(old.path);
    const unknown = old.image_sha256 === null || there?.image_sha256 == null;
    if (there && !taken.has(there.id) && (unknown || there.image_sha256 === old.image_sha256)) return there;
    const same = byHash.get(old.image_sha256 ?? '')?.find(({ id }) => !taken.has(id));
    return same ?? (there ? 'replaced' : null);
  };

  const count = new SideBySideCount();
  let [onlyBefore, replaced] = [0, 0];
  for (const old of olds) {
    const found = partner(old);
    if (found === 'replaced') replaced++;
    else if (found === null) onlyBefore++;
    else {
      taken.add(found.id);
      const verdict = old.verdict_id === null ? undefined : tables.verdicts.find(old.verdict_id);
      count.add({
        ...{ partId: old.id, otherId: found.id, name: old.name, verdict: verdict?.verdict ?? null },
        before: machineVerdict(old, before.thresholds),
        after: machineVerdict(found, after.thresholds),
        ...{ scoreBefore: old.score, scoreAfter: found.score },
      });
    }
  }
  const onlyAfter = news.length - taken.size - replaced;
  return {
    ...{ before: sideOf(before), after: sideOf(after), onlyBefore, onlyAfter, replaced, regions: null },
    ...count.end(),
  };
}
