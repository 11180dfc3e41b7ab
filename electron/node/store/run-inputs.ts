// The column `inputs` of a run: the chosen paths as a JSON array, or with them that they are watched.
// Runs in the history service (Node).
import type { Watch } from '../../common/domain.ts';

interface Inputs {
  readonly inputs: string[];
  readonly watch?: Watch;
}

/** A plain array where nothing is watched, as in histories from before there were watched folders. */
export const writeInputs = (inputs: readonly string[], watch?: Watch): string =>
  JSON.stringify(watch === undefined ? inputs : { watch, inputs });

/** The row was sealed when it was written, so its shape is known. */
export function readInputs(column: string): Inputs {
  const read = JSON.parse(column) as string[] | Inputs;
  return Array.isArray(read) ? { inputs: read } : read;
}
