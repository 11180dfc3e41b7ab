// While a training goes on the computer stays awake: it may take longer than the pause before it would sleep.
// Runs in the main process (Electron's object comes in as an argument).
import type { PowerSaveBlocker } from 'electron';
import type { Training } from '../common/training.ts';

/** Follows the states of trainings. */
export function whileTraining(
  blocker: Pick<PowerSaveBlocker, 'start' | 'stop'>,
): (training: Pick<Training, 'state'>) => void {
  let awake: number | null = null;
  return ({ state }) => {
    if (state === 'running') awake ??= blocker.start('prevent-app-suspension');
    else if (awake !== null) {
      blocker.stop(awake);
      awake = null;
    }
  };
}
