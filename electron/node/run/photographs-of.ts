// The photographs of an earlier run, to inspect them again: the same files in the same order, whatever else lies beside them now.
// Runs in the main process (Node).
import type { History } from '../history-client.ts';
import type { Photograph } from '../run-controller.ts';

const PAGE = 500;

/** What is gone meanwhile becomes a part that fails with the reason, as in any run. Throws `history.not_found`. */
export async function photographsOf(
  history: History,
  runId: number,
): Promise<{ readonly inputs: readonly string[]; readonly photographs: () => AsyncGenerator<Photograph> }> {
  const { inputs, files } = await history.request('run.files', { runId });
  return {
    inputs,
    async *photographs() {
      for (let from = 0; from < files.length; from += PAGE) {
        const names = await history.request('run.page', { runId, afterSeq: from - 1, limit: PAGE });
        for (const [i, { name }] of names.entries()) {
          const file = files[from + i];
          if (file) yield { path: file.path, relative: name, bytes: file.bytes };
        }
      }
    },
  };
}
