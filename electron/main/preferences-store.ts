// How the people at this workstation like to work: one JSON value among the history's settings.
// Runs in the main process (Node).
import { Preferences } from '../common/preferences.ts';
import type { History } from '../node/history-client.ts';

const KEY = 'preferences';

/** What was saved; null on the first start, and when it no longer fits. */
export async function loadPreferences(history: History): Promise<Preferences | null> {
  const { value } = await history.request('setting.get', { key: KEY });
  try {
    return value === null ? null : Preferences.parse(JSON.parse(value));
  } catch {
    return null;
  }
}

export async function savePreferences(history: History, preferences: Preferences): Promise<void> {
  await history.request('setting.set', { key: KEY, value: JSON.stringify(preferences) });
}
