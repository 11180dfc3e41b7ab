// What every sheet for drawing does alike at a key, and how the keys stay with it.
// Runs in the page.
import { tick } from 'svelte';
import type { MaskEditor } from '../training/mask-editor.svelte.ts';

/** Undo, redo, size; `own`: what else the sheet does at a key without Ctrl and Alt. */
export function drawKey(
  event: KeyboardEvent,
  editor: MaskEditor,
  own: Readonly<Record<string, () => void>>,
): void {
  if (event.defaultPrevented) return;
  const modified = event.ctrlKey || event.metaKey;
  const key = event.key.toLowerCase();
  if (modified && (key === 'y' || (key === 'z' && event.shiftKey))) editor.redo();
  else if (modified && key === 'z') editor.undo();
  else if (modified || event.altKey) return;
  else if (key === '[') editor.setSize(editor.size - 2);
  else if (key === ']') editor.setSize(editor.size + 2);
  else if (key === 'u') editor.undo();
  else if (own[key] !== undefined) own[key]();
  else return;
  event.preventDefault();
}

/** A button that ends its own use would take the keys with it. */
export function keepKeys(stage: { focus(): void } | undefined): void {
  void tick().then(() => {
    if (document.activeElement?.matches(':disabled, body') ?? true) stage?.focus();
  });
}
