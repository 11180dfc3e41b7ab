// The keys of the workstation: one table that both the key handler and the help sheet read.
// Runs anywhere (pure).

export type Place = 'grid' | 'part';
export type Command =
  | 'mark-ok'
  | 'mark-ng'
  | 'mark-unsure'
  | 'defect-kind'
  | 'comment'
  | 'undo'
  | 'next-doubtful'
  | 'open'
  | 'up'
  | 'next'
  | 'previous'
  | 'first'
  | 'last'
  | 'zoom-in'
  | 'zoom-out'
  | 'fit'
  | 'hottest'
  | 'pan-left'
  | 'pan-right'
  | 'pan-up'
  | 'pan-down'
  | 'side-by-side'
  | 'blink'
  | 'reference'
  | 'area'
  | 'toggle-outlines'
  | 'next-region'
  | 'previous-region'
  | 'toggle-overlay'
  | 'hide-overlay'
  | 'fainter'
  | 'stronger'
  | 'search'
  | 'filter-all'
  | 'filter-review'
  | 'filter-reject'
  | 'filter-good'
  | 'filter-failed'
  | 'settings'
  | 'lock'
  | 'second-review'
  | 'story'
  | 'help';

export interface KeyBinding {
  command: Command;
  /** `KeyboardEvent.key` values, letters in lower case; `Shift+` in front where Shift must be held. */
  keys: readonly string[];
  places: readonly Place[];
}

const BOTH = ['grid', 'part'] as const;

/** In the order of the help sheet. Moving inside the grid (arrows, Home, End, Page, Enter) belongs to the grid itself. */
export const KEYS: readonly KeyBinding[] = [
  { command: 'mark-ok', keys: ['j'], places: BOTH },
  { command: 'mark-ng', keys: ['k'], places: BOTH },
  { command: 'mark-unsure', keys: ['l'], places: BOTH },
  { command: 'defect-kind', keys: ['d'], places: BOTH },
  { command: 'comment', keys: ['m'], places: BOTH },
  { command: 'undo', keys: ['u'], places: BOTH },
  { command: 'next-doubtful', keys: ['n'], places: BOTH },
  { command: 'up', keys: ['Escape'], places: BOTH },
  { command: 'toggle-overlay', keys: ['o'], places: BOTH },
  { command: 'hide-overlay', keys: ['h'], places: BOTH },
  { command: 'fainter', keys: ['['], places: BOTH },
  { command: 'stronger', keys: [']'], places: BOTH },
  { command: 'previous', keys: ['ArrowLeft', 'ArrowUp', 'PageUp'], places: ['part'] },
  { command: 'next', keys: ['ArrowRight', 'ArrowDown', 'PageDown'], places: ['part'] },
  { command: 'first', keys: ['Home'], places: ['part'] },
  { command: 'last', keys: ['End'], places: ['part'] },
  { command: 'zoom-in', keys: ['+', '='], places: ['part'] },
  { command: 'zoom-out', keys: ['-'], places: ['part'] },
  { command: 'fit', keys: ['0', 'f'], places: ['part'] },
  { command: 'hottest', keys: ['z'], places: ['part'] },
  { command: 'side-by-side', keys: ['s'], places: ['part'] },
  { command: 'blink', keys: ['b'], places: ['part'] },
  { command: 'reference', keys: ['r'], places: ['part'] },
  { command: 'area', keys: ['a'], places: ['part'] },
  { command: 'toggle-outlines', keys: ['c'], places: ['part'] },
  { command: 'next-region', keys: ['.'], places: ['part'] },
  { command: 'previous-region', keys: [','], places: ['part'] },
  { command: 'pan-left', keys: ['Shift+ArrowLeft'], places: ['part'] },
  { command: 'pan-right', keys: ['Shift+ArrowRight'], places: ['part'] },
  { command: 'pan-up', keys: ['Shift+ArrowUp'], places: ['part'] },
  { command: 'pan-down', keys: ['Shift+ArrowDown'], places: ['part'] },
  { command: 'search', keys: ['/'], places: ['grid'] },
  { command: 'filter-all', keys: ['1'], places: ['grid'] },
  { command: 'filter-review', keys: ['2'], places: ['grid'] },
  { command: 'filter-reject', keys: ['3'], places: ['grid'] },
  { command: 'filter-good', keys: ['4'], places: ['grid'] },
  { command: 'filter-failed', keys: ['5'], places: ['grid'] },
  { command: 'settings', keys: ['p'], places: BOTH },
  { command: 'lock', keys: ['x'], places: BOTH },
  { command: 'second-review', keys: ['w'], places: BOTH },
  { command: 'story', keys: ['i'], places: BOTH },
  { command: 'help', keys: ['?'], places: BOTH },
];

const SIGNS: Partial<Record<string, string>> = {
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  PageUp: 'Page ↑',
  PageDown: 'Page ↓',
  Escape: 'Esc',
  ' ': '␣',
};

/** A key as it is printed on the keyboard. */
export const keySign = (key: string): string => SIGNS[key] ?? (key.length === 1 ? key.toUpperCase() : key);

export interface KeyPress {
  key: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  altKey: boolean;
  metaKey: boolean;
}

/** The command of a key press, or null. Keys with Ctrl, Alt or Command belong to the menu and the system. */
export function commandOf(
  press: KeyPress,
  place: Place,
  bindings: readonly KeyBinding[] = KEYS,
): Command | null {
  const full = keyName(press);
  if (full === null) return null;
  const found = bindings.find((binding) => binding.places.includes(place) && binding.keys.includes(full));
  return found?.command ?? null;
}

/** The name under which a press is kept in a table of keys; null with Ctrl, Alt or Command, and for Shift alone. */
export function keyName(press: KeyPress): string | null {
  if (press.ctrlKey || press.altKey || press.metaKey || press.key === 'Shift') return null;
  const name = press.key.length === 1 ? press.key.toLowerCase() : press.key;
  // Shift is part of the name only for keys that do not change with it: `?` and `+` need it on some keyboards.
  return press.shiftKey && name.length > 1 ? `Shift+${name}` : name;
}

/** Keys that belong to the page as it is: to move, to open, to leave, to go from control to control. */
const FIXED = new Set([
  'Tab',
  'Enter',
  'Escape',
  'ArrowLeft',
  'ArrowRight',
  'ArrowUp',
  'ArrowDown',
  'Home',
  'End',
  'PageUp',
  'PageDown',
]);

export const mayBeBound = (key: string): boolean => !FIXED.has(key.replace('Shift+', ''));

/** Commands whose keys all belong to the page as it is. */
export const mayBeChanged = (binding: KeyBinding): boolean => binding.keys.some(mayBeBound);

/** The table with the keys that somebody changed. */
export const bindingsWith = (changed: Readonly<Partial<Record<string, readonly string[]>>>): KeyBinding[] =>
  KEYS.map((binding) => ({ ...binding, keys: changed[binding.command] ?? binding.keys }));

export interface KeyConflict {
  key: string;
  /** In the order of the table: the first one is what the key does. */
  commands: Command[];
}

/** Keys with more than one meaning at the same place. */
export function conflictsOf(bindings: readonly KeyBinding[]): KeyConflict[] {
  const keys = new Set(bindings.flatMap((binding) => binding.keys));
  return [...keys].flatMap((key) => {
    const users = bindings.filter((binding) => binding.keys.includes(key));
    const clash = users.filter((one) =>
      users.some((other) => other !== one && other.places.some((place) => one.places.includes(place))),
    );
    return clash.length === 0 ? [] : [{ key, commands: clash.map((binding) => binding.command) }];
  });
}

/** What a focused element needs for itself. */
export type FocusKind = 'text' | 'slider' | 'choice' | 'button' | 'none';

/** Whether the focused element must get the key instead of the page. */
export function elementKeeps(kind: FocusKind, key: string): boolean {
  if (key === 'Escape') return false;
  if (kind === 'text') return true;
  if (kind === 'choice') return key.length === 1 || isMoving(key);
  if (kind === 'slider') return isMoving(key);
  if (kind === 'button') return key === 'Enter' || key === ' ';
  return false;
}

const isMoving = (key: string): boolean =>
  key.startsWith('Arrow') || key.startsWith('Page') || key === 'Home' || key === 'End';
