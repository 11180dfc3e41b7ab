// The native menu, built from one table of commands; a command is only ever sent to the page, which knows what it means now.
// Runs in the main process.
import type { MenuItemConstructorOptions } from 'electron';
import type { MenuCommand } from '../common/contract.ts';

interface Command {
  readonly command: MenuCommand;
  readonly label: string;
  readonly accelerator?: string;
}
type Entry = Command | MenuItemConstructorOptions;

const SEPARATOR: MenuItemConstructorOptions = { type: 'separator' };

/** Accelerators carry a modifier or are function keys: single letters judge parts and belong to the page. */
const MENUS: readonly { label: string; entries: readonly Entry[] }[] = [
  {
    label: '&File',
    entries: [
      { command: 'open-folder', label: 'Inspect a &folder…', accelerator: 'CmdOrCtrl+O' },
      { command: 'open-files', label: 'Inspect &photographs…', accelerator: 'CmdOrCtrl+Shift+O' },
      { command: 'stop-run', label: '&Stop the run', accelerator: 'CmdOrCtrl+.' },
      SEPARATOR,
      { role: 'quit' },
    ],
  },
  {
    label: '&Edit',
    entries: [
      // Ctrl+Z stays with the text field that has the focus; the page knows when it means a verdict.
      { command: 'undo', label: '&Take the last verdict back' },
      SEPARATOR,
      { role: 'cut' },
      { role: 'copy' },
      { role: 'paste' },
      { role: 'selectAll' },
    ],
  },
  {
    label: '&View',
    entries: [
      { command: 'toggle-overlay', label: 'Show or hide the &heat map', accelerator: 'CmdOrCtrl+H' },
      { command: 'zoom-in', label: '&Larger', accelerator: 'CmdOrCtrl+Plus' },
      { command: 'zoom-out', label: '&Smaller', accelerator: 'CmdOrCtrl+-' },
      SEPARATOR,
      { role: 'togglefullscreen' },
    ],
  },
  {
    label: '&Help',
    entries: [
      { command: 'show-keys', label: '&Keys', accelerator: 'F1' },
      { command: 'show-about', label: '&About Loupe' },
    ],
  },
];

const DEVELOPER: MenuItemConstructorOptions = {
  label: '&Developer',
  submenu: [{ role: 'reload' }, { role: 'toggleDevTools' }],
};

/** The template of the menu; `send` delivers a command to the page. */
export function menuTemplate(
  send: (command: MenuCommand) => void,
  development: boolean,
): MenuItemConstructorOptions[] {
  const item = (entry: Entry): MenuItemConstructorOptions => {
    if (!('command' in entry)) return entry;
    const { command, ...shown } = entry;
    return { ...shown, id: command, click: () => send(command) };
  };
  const menus = MENUS.map(({ label, entries }) => ({ label, submenu: entries.map(item) }));
  return development ? [...menus, DEVELOPER] : menus;
}
