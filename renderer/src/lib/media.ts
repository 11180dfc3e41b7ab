// Pixels from main: thumbnails, photographs and stored maps, fetched by need and kept in bounded caches.
// Runs in the page.
import { mediaUrl } from '../../../electron/common/contract.ts';
import type { Part } from '../../../electron/common/domain.ts';
import { LruCache } from './lru.ts';
import { NeedQueue } from './need-queue.ts';

const MEGABYTE = 1024 * 1024;
const bitmapCost = (bitmap: ImageBitmap): number => bitmap.width * bitmap.height * 4;
const closeBitmap = (bitmap: ImageBitmap): void => bitmap.close();

/** A few hundred thumbnails: several screens of the smallest cells. */
const thumbnails = new LruCache<number, ImageBitmap>(128 * MEGABYTE, closeBitmap);
/** About 500 maps of 240 × 240. */
const maps = new LruCache<number, Uint8Array>(32 * MEGABYTE);
/** The part on the screen and its neighbours; one photograph of 24 megapixels takes 96 MB. */
const photographs = new LruCache<number, ImageBitmap>(256 * MEGABYTE, closeBitmap);

/** Longer than a frame on a busy machine takes: what flies past in a fling is never asked for, only to be given up again. */
const SETTLE_MS = 60;

async function fetchBytes(address: string, signal: AbortSignal): Promise<Response | null> {
  const response = await fetch(address, { signal });
  return response.ok ? response : null;
}

async function fetchBitmap(address: string, signal: AbortSignal): Promise<ImageBitmap | null> {
  const response = await fetchBytes(address, signal);
  return response === null ? null : createImageBitmap(await response.blob());
}

const thumbnailQueue = new NeedQueue<number, ImageBitmap>(
  (id, signal) => fetchBitmap(mediaUrl.thumbnail(id), signal),
  6,
  SETTLE_MS,
);

const mapQueue = new NeedQueue<number, Uint8Array>(
  async (id, signal) => {
    const response = await fetchBytes(mediaUrl.map(id), signal);
    return response === null ? null : new Uint8Array(await response.arrayBuffer());
  },
  6,
  SETTLE_MS,
);

const photographQueue = new NeedQueue<number, ImageBitmap>(
  (id, signal) => fetchBitmap(mediaUrl.image(id), signal),
  2,
  0,
);

/** Asks the cache, then the queue; `done` may be called before this returns. The result ends the need. */
function need<V>(
  cache: LruCache<number, V>,
  queue: NeedQueue<number, V>,
  cost: (value: V) => number,
  id: number,
  done: (value: V | null) => void,
): () => void {
  const cached = cache.get(id);
  if (cached !== undefined) {
    done(cached);
    return () => undefined;
  }
  return queue.need(id, (value) => {
    // Several callers may wait for one load: only the first puts it away, or the cache would close it under the others.
    if (value !== null && cache.get(id) !== value) cache.set(id, value, cost(value));
    done(value);
  });
}

export const needThumbnail = (id: number, done: (bitmap: ImageBitmap | null) => void): (() => void) =>
  need(thumbnails, thumbnailQueue, bitmapCost, id, done);

export const needMap = (id: number, done: (map: Uint8Array | null) => void): (() => void) =>
  need(maps, mapQueue, (map) => map.byteLength, id, done);

export const needPhotograph = (id: number, done: (bitmap: ImageBitmap | null) => void): (() => void) =>
  need(photographs, photographQueue, bitmapCost, id, done);

/** A part may be scored again after a resume: what is kept of it is then out of date. */
export function forget(id: number): void {
  maps.delete(id);
}

/** Whether there is any picture to ask for: what could not be read or decoded has none. */
export const hasPicture = (part: Part): boolean => !part.error?.code.startsWith('image.');

export const hasMap = (part: Part): boolean => part.state === 'scored';
