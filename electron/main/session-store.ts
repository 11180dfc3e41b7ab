// What the page finds again after a restart: one JSON value among the history's settings.
// Runs in the main process (Node).
import { Session } from '../common/contract.ts';
import type { History } from '../node/history-client.ts';

const KEY = 'session';

/** The saved session; null on the first start, and when what was saved no longer fits. */
export async function loadSession(history: History): Promise<Session | null> {
  const { value } = await history.request('setting.get', { key: KEY });
  try {
    return value === null ? null : Session.parse(JSON.parse(value));
  } catch {
    return null;
  }
}

export async function saveSession(history: History, session: Session): Promise<void> {
  await history.request('setting.set', { key: KEY, value: JSON.stringify(session) });
}
