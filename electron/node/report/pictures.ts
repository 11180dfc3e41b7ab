// The pictures of a report: thumbnail and kept heat map of the parts that matter most, on the fixed scale of their run.
// Runs in Node (command line).
import { readFile } from 'node:fs/promises';
import type { Run } from '../../common/domain.ts';
import { COLOUR_MAPS } from '../../common/colour-maps.ts';
import { decodeImage } from '../image/decode.ts';
import { encodeJpeg } from '../image/encode.ts';
import { blendHeat } from '../image/heat.ts';
import { shrink } from '../image/overlay.ts';
import { partFiles } from '../run/part-files.ts';
import type { ResultRow } from './rows.ts';

const SIDE = 320;

/** NG first, then what nobody was sure of, then what the machine rejected or doubted; the highest score first. */
export class MostTelling {
  readonly #most: number;
  #rows: { rank: number; row: ResultRow }[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  offer(row: ResultRow): void {
    const rank = rankOf(row);
    if (rank === null || this.#most === 0) return;
    this.#rows.push({ rank, row });
    if (this.#rows.length >= 2 * this.#most) this.#cut();
  }

  rows(): ResultRow[] {
    this.#cut();
    return this.#rows.map(({ row }) => row);
  }

  #cut(): void {
    this.#rows.sort((a, b) => b.rank - a.rank || a.row.part - b.row.part);
    this.#rows.length = Math.min(this.#rows.length, this.#most);
  }
}

function rankOf({ verdict, machine, score }: ResultRow): number | null {
  const within = score ?? 0;
  if (verdict === 'ng') return 6 + within;
  if (verdict === 'unsure') return 4 + within;
  if (verdict === 'ok') return null;
  if (machine === 'reject') return 2 + within;
  return machine === 'review' ? within : null;
}

/** JPEG bytes, or null where the thumbnail or the map was not kept or cannot be read. */
export async function heatPicture(dataFolder: string, run: Run, seq: number): Promise<Uint8Array | null> {
  const files = partFiles(dataFolder, run.id, seq);
  try {
    const [image, bytes] = await Promise.all([decodeImage(files.thumbnail), readFile(files.map)]);
    if (bytes.length !== run.mapSize ** 2) return null;
    const { lo, hi } = run.heat;
    const data = Float32Array.from(bytes, (byte) => lo + ((hi - lo) * byte) / 255);
    const canvas = await shrink(image, SIDE);
    const threshold = run.regions?.threshold;
    const scale = { lo, hi, threshold, colours: COLOUR_MAPS.viridis, opacity: 0.6 };
    blendHeat(canvas, { data, size: run.mapSize }, scale);
    return await encodeJpeg({ ...canvas, channels: 3 }, 85);
  } catch {
    return null; // said in the report: the numbers do not depend on a picture
  }
}
