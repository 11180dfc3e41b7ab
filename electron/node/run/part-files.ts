// Where the pixels of a part lie below the data folder: media/<run>/<number>.{map,jpg}.
// Runs in the main process (Node).
import { join } from 'node:path';

export interface PartFiles {
  /** mapSize² bytes of heat. */
  readonly map: string;
  /** JPEG, longest side 320 px. */
  readonly thumbnail: string;
}

/** The files of the part with this position in its run; they exist once the part is scored. */
export function partFiles(dataFolder: string, runId: number, seq: number): PartFiles {
  const stem = join(dataFolder, 'media', String(runId), String(seq).padStart(6, '0'));
  return { map: `${stem}.map`, thumbnail: `${stem}.jpg` };
}
