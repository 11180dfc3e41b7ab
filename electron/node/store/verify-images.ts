// Compares photographs that are still there with what they were when they were inspected.
// Runs in Node (command line, workers of the history service). Reads only.
import type { Run } from '../../common/domain.ts';
import type { ImagesCheck } from '../../common/history-service.ts';
import { fileHash } from '../image/facts.ts';
import type { HistoryReader } from './reader.ts';

/** Named one by one; the counts go on. */
const MOST_NAMED = 1000;

/** Every part of these runs; `unknown` = nothing was noted: not scored, or inspected by a Loupe of before. */
export async function verifyImages(
  { tables }: Pick<HistoryReader, 'tables'>,
  runs: readonly Run[],
): Promise<ImagesCheck> {
  const counts = { checked: 0, same: 0, changed: 0, gone: 0, unknown: 0 };
  const differing: ImagesCheck['differing'][number][] = [];
  const page = tables.parts.select('WHERE run_id = ? AND seq >= ? ORDER BY seq LIMIT 500');
  for (const run of runs) {
    // In pages: the statement must not stay open while files are read.
    for (let from = 0; ; from += 500) {
      const rows = page.all(run.id, from);
      for (const sealed of rows) {
        const { id, path, image_sha256: noted } = tables.parts.verify(sealed);
        if (noted === null) {
          counts.unknown++;
          continue;
        }
        counts.checked++;
        const now = await fileHash(path);
        if (now === null) counts.gone++;
        else if (now.sha256 === noted) counts.same++;
        else {
          counts.changed++;
          if (differing.length < MOST_NAMED)
            differing.push({ partId: id, runId: run.id, path, found: now.sha256 });
        }
      }
      if (rows.length < 500) break;
    }
  }
  return { ...counts, differing };
}
