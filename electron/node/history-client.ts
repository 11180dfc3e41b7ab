// The history with its folder: opened before the first request, and again after the service was started anew.
// Runs in the main process (Node).
import type { HistoryApi, HistoryEvents } from '../common/history-service.ts';
import { LoupeError } from '../../models/errors.ts';
import type { ServiceClient } from './service-client.ts';

/** What the rest of the program may ask of the history; opening it is nobody else's business. */
export interface History {
  request<K extends Exclude<keyof HistoryApi, 'open' | 'close'>>(
    name: K,
    args: HistoryApi[K][0],
  ): Promise<HistoryApi[K][1]>;
}

/** Asking these twice is the same as asking once, so a death of the service in between is nobody else's business either. */
const REPEATABLE: ReadonlySet<keyof HistoryApi> = new Set([
  'run.begin',
  'run.setState',
  'run.list',
  'run.get',
  'run.load',
  'run.page',
  'run.files',
  'run.pending',
  'run.setThresholds',
  'results.record',
  'part.get',
  'recipe.list',
  'recipe.get',
  'recipe.versions',
  'audit.list',
  'history.state',
  'history.health',
  'history.stats',
  'history.export',
  'part.explain',
  'part.find',
  'challenge.list',
  'challenge.get',
  'challenge.change',
  'challenge.results',
  'challenge.result',
  'history.verify',
  'history.images',
  'run.compare',
  'retention.rule',
  'retention.plan',
  'backup.schedule',
  'people.state',
  'people.may',
  'people.signOut',
  'people.lock',
  'second.list',
  'second.parts',
  'second.end',
  'second.result',
  'setting.get',
  'setting.set',
]);

/** Deaths in a row that one question survives; a service that dies more often is given up by its client. */
const MOST_TRIES = 5;

type Client = Pick<ServiceClient<HistoryApi, HistoryEvents>, 'request' | 'deaths'>;

/** Wraps the service's client. A folder that cannot be opened (locked, newer, damaged) fails every request with that error. */
export function openedHistory(client: Client, folder: string): History {
  let opened: { deaths: number; info: Promise<unknown> } | null = null;
  const ask: History['request'] = async (name, args) => {
    if (opened?.deaths !== client.deaths) {
      opened = { deaths: client.deaths, info: client.request('open', { folder }) };
    }
    const attempt = opened;
    await attempt.info.catch((error: unknown) => {
      if (opened === attempt) opened = null; // the next request tries again: the other Loupe may be closed by then
      throw error;
    });
    return client.request(name, args);
  };
  return {
    request: async (name, args) => {
      for (let tries = 1; ; tries++) {
        try {
          return await ask(name, args);
        } catch (error) {
          const died = error instanceof LoupeError && error.code === 'service.died';
          if (!died || !REPEATABLE.has(name) || tries >= MOST_TRIES) throw error;
        }
      }
    },
  };
}
