// What each channel takes: which right of the person who is on. A channel that nobody thought about does not compile.
// Runs in the main process (Node).
import type { Channel } from '../common/contract.ts';
import type { Right } from '../common/people.ts';
import type { History } from '../node/history-client.ts';

/**
 * null: nobody has to be on. That is looking, which the page has to do behind a locked screen as well, and what keeps the
 * page's own place. Thresholds and exports are checked once more by the history, which knows the run and its recipe.
 */
export const NEEDS: Readonly<Record<Channel, Right | null>> = {
  'app.info': null,
  'files.choose': 'work',
  'run.start': 'work',
  'run.resume': 'work',
  'run.cancel': 'work',
  'run.pause': 'work',
  'run.look': null,
  'run.list': null,
  'run.open': null,
  'run.thresholds': 'work',
  'part.verdict': 'work',
  'part.reference': null,
  'part.reveal': 'work',
  'recipe.list': null,
  'recipe.get': null,
  'recipe.versions': null,
  'recipe.save': 'change',
  'recipe.duplicate': 'change',
  'recipe.export': 'change',
  'recipe.import': 'change',
  'history.state': null,
  'history.verify': null,
  'history.backup': 'change',
  'history.schedule': 'manage',
  'history.audit': null,
  'history.stats': null,
  'history.images': null,
  'retention.rule': null,
  'retention.plan': null,
  'retention.set': 'manage',
  'retention.run': 'manage',
  'run.rejudge': 'work',
  'run.compare': null,
  'run.repeat': 'work',
  'history.export': 'work',
  'part.explain': null,
  'part.find': null,
  'challenge.list': null,
  'challenge.create': 'change',
  'challenge.change': 'change',
  'challenge.run': 'work',
  'challenge.results': null,
  'challenge.result': null,
  'challenge.certificate': 'work',
  'mask.list': null,
  'mask.save': 'change',
  'training.current': null,
  'training.start': 'change',
  'training.resume': 'change',
  'training.stop': 'change',
  'training.discard': 'change',
  'training.adopt': 'change',
  'people.state': null,
  'people.signIn': null,
  'people.signOut': null,
  'people.lock': null,
  'people.add': 'manage',
  'people.change': 'manage',
  'people.changePin': 'work',
  'people.idle': 'manage',
  'second.draw': 'work',
  'second.list': null,
  'second.parts': null,
  'second.judge': 'work',
  'second.end': 'work',
  'second.result': null,
  'menu.texts': null,
  // Diagnostics have to work while the history does not. An installer asks for an administrator by itself.
  'support.overview': null,
  'support.check': null,
  'support.report': null,
  'support.bundle': null,
  'support.saveBundle': null,
  'update.check': null,
  'update.start': null,
  'update.pack': null,
  'session.load': null,
  'session.save': null,
  'preferences.load': null,
  'preferences.save': 'work',
};

/** Arguments as they may be carried out, or a refusal: `people.locked`, `people.not_allowed`, `people.not_you`. */
export type Guard = <A>(channel: Channel, args: A) => Promise<A>;

/** Asks the history, which knows who is on. With people set up their name becomes the author, whatever the page says. */
export const guardWith =
  (history: History): Guard =>
  async (channel, args) => {
    const right = NEEDS[channel];
    if (right === null) return args;
    const carrier = typeof args === 'object' && args !== null;
    const claimed = carrier && 'author' in args ? (args.author as string | undefined) : undefined;
    const { author } = await history.request('people.may', { right, claimed });
    return author === null || !carrier ? args : { ...args, author };
  };
