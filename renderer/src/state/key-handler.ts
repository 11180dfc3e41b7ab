// Turns key presses into commands, unless the focused element needs the key for itself.
// Runs in the page.
import { commandOf, elementKeeps, type Command, type FocusKind, type KeyPress } from '../lib/keys.ts';
import { app } from './app.svelte.ts';

const OPACITY_STEP = 0.1;

function focusKind(element: Element | null): FocusKind {
  if (element instanceof HTMLTextAreaElement) return 'text';
  if (element instanceof HTMLInputElement) return element.type === 'range' ? 'slider' : 'text';
  if (element instanceof HTMLSelectElement) return 'choice';
  if (element?.getAttribute('role') === 'slider') return 'slider';
  if (element instanceof HTMLButtonElement || element?.tagName === 'SUMMARY') return 'button';
  return 'none';
}

export function handleKeyDown(event: KeyboardEvent): void {
  const { view } = app;
  if (app.people.locked) return;
  // An open sheet has its own keys (Escape closes a dialog by itself).
  if (event.defaultPrevented || view.sheetOpen || view.tour !== null) return;
  if (
    app.judge.asking !== null ||
    app.recipes.keeping ||
    app.recipes.changing ||
    app.training.editing !== null
  )
    return;
  if (app.area.editing) return;
  if (view.screen !== 'run') {
    onStart(event);
    return;
  }
  const focused = document.activeElement;
  const kind = focusKind(focused);
  const command = commandOf(event, view.depth, app.preferences.bindings);
  // Whatever else is done in between, an armed verdict is let go.
  if (event.key !== 'Shift' && !JUDGING.has(command)) app.judge.twoStage.release();
  if (command === null || elementKeeps(kind, event.key)) return;
  event.preventDefault();
  if (command === 'up' && kind === 'text' && focused instanceof HTMLElement) {
    focused.blur();
    app.focusMain();
    if (view.depth === 'grid') view.search = '';
    return;
  }
  if (event.repeat && NOT_REPEATED.has(command)) return;
  ACTIONS[command]();
}

export function handleKeyUp(event: KeyboardEvent): void {
  if (commandOf(plain(event), app.view.depth, app.preferences.bindings) === 'hide-overlay')
    app.view.peeking = false;
}

const plain = ({ key }: KeyboardEvent): KeyPress => ({
  key,
  shiftKey: false,
  ctrlKey: false,
  altKey: false,
  metaKey: false,
});

function onStart(event: KeyboardEvent): void {
  const { screen } = app.view;
  if (event.key === 'Escape' && (screen === 'support' || screen === 'guide')) app.leaveSupport();
  else if (event.key === 'Escape' && app.view.screen === 'second') app.second.leave();
  else if (event.key === 'Escape' && (screen === 'recipes' || screen === 'history')) app.showStart();
  else if (event.key === 'Escape' && app.run.current !== null) app.view.screen = 'run';
  else if (event.key === '?' && focusKind(document.activeElement) !== 'text') app.view.helpOpen = true;
}

const JUDGING = new Set<Command | null>(['mark-ok', 'mark-ng', 'mark-unsure']);

/** A key held too long must not judge the next ten parts. */
const NOT_REPEATED = new Set<Command>([
  'mark-ok',
  'mark-ng',
  'mark-unsure',
  'defect-kind',
  'comment',
  'undo',
  'up',
  'toggle-overlay',
  'side-by-side',
  'blink',
  'reference',
  'area',
  'toggle-outlines',
  'hottest',
]);

function up(): void {
  const { view } = app;
  if (view.depth === 'grid') {
    if (view.proposing) view.proposing = false;
    else if (app.list.chosen.size > 0) app.list.chooseNone();
    else if (view.search !== '') view.search = '';
    app.focusMain();
  } else if (app.zoomed) app.viewer?.fit();
  else view.depth = 'grid';
}

const ACTIONS: Record<Command, () => void> = {
  'mark-ok': () => app.judge.press('ok'),
  'mark-ng': () => app.judge.press('ng'),
  'mark-unsure': () => app.judge.press('unsure'),
  'defect-kind': () => app.judge.ask('kind'),
  comment: () => app.judge.ask('comment'),
  undo: () => void app.judge.undo(),
  'next-doubtful': () => app.judge.advance(),
  open: () => (app.view.depth = 'part'),
  up: up,
  next: () => app.list.step(1),
  previous: () => app.list.step(-1),
  first: () => app.list.select(0),
  last: () => app.list.select(app.list.order.length - 1),
  'zoom-in': () => app.zoom(1),
  'zoom-out': () => app.zoom(-1),
  fit: () => app.viewer?.fit(),
  hottest: () => app.viewer?.hottest(),
  'pan-left': () => app.viewer?.pan(1, 0),
  'pan-right': () => app.viewer?.pan(-1, 0),
  'pan-up': () => app.viewer?.pan(0, 1),
  'pan-down': () => app.viewer?.pan(0, -1),
  'side-by-side': () => app.view.show(app.view.overlay, !app.view.sideBySide),
  blink: () => app.view.setBlinking(!app.view.blinking),
  reference: () => app.view.setReference(!app.view.reference),
  area: () => app.drawArea(),
  'toggle-outlines': () => (app.regions.shown = !app.regions.shown),
  'next-region': () => app.stepRegion(1),
  'previous-region': () => app.stepRegion(-1),
  'toggle-overlay': () => app.view.show(!app.view.overlay, app.view.sideBySide),
  'hide-overlay': () => (app.view.peeking = true),
  fainter: () => app.view.setOpacity(app.view.opacity - OPACITY_STEP),
  stronger: () => app.view.setOpacity(app.view.opacity + OPACITY_STEP),
  search: () => app.focusSearch(),
  'filter-all': () => (app.view.filter = 'all'),
  'filter-review': () => (app.view.filter = 'review'),
  'filter-reject': () => (app.view.filter = 'reject'),
  'filter-good': () => (app.view.filter = 'good'),
  'filter-failed': () => (app.view.filter = 'failed'),
  settings: () => (app.view.settingsOpen = true),
  lock: () => app.lock(),
  'second-review': () => app.second.show(),
  story: () => app.tellStory(),
  help: () => (app.view.helpOpen = true),
};
