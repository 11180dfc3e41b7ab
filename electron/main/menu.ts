// The native menu, built from one table of commands; a command is only ever sent to the page, which knows what it means now.
// Runs in the main process. The page sends the words of its language; until it does, and without a page, they are English.
import type { MenuItemConstructorOptions } from 'electron';
import type { MenuCommand } from '../common/contract.ts';
import type { MenuTexts } from '../common/menu-texts.ts';

interface Command {
  readonly command: MenuCommand;
  readonly label: keyof MenuTexts;
  readonly accelerator?: string;
}
interface Role {
  readonly role: NonNullable<MenuItemConstructorOptions['role']>;
  readonly label: keyof MenuTexts;
}
type Entry = Command | Role | 'line';

/** Accelerators carry a modifier or are function keys: single letters judge parts and belong to the page. */
const MENUS: readonly { label: keyof MenuTexts; entries: readonly Entry[] }[] = [
  {
    label: 'file',
    entries: [
      { command: 'open-folder', label: 'openFolder', accelerator: 'CmdOrCtrl+O' },
      { command: 'open-files', label: 'openFiles', accelerator: 'CmdOrCtrl+Shift+O' },
      { command: 'pause-run', label: 'pauseRun', accelerator: 'CmdOrCtrl+Shift+.' },
      { command: 'stop-run', label: 'stopRun', accelerator: 'CmdOrCtrl+.' },
      'line',
      { command: 'print', label: 'print', accelerator: 'CmdOrCtrl+P' },
      'line',
      { role: 'quit', label: 'quit' },
    ],
  },
  {
    label: 'edit',
    entries: [
      // Ctrl+Z stays with the text field that has the focus; the page knows when it means a verdict.
      { command: 'undo', label: 'undo' },
      'line',
      { role: 'cut', label: 'cut' },
      { role: 'copy', label: 'copy' },
      { role: 'paste', label: 'paste' },
      { role: 'selectAll', label: 'selectAll' },
    ],
  },
  {
    label: 'view',
    entries: [
      { command: 'toggle-overlay', label: 'overlay', accelerator: 'CmdOrCtrl+H' },
      { command: 'zoom-in', label: 'larger', accelerator: 'CmdOrCtrl+Plus' },
      { command: 'zoom-out', label: 'smaller', accelerator: 'CmdOrCtrl+-' },
      'line',
      { role: 'togglefullscreen', label: 'fullScreen' },
    ],
  },
  {
    label: 'help',
    entries: [
      { command: 'show-keys', label: 'keys', accelerator: 'F1' },
      { command: 'show-guide', label: 'guide', accelerator: 'Shift+F1' },
      { command: 'show-diagnostics', label: 'diagnostics', accelerator: 'CmdOrCtrl+F1' },
      { command: 'show-about', label: 'about' },
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
  texts: MenuTexts,
): MenuItemConstructorOptions[] {
  const item = (entry: Entry): MenuItemConstructorOptions => {
    if (entry === 'line') return { type: 'separator' };
    const label = texts[entry.label];
    if ('role' in entry) return { role: entry.role, label };
    const { command, ...shown } = entry;
    return { ...shown, label, id: command, click: () => send(command) };
  };
  const menus = MENUS.map(({ label, entries }) => ({ label: texts[label], submenu: entries.map(item) }));
  return development ? [...menus, DEVELOPER] : menus;
}
