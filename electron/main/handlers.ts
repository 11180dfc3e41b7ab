// What main does for each channel of the contract; the checks around it are the router's.
// Runs in the main process (Electron's dialogs come in as arguments).
import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import type { AppInfo, ChannelArgs, Session } from '../common/contract.ts';
import type { MenuTexts } from '../common/menu-texts.ts';
import type { History } from '../node/history-client.ts';
import { findReference } from '../node/reference/find-reference.ts';
import { loadRun } from '../node/run/load.ts';
import type { RunController } from '../node/run-controller.ts';
import type { TrainingController } from '../node/training/controller.ts';
import { packHead, unpackHead } from '../node/training/head-travel.ts';
import type { MaskStore } from '../node/training/masks.ts';
import { LoupeError } from '../../models/errors.ts';
import { certificate } from './certificate.ts';
import { asPdf } from './print-pdf.ts';
import type { RecipeFiles } from './recipe-files.ts';
import type { Handlers } from './router.ts';
import type { SupportHandlers } from './support.ts';
import { loadPreferences, savePreferences } from './preferences-store.ts';
import { loadSession, saveSession } from './session-store.ts';

export interface HandlerOptions {
  readonly history: History;
  readonly support: SupportHandlers;
  readonly runs: RunController;
  readonly trainings: TrainingController;
  readonly masks: MaskStore;
  readonly info: () => Promise<AppInfo>;
  readonly choose: (what: ChannelArgs<'files.choose'>['what']) => Promise<string[]>;
  readonly recipes: RecipeFiles;
  readonly dataFolder: string;
  /** The folder of the pack that a recipe names; throws `pack.missing`. */
  readonly findPack: (packId: string) => Promise<string>;
  /** Asks where to write a file with this ending; null when the dialog was closed. */
  readonly saveAs: (name: string, ending: string) => Promise<string | null>;
  /** A page into a PDF, with this code at the foot of each page. */
  readonly print: (html: string, pdf: string, code: string) => Promise<void>;
  readonly reveal: (path: string) => void;
  readonly useMenu: (texts: MenuTexts) => void;
  readonly useTheme: (theme: Session['theme']) => void;
  /** Settles when what happens before the page may look around has happened. */
  readonly prepared: Promise<unknown>;
}

/** Who judges, unless the page says so: the account at which the computer is logged in. */
export function account(): string {
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
    'run.start': (args) => runs.start(authored(args)),
    'run.resume': (args) => runs.resume(args),
    'run.cancel': (args) => runs.cancel(args),
    'run.pause': (args) => {
      runs.pause(args);
    },
    'run.look': (args) => {
      runs.look(args);
    },
    'run.list': async () => (await history.request('run.list', null)).map((run) => runs.asItIs(run)),
    'run.open': async (args) => {
      const { run, parts } = await loadRun(history, args.runId);
      return { run: runs.asItIs(run), parts };
    },
    'run.thresholds': async (args) => runs.asItIs(await history.request('run.setThresholds', authored(args))),
    'part.verdict': (args) => history.request('verdict.record', authored(args)),
    'part.reference': ({ partId }) => findReference(history, options.dataFolder, partId),
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
      const { name, text } = await history.request('recipe.export', authored(args));
      const path = await recipes.save(name, await packHead(options.dataFolder, text));
      return path === null ? null : { path };
    },
    'recipe.import': async ({ path, ...args }) => {
      const text = await recipes.load(path);
      if (text === null) return null;
      const recipe = await unpackHead(options, text);
      return history.request('recipe.import', { text: recipe, ...authored(args) });
    },
    'history.state': () => history.request('history.state', null),
    'history.verify': (args) => history.request('history.verify', args),
    'history.backup': (args) => history.request('backup.make', authored(args)),
    'history.schedule': (args) => history.request('backup.schedule', authored(args)),
    'history.audit': (args) => history.request('audit.list', args),
    'history.stats': (args) => history.request('history.stats', args),
    'history.export': async (args) => {
      const { format, ...selection } = authored(args);
      const path = await options.saveAs(`Loupe results.${format}`, format);
      if (path === null) return null;
      const { version } = await options.info();
      const request = { ...selection, program: `Loupe ${version}` };
      const { author } = request;
      if (format !== 'pdf') {
        const { parts, runs } = await history.request('history.export', { ...request, format, out: path });
        return { path, parts, runs };
      }
      const page = { ...request, format: 'html', paper: true, record: false } as const;
      const write = (out: string) => history.request('history.export', { ...page, out });
      const { parts, runs } = await asPdf(options.dataFolder, path, write, options.print);
      const { by: _, ...chosen } = selection;
      await history.request('history.exported', { ...chosen, author, out: path, format, parts, runs });
      return { path, parts, runs };
    },
    'history.images': (args) => history.request('history.images', args),
    'retention.rule': () => history.request('retention.rule', null),
    'retention.plan': (args) => history.request('retention.plan', args),
    'retention.set': (args) => history.request('retention.set', authored(args)),
    'retention.run': (args) => history.request('retention.run', authored(args)),
    'run.rejudge': (args) => history.request('run.rejudge', authored(args)),
    'run.compare': (args) => history.request('run.compare', args),
    'run.repeat': (args) => runs.repeat(authored(args)),
    'part.explain': (args) => history.request('part.explain', args),
    'part.find': (args) => history.request('part.find', args),
    'challenge.list': () => history.request('challenge.list', null),
    'challenge.create': (args) => history.request('challenge.create', authored(args)),
    'challenge.change': (args) => history.request('challenge.change', authored(args)),
    'challenge.run': (args) => runs.challenge(authored(args)),
    'challenge.results': (args) => history.request('challenge.results', args),
    'challenge.result': (args) => history.request('challenge.result', args),
    'challenge.certificate': (args) => certificate(options, authored(args)),
    'mask.list': ({ runId }) => masks.list(runId),
    'mask.save': (args) => masks.save(authored(args)),
    'training.current': () => trainings.current(),
    'training.start': (args) => trainings.start(authored(args)),
    'training.resume': (args) => trainings.resume(args),
    'training.stop': () => trainings.stop(),
    'training.discard': (args) => trainings.discard(authored(args)),
    'training.adopt': (args) => trainings.adopt(authored(args)),
    'people.state': () => history.request('people.state', null),
    'people.signIn': ({ personId, pin }) => history.request('people.signIn', { personId, pin }),
    'people.signOut': () => history.request('people.signOut', null),
    'people.lock': ({ idle }) => history.request('people.lock', { idle }),
    'people.add': ({ name, role, pin }) =>
      history.request('people.add', { name, role, pin, account: account() }),
    'people.change': (args) => history.request('people.change', args),
    'people.changePin': ({ old, pin }) => history.request('people.changePin', { old, pin }),
    'people.idle': ({ minutes }) => history.request('people.idle', { minutes }),
    'second.draw': (args) => history.request('second.draw', authored(args)),
    'second.list': (args) => history.request('second.list', args),
    'second.parts': (args) => history.request('second.parts', args),
    'second.judge': (args) => history.request('second.judge', authored(args)),
    'second.end': (args) => history.request('second.end', authored(args)),
    'second.result': (args) => history.request('second.result', args),
    'menu.texts': (texts) => {
      options.useMenu(texts);
    },
    ...options.support,
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
