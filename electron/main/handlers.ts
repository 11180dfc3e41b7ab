// What main does for each channel of the contract; the checks around it are the router's.
// Runs in the main process (Electron's dialogs come in as arguments).
import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import type { AppInfo, ChannelArgs, Session } from '../common/contract.ts';
import type { History } from '../node/history-client.ts';
import { loadRun } from '../node/run/load.ts';
import type { RunController } from '../node/run-controller.ts';
import type { TrainingController } from '../node/training/controller.ts';
import type { MaskStore } from '../node/training/masks.ts';
import { LoupeError } from '../../models/errors.ts';
import type { RecipeFiles } from './recipe-files.ts';
import type { Handlers } from './router.ts';
import { loadPreferences, savePreferences } from './preferences-store.ts';
import { loadSession, saveSession } from './session-store.ts';

export interface HandlerOptions {
  readonly history: History;
  readonly runs: RunController;
  readonly trainings: TrainingController;
  readonly masks: MaskStore;
  readonly info: () => Promise<AppInfo>;
  readonly choose: (what: ChannelArgs<'files.choose'>['what']) => Promise<string[]>;
  readonly recipes: RecipeFiles;
  /** Asks where to write a file with this ending; null when the dialog was closed. */
  readonly saveAs: (name: string, ending: string) => Promise<string | null>;
  readonly reveal: (path: string) => void;
  readonly useTheme: (theme: Session['theme']) => void;
  /** Settles when what happens before the page may look around has happened. */
  readonly prepared: Promise<unknown>;
}

/** Who judges, unless the page says so: the account at which the computer is logged in. */
function account(): string {
  try {
    return userInfo().username || 'unknown';
  } catch {
    return 'unknown'; // an account without a name, as in some containers
  }
}

const authored = <T extends { author?: string | undefined }>(args: T): T & { author: string } => ({
  ...args,
  author: args.author ?? account(),
});

export function handlers(options: HandlerOptions): Handlers {
  const { history, runs, recipes, trainings, masks } = options;
  return {
    'app.info': () => options.info(),
    'files.choose': ({ what }) => options.choose(what),
    'run.start': (args) => runs.start({ ...args, author: account() }),
    'run.resume': (args) => runs.resume(args),
    'run.cancel': (args) => runs.cancel(args),
    'run.list': async () => (await history.request('run.list', null)).map((run) => runs.asItIs(run)),
    'run.open': async (args) => {
      const { run, parts } = await loadRun(history, args.runId);
      return { run: runs.asItIs(run), parts };
    },
    'run.thresholds': async (args) => runs.asItIs(await history.request('run.setThresholds', authored(args))),
    'part.verdict': (args) => history.request('verdict.record', authored(args)),
    'part.reveal': async (args) => {
      const { path } = await history.request('part.get', args);
      if (!existsSync(path)) throw new LoupeError('image.missing', { path });
      options.reveal(path);
    },
    'recipe.list': () => history.request('recipe.list', null),
    'recipe.get': (args) => history.request('recipe.get', args),
    'recipe.versions': (args) => history.request('recipe.versions', args),
    'recipe.save': (args) => history.request('recipe.save', authored(args)),
    'recipe.duplicate': (args) => history.request('recipe.duplicate', authored(args)),
    'recipe.export': async (args) => {
      const { name, text } = await history.request('recipe.export', {
        ...args,
        author: account(),
      });
      const path = await recipes.save(name, text);
      return path === null ? null : { path };
    },
    'recipe.import': async ({ path, ...args }) => {
      const text = await recipes.load(path);
      return text === null ? null : history.request('recipe.import', { text, ...authored(args) });
    },
    'history.state': () => history.request('history.state', null),
    'history.verify': (args) => history.request('history.verify', args),
    'history.backup': (args) => history.request('backup.make', authored(args)),
    'history.schedule': (args) => history.request('backup.schedule', authored(args)),
    'history.audit': (args) => history.request('audit.list', args),
    'history.stats': (args) => history.request('history.stats', args),
    'history.export': async (args) => {
      const path = await options.saveAs(`Loupe results.${args.format}`, args.format);
      if (path === null) return null;
      const { version } = await options.info();
      const request = { ...authored(args), out: path, program: `Loupe ${version}` };
      return { path, ...(await history.request('history.export', request)) };
    },
    'part.explain': (args) => history.request('part.explain', args),
    'mask.list': ({ runId }) => masks.list(runId),
    'mask.save': (args) => masks.save(authored(args)),
    'training.current': () => trainings.current(),
    'training.start': (args) => trainings.start(authored(args)),
    'training.resume': (args) => trainings.resume(args),
    'training.stop': () => trainings.stop(),
    'training.discard': (args) => trainings.discard(authored(args)),
    'training.adopt': (args) => trainings.adopt(authored(args)),
    'session.load': async () => {
      await options.prepared;
      const session = await loadSession(history);
      if (session) options.useTheme(session.theme);
      return session;
    },
    'session.save': async (session) => {
      options.useTheme(session.theme);
      await saveSession(history, session);
    },
    'preferences.load': () => loadPreferences(history),
    'preferences.save': async (preferences) => {
      await savePreferences(history, preferences);
    },
  };
}
