// Which earlier runs a person looks for: every word must be in the part, the lot, the recipe or the folder.
// Runs anywhere (pure).
import type { Run } from '../../../electron/common/domain.ts';

type Findable = Pick<Run, 'product' | 'source' | 'lot' | 'recipe'>;

export function findRuns<R extends Findable>(runs: readonly R[], search: string): readonly R[] {
  const words = search.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return runs;
  return runs.filter(({ product, source, lot, recipe }) => {
    const text = [product, source, lot ?? '', recipe?.name ?? ''].join('\n').toLocaleLowerCase();
    return words.every((word) => text.includes(word));
  });
}
