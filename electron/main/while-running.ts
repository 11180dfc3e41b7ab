// While a run goes on, the computer stays awake and the taskbar shows how far it is.
// Runs in the main process (Electron's objects come in as arguments).
import type { BrowserWindow, PowerSaveBlocker } from 'electron';
import type { RunProgress } from '../common/domain.ts';

/** Follows the progress of runs. */
export function whileRunning(
  blocker: Pick<PowerSaveBlocker, 'start' | 'stop'>,
  window: () => Pick<BrowserWindow, 'setProgressBar'> | null,
): (progress: RunProgress) => void {
  let awake: number | null = null;
  return ({ state, total, scored, failed, resting }) => {
    const going = state === 'preparing' || state === 'running';
    if (going) awake ??= blocker.start('prevent-app-suspension');
    else if (awake !== null) {
      blocker.stop(awake);
      awake = null;
    }
    // 2 = moving without a measure, -1 = no bar.
    const share = state === 'running' && total > 0 ? (scored + failed) / total : 2;
    // A watched folder that brings nothing is no progress at all.
    if (!going || resting === 'waiting') window()?.setProgressBar(-1);
    else if (resting === undefined) window()?.setProgressBar(share);
    else window()?.setProgressBar(share, { mode: resting === 'paused' ? 'paused' : 'error' });
  };
}
