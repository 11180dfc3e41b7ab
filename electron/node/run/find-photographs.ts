// The photographs of a run: all that the scan finds, and at the end what it could not look at, so that nothing is left out in silence.
// Runs in the main process (Node).
import { toErrorValue } from '../../../models/errors.ts';
import { isMasks, scanPhotographs } from '../files/scan.ts';
import type { Photograph } from '../run-controller.ts';

/** What could not be looked at becomes a part as well, one that fails with the reason. */
export async function* findPhotographs(inputs: readonly string[]): AsyncGenerator<Photograph> {
  const unseen: Photograph[] = [];
  const onError = (error: unknown, path: string): void => {
    unseen.push({ path, relative: path.replaceAll('\\', '/'), bytes: 0, error: toErrorValue(error) });
  };
  yield* scanPhotographs(inputs, { onError, skip: isMasks });
  yield* unseen;
}
