// Where the command line looks for model packs.
// Runs in Node (command line).
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const named = (): string[] =>
  (process.env.LOUPE_PACKS ?? '').split(delimiter).filter((folder) => folder !== '');

/** Where packs of this user go that come without a folder: the first one of LOUPE_PACKS, else one in the home folder. */
export const ownPackFolder = (): string => named()[0] ?? join(homedir(), '.loupe', 'packs');

/** The folders of LOUPE_PACKS (a list like PATH), the packs of this user, then those that come with the program. */
export const packRoots = (): string[] => [
  ...new Set([...named(), ownPackFolder()]),
  fileURLToPath(new URL('../../resources/packs', import.meta.url)),
];
