// The words of the native menu and of the native dialogs: the page sends them in its language, English until it does.
// Runs anywhere (pure). `&` stands before the letter that opens an entry with Alt.
import { z } from 'zod';

export const ENGLISH_MENU = {
  file: '&File',
  openFolder: 'Inspect a &folder…',
  openFiles: 'Inspect &photographs…',
  pauseRun: 'Pa&use the run or go on',
  stopRun: '&Stop the run',
  print: 'P&rint what is seen…',
  quit: '&Quit',
  edit: '&Edit',
  undo: '&Take the last verdict back',
  cut: 'Cu&t',
  copy: '&Copy',
  paste: '&Paste',
  selectAll: 'Select &all',
  view: '&View',
  overlay: 'Show or hide the &heat map',
  larger: '&Larger',
  smaller: '&Smaller',
  fullScreen: '&Full screen',
  help: '&Help',
  keys: '&Keys',
  guide: '&Guides',
  diagnostics: '&Diagnostics',
  about: '&About Loupe',
  chooseFolder: 'Folders with photographs',
  chooseFiles: 'Photographs',
};

export const MenuTexts = z.record(
  z.enum(Object.keys(ENGLISH_MENU) as (keyof typeof ENGLISH_MENU)[]),
  z.string().min(1).max(80),
);
export type MenuTexts = z.infer<typeof MenuTexts>;
