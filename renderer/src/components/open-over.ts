// Opens a sheet over the page, never over the locked screen: what was asked for before comes when somebody is on again.
// Runs in the page, inside an effect.
import { app } from '../state/app.svelte.ts';

/** Where the keys were before, to be there again. */
const openers = new WeakMap<HTMLDialogElement, Element | null>();

/**
 * One that was open when the screen was locked lies under it, with whatever was typed or drawn in it. Answers what is to be done when
 * the sheet has gone: one that is taken away while it is open gives the focus back to nobody, and keys would begin at the top of the page.
 */
export function openOver(dialog: HTMLDialogElement): () => void {
  if (!app.people.locked && !dialog.open) {
    if (!openers.has(dialog)) openers.set(dialog, document.activeElement);
    dialog.showModal();
    // Where the work is, rather than on the button that ends it.
    dialog.querySelector<HTMLElement>('[data-first]')?.focus();
  }
  return () => {
    // Still there: only the lock has changed. Or somebody else has the focus by now.
    if (dialog.isConnected || document.activeElement !== document.body) return;
    const opener = openers.get(dialog);
    if (opener instanceof HTMLElement && opener !== document.body && opener.isConnected)
      opener.focus({ preventScroll: true });
    else app.focusMain();
  };
}
