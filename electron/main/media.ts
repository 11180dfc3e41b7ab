// The pixels of a part: its photograph, its thumbnail and its heat map, as answers to the page's requests.
// Runs in the main process (Node; no image is ever decoded here).
import { open, readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import type { InferenceApi } from '../common/inference-service.ts';
import type { History } from '../node/history-client.ts';
import { partFiles } from '../node/run/part-files.ts';
import { describeError, toErrorValue } from '../../models/errors.ts';
import { plainText, type ServeMedia } from './scheme.ts';

/** What never changes about a part; remembered so that a grid of thumbnails does not ask the history for each. */
interface PartPlace {
  readonly runId: number;
  readonly seq: number;
  readonly path: string;
}

export interface MediaOptions {
  readonly history: History;
  readonly inference: {
    request(name: 'displayable', args: { path: string }): Promise<InferenceApi['displayable'][1]>;
  };
  readonly dataFolder: string;
  /** Files that may be replaced by newer ones; null where there is none. */
  readonly mask: (runId: number, partId: number) => Promise<string | null>;
  readonly after: (partId: number) => Promise<string | null>;
}

const MOST_REMEMBERED = 20_000;
/** Written once, when the part is scored; the photograph itself belongs to others and may change. */
const DERIVED = 'private, max-age=3600, immutable';
const FOREIGN = 'no-cache';

const startsWith = (bytes: Uint8Array, text: string, at = 0): boolean =>
  Buffer.from(text, 'latin1').every((byte, i) => bytes[at + i] === byte);

/** The formats that every page can show, by their first bytes: the ending of a name proves nothing. */
export function displayableMime(head: Uint8Array): string | null {
  if (startsWith(head, '\xff\xd8\xff')) return 'image/jpeg';
  if (startsWith(head, '\x89PNG\r\n\x1a\n')) return 'image/png';
  if (startsWith(head, 'RIFF') && startsWith(head, 'WEBP', 8)) return 'image/webp';
  if (startsWith(head, 'BM')) return 'image/bmp';
  return null;
}

const looksLikeTiff = (head: Uint8Array): boolean =>
  startsWith(head, 'II*\0') ||
  startsWith(head, 'MM\0*') ||
  startsWith(head, 'II+\0') ||
  startsWith(head, 'MM\0+');

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');

/** Serves the media addresses of contract.ts. */
export function serveMedia({ history, inference, dataFolder, mask, after }: MediaOptions): ServeMedia {
  const places = new Map<number, PartPlace>();

  return async (partId, kind) => {
    try {
      const place = await find(partId);
      if (kind === 'image') return await photograph(place.path);
      if (kind === 'mask') return await changing(await mask(place.runId, partId), 'image/png');
      if (kind === 'after') return await changing(await after(partId), 'application/octet-stream');
      const files = partFiles(dataFolder, place.runId, place.seq);
      return kind === 'map'
        ? await derived(files.map, 'application/octet-stream')
        : await derived(files.thumbnail, 'image/jpeg');
    } catch (thrown) {
      if (isMissing(thrown)) return plainText(404, 'There is no such picture.');
      const error = toErrorValue(thrown);
      return plainText(error.code === 'history.not_found' ? 404 : 500, describeError(error).operator);
    }
  };

  async function find(partId: number): Promise<PartPlace> {
    const known = places.get(partId);
    if (known) return known;
    const { part, path } = await history.request('part.get', { partId });
    const place = { runId: part.runId, seq: part.seq, path };
    if (places.size >= MOST_REMEMBERED) places.clear(); // rare and cheap to fill again
    places.set(partId, place);
    return place;
  }

  async function changing(file: string | null, type: string): Promise<Response> {
    if (file === null) return plainText(404, 'There is no such picture.');
    const bytes = new Uint8Array(await readFile(file));
    return new Response(bytes, { headers: { 'content-type': type, 'cache-control': 'no-store' } });
  }

  async function derived(file: string, type: string): Promise<Response> {
    const bytes = new Uint8Array(await readFile(file));
    return new Response(bytes, { headers: { 'content-type': type, 'cache-control': DERIVED } });
  }

  async function photograph(path: string): Promise<Response> {
    const file = await open(path);
    let streaming = false;
    try {
      const head = new Uint8Array(16);
      const [stats] = await Promise.all([file.stat(), file.read(head, 0, head.length, 0)]);
      const type = displayableMime(head);
      if (type && stats.isFile()) {
        streaming = true;
        const stream = Readable.toWeb(file.createReadStream({ start: 0 })) as ReadableStream<Uint8Array>;
        const headers = {
          'content-type': type,
          'content-length': String(stats.size),
          'cache-control': FOREIGN,
        };
        return new Response(stream, { headers });
      }
      if (!looksLikeTiff(head)) return plainText(404, 'This file is not a photograph that Loupe can show.');
    } finally {
      if (!streaming) await file.close();
    }
    const { mime, bytes } = await inference.request('displayable', { path });
    return new Response(new Uint8Array(bytes), {
      headers: { 'content-type': mime, 'cache-control': FOREIGN },
    });
  }
}
