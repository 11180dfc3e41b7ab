// Something that is asked of another process: the store is busy until it is over, and a failure is said.
// Runs in the page.
import type { Notices } from './notices.svelte.ts';

/** Answers whether it was done. */
export async function attempt(
  store: { busy: boolean },
  notices: Notices,
  action: () => Promise<unknown>,
): Promise<boolean> {
  store.busy = true;
  try {
    await action();
    return true;
  } catch (thrown) {
    notices.fail(thrown);
    return false;
  } finally {
    store.busy = false;
  }
}
