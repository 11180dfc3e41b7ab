// Where the command line looks for model packs.
// Runs in Node (command line).
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folders of LOUPE_PACKS (a list like PATH), then the packs that come with the program. */
export const packRoots = (): string[] => [
  ...(process.env.LOUPE_PACKS ?? '').split(delimiter).filter((folder) => folder !== ''),
  fileURLToPath(new URL('../../resources/packs', import.meta.url)),
];
