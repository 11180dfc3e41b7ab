// Work on a history by whoever owns it for that long: what is recorded wants the workstation closed.
// Runs in Node (command line).
import { openStore } from '../node/store/open.ts';
import type { Store } from '../node/store/store.ts';

/** Throws what opening throws: `history.locked` while Loupe runs on the folder. */
export async function owning<T>(folder: string, work: (store: Store) => T | Promise<T>): Promise<T> {
  const store = openStore(folder);
  try {
    return await work(store);
  } finally {
    store.close();
  }
}
