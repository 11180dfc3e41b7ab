// What the IT department switched off, and what cannot be done because the program did not start as it should: refused before any
// handler runs. Runs in the main process.
import type { Channel } from '../common/contract.ts';
import type { Feature, PolicyInForce } from '../common/policy.ts';
import type { History } from '../node/history-client.ts';
import { LoupeError, type ErrorValue } from '../../models/errors.ts';
import type { Guard } from './rights.ts';

/** Channels that belong to a feature; all others cannot be switched off. */
const FEATURE: Partial<Readonly<Record<Channel, Feature>>> = {
  'training.start': 'training',
  'training.resume': 'training',
  'training.adopt': 'training',
  'recipe.save': 'recipes',
  'recipe.duplicate': 'recipes',
  'recipe.import': 'import',
  'recipe.export': 'export',
  'history.export': 'export',
  'challenge.certificate': 'export',
  'update.check': 'updates',
  'update.start': 'updates',
  'update.pack': 'updates',
  'support.saveBundle': 'support-bundle',
};

/** They look at what is wrong, so they work whatever is wrong; the menu is there in any case. */
const ALWAYS: ReadonlySet<Channel> = new Set<Channel>([
  'support.overview',
  'support.check',
  'support.report',
  'support.bundle',
  'support.saveBundle',
  'update.check',
  'update.start',
  'menu.texts',
]);

/** Throws `policy.forbidden`, or the problem itself; otherwise asks the next guard. */
export const permittedBy =
  (policy: PolicyInForce, problem: ErrorValue | null, next: Guard): Guard =>
  async (channel, args) => {
    const feature = FEATURE[channel];
    if (feature !== undefined && policy.disabled.includes(feature))
      throw new LoupeError('policy.forbidden', { feature, path: policy.file ?? '' });
    if (problem === null) return next(channel, args);
    if (!ALWAYS.has(channel)) throw new LoupeError(problem.code, problem.params);
    return args;
  };

/** In the place of the history while its folder may be the wrong one: nobody who asks makes one there. */
export const refusingHistory = ({ code, params }: ErrorValue): History => ({
  request: () => Promise.reject(new LoupeError(code, params)),
});
