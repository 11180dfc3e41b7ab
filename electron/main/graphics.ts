// The graphics card is a help, not a condition: after crashes of its process Loupe draws without it, from the next start on for good.
// Runs in the main process.
import type { App } from 'electron';
import type { SettingsFile } from '../node/admin/settings.ts';
import type { Log } from '../node/log/log.ts';
import type { StartOptions } from '../node/admin/options.ts';

/** Once may be a driver that was just updated. Chromium itself draws without the card after a few more. */
const MOST_CRASHES = 2;
/** Ends that are no crash: the program is going, or Chromium put the process away. */
const ORDERLY = new Set(['clean-exit']);

type Graphics = Pick<App, 'disableHardwareAcceleration' | 'on'>;

/** Before `ready`. */
export function chooseDrawing(
  app: Graphics,
  settings: SettingsFile,
  asked: StartOptions['drawing'],
  log: Log,
): void {
  if (asked === 'hardware' && settings.current.softwareDrawing) settings.set({ softwareDrawing: undefined });
  if (asked === 'software' || settings.current.softwareDrawing) {
    app.disableHardwareAcceleration();
    log.write('info', 'main', 'draws without the graphics card', { asked: asked ?? '' });
  }
  let crashes = 0;
  app.on('child-process-gone', (_event, { type, reason, exitCode, name = '' }) => {
    if (type !== 'GPU') {
      log.write('warning', 'main', 'process gone', { type, reason, exitCode, name });
      return;
    }
    if (ORDERLY.has(reason)) return;
    crashes++;
    log.write('error', 'main', 'graphics process gone', { reason, exitCode, crashes });
    if (crashes >= MOST_CRASHES)
      settings.set({ softwareDrawing: { since: new Date().toISOString(), crashes } });
  });
}
