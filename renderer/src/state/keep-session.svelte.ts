// Saves what the operator wants to find again, shortly after it changed.
// Runs in the page.
import type { Session } from '../../../electron/common/contract.ts';
import { call } from '../lib/client.ts';
import { texts } from '../lib/texts.ts';
import type { App } from './app.svelte.ts';

const REST_MS = 250;

/** Call once while the page's root component is made. */
export function keepSession(app: App): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let waiting: Session | null = null;
  let last = '';
  let told = false;

  const save = async (): Promise<void> => {
    clearTimeout(timer);
    if (waiting === null) return;
    const session = waiting;
    waiting = null;
    try {
      await call('session.save', session);
    } catch (thrown) {
      // Once is enough: this comes again with every change.
      if (!told) app.notices.fail(thrown, texts.notices.sessionNotSaved);
      told = true;
    }
  };

  $effect(() => {
    const session = app.view.toSession(app.run.current?.id ?? null, app.list.part?.id ?? null);
    if (!app.ready || app.fatal !== null) return;
    const key = JSON.stringify(session);
    if (key === last) return;
    const first = last === '';
    last = key;
    // What was just read need not be written back.
    if (first) return;
    waiting = session;
    clearTimeout(timer);
    timer = setTimeout(() => void save(), REST_MS);
  });

  $effect(() => {
    const now = (): void => void save();
    window.addEventListener('pagehide', now);
    return () => window.removeEventListener('pagehide', now);
  });
}
