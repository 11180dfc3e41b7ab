// Stops a training where it may stop.
// Runs anywhere.
import { LoupeError } from '../../../models/errors.ts';

/** Throws `train.cancelled` when the user has asked for it. */
export function stopIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new LoupeError('train.cancelled');
}
