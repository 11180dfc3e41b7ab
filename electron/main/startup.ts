// Everything that is decided before Electron is up: options, the policy of the IT department, the data folder and whether it can
// be used. Runs in the main process; what goes wrong is shown in the window, not thrown.
import type { App } from 'electron';
import { join } from 'node:path';
import { toErrorValue, type ErrorValue } from '../../models/errors.ts';
import type { Policy } from '../common/policy.ts';
import type { Device } from '../common/inference-service.ts';
import { checkDataFolder } from '../node/admin/data-folder.ts';
import { startOptions, type StartOptions } from '../node/admin/options.ts';
import { policyPath, readPolicy } from '../node/admin/policy-file.ts';
import { SettingsFile } from '../node/admin/settings.ts';
import { FileLog } from '../node/log/log.ts';
import { useDataFolder } from './places.ts';

export interface Startup {
  readonly dataFolder: string;
  readonly logFolder: string;
  readonly crashFolder: string;
  readonly options: StartOptions;
  readonly policy: Policy | null;
  readonly policyFile: string;
  readonly settings: SettingsFile;
  readonly log: FileLog;
  /** Policy first, then the command line; absent: the best of this computer. */
  readonly device: Device | undefined;
  /** Why the program cannot work: it opens, says so, and offers its diagnostics. */
  readonly problem: ErrorValue | null;
}

type AppPaths = Pick<App, 'getPath' | 'setPath' | 'isPackaged'>;

/** Throws nothing. LOUPE_POLICY is for tests; the installed program does not know it. */
export function startUp(app: AppPaths, args: readonly string[], env = process.env): Startup {
  const problems: ErrorValue[] = [];
  const attempt = <T>(action: () => T, otherwise: T): T => {
    try {
      return action();
    } catch (thrown) {
      problems.push(toErrorValue(thrown));
      return otherwise;
    }
  };
  const policyFile = (app.isPackaged ? undefined : env.LOUPE_POLICY) ?? policyPath();
  const policy = attempt(() => readPolicy(policyFile), null);
  const options = attempt<StartOptions>(() => startOptions(args), { samples: false });
  const dataFolder = policy?.dataFolder ?? options.data ?? (env.LOUPE_DATA || app.getPath('userData'));
  // Without its rules, or with options that nobody understood, it might be the wrong folder: it is left alone.
  if (problems.length === 0) attempt(() => checkDataFolder(dataFolder), undefined);
  const [problem = null] = problems;
  // Chromium insists on a folder of its own, and the lock of the single instance lies in it.
  useDataFolder(app, problem === null ? dataFolder : join(app.getPath('temp'), `loupe-${process.pid}`));
  const logFolder = join(dataFolder, 'logs');
  const own = app.getPath('userData');
  const log = new FileLog(join(own, 'logs'));
  const settings = new SettingsFile(own, (text) => log.write('warning', 'main', 'settings', { text }));
  return {
    ...{ dataFolder, logFolder, options, policy, policyFile, settings, log, problem },
    crashFolder: join(own, 'crashes'),
    device: policy?.device ?? options.device,
  };
}
