// Gives the keys back to a control that lost them because it was disabled while its work was done, as soon as it can be pressed again.
// Runs in the page.

/** Answers what ends it. */
export function keepFocus(): () => void {
  /** What had the keys last; nothing once somebody has pressed elsewhere. */
  let last: EventTarget | null = null;
  const remember = ({ target }: FocusEvent): void => {
    last = target;
  };
  const forget = (): void => {
    last = null;
  };
  const observer = new MutationObserver((changes) => {
    for (const { target } of changes)
      if (
        target === last &&
        target instanceof HTMLElement &&
        !target.hasAttribute('disabled') &&
        document.activeElement === document.body
      )
        target.focus({ preventScroll: true });
  });
  observer.observe(document, { subtree: true, attributeFilter: ['disabled'] });
  document.addEventListener('focusin', remember);
  document.addEventListener('pointerdown', forget);
  return () => {
    observer.disconnect();
    document.removeEventListener('focusin', remember);
    document.removeEventListener('pointerdown', forget);
  };
}
