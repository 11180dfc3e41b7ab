// Downloads one file to the disk, goes on where an earlier attempt stopped, and keeps only what has the right hash.
// Runs in Node (command line), and only when a user asked for the file by name.
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, open, rename, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LoupeError } from '../../../models/errors.ts';
import type { RemoteFile } from './known-models.ts';

export interface DownloadOptions {
  readonly folder: string;
  /** Base address of a mirror that has the file under its name; instead of the publisher. */
  readonly mirror?: string | undefined;
  readonly onProgress?: (bytes: number, total: number | null) => void;
  readonly signal?: AbortSignal;
  /** A connection that sends nothing for so long is given up. */
  readonly stallMs?: number;
  /** Between attempts; doubled each time. */
  readonly pauseMs?: number;
}

/** Attempts in a row that bring no new byte before it gives up. */
const ATTEMPTS = 4;
/** The largest checkpoint that Loupe can use is smaller. */
const SIZE_LIMIT = 8 * 1024 ** 3;

/** A reason that another attempt cannot change. */
class Refusal extends Error {}

/**
 * Brings a file into `folder` and returns its path. One that is there with the right hash is not downloaded again. What is
 * incomplete stays beside it as `<name>.part` for the next attempt; what is complete and wrong is deleted.
 *
 * @throws `download.failed` when the server cannot be reached, refuses, breaks off again and again or lies about lengths;
 *   `download.wrong` for a wrong hash or size; `output.failed` when the disk is full; the reason of `signal`
 */
export async function download(file: RemoteFile, options: DownloadOptions): Promise<string> {
  const { folder } = options;
  const path = join(folder, file.name);
  const url = addressOf(file, options.mirror);
  await onDisk(path, () => mkdir(folder, { recursive: true }));
  if (existsSync(path)) {
    await checkHash(path, file, url);
    return path;
  }
  const part = `${path}.part`;
  await fetchAll(url, part, file, options);
  await checkHash(part, file, url);
  await onDisk(path, () => rename(part, path));
  return path;
}

function addressOf({ url, name }: RemoteFile, mirror: string | undefined): string {
  if (mirror === undefined) return url;
  const address = `${mirror.replace(/\/+$/, '')}/${encodeURIComponent(name)}`;
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol))
    throw new LoupeError('usage', { reason: `The mirror "${mirror}" is not an http or https address.` });
  return address;
}

/** Until the server has sent everything that it announced; attempts that bring something do not count. */
async function fetchAll(
  url: string,
  part: string,
  file: RemoteFile,
  options: DownloadOptions,
): Promise<void> {
  const { signal, pauseMs = 1000 } = options;
  for (let failures = 0; ;) {
    const before = await sizeOf(part);
    try {
      if (await fetchRest(url, part, before, file, options)) return;
      throw new Error('the server closed the connection before the file was complete');
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof LoupeError) throw error;
      failures = (await sizeOf(part)) > before ? 0 : failures + 1;
      if (error instanceof Refusal || failures >= ATTEMPTS)
        throw new LoupeError('download.failed', { url, reason: reasonOf(error) }, { cause: error });
      await sleep(pauseMs * 2 ** failures, undefined, signal ? { signal } : {}).catch(() =>
        signal?.throwIfAborted(),
      );
    }
  }
}

/** One request for what is missing. True when the file is complete as far as the server can tell. */
async function fetchRest(
  url: string,
  part: string,
  have: number,
  file: RemoteFile,
  { onProgress, signal, stallMs = 60_000 }: DownloadOptions,
): Promise<boolean> {
  const stall = new AbortController();
  let timer = setTimeout(() => stall.abort(), stallMs);
  const alive = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => stall.abort(), stallMs);
  };
  try {
    const headers: Record<string, string> = { 'accept-encoding': 'identity' };
    if (have > 0) headers.range = `bytes=${have}-`;
    const signals = signal ? AbortSignal.any([signal, stall.signal]) : stall.signal;
    const response = await fetch(url, { headers, signal: signals });
    if (response.status === 416) {
      // The part is as long as the file, or longer: the hash decides about the former, the latter starts again.
      await response.body?.cancel();
      const total = Number(/\*\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1] ?? NaN);
      if (have === total || have === file.bytes) return true;
      await onDisk(part, () => rm(part, { force: true }));
      throw new Error('the server has a shorter file than the part that is here');
    }
    if (!response.ok || !response.body) {
      await response.body?.cancel();
      const text = `the server answered ${response.status} ${response.statusText}`.trim();
      throw response.status >= 500 || response.status === 429 ? new Error(text) : new Refusal(text);
    }
    const start = response.status === 206 ? startOf(response, have) : 0;
    if (start !== have) await onDisk(part, () => truncate(part, 0)); // no ranges here: from the beginning
    const total = totalOf(response, start, file);
    return await append(response.body, part, start, total, (bytes) => {
      alive();
      onProgress?.(bytes, total);
    });
  } catch (error) {
    throw stall.signal.aborted ? new Error('the server stopped sending') : error;
  } finally {
    clearTimeout(timer);
  }
}

/** Where the bytes of a partial answer begin. Another place than asked for would silently damage the file. */
function startOf(response: Response, have: number): number {
  const range = response.headers.get('content-range') ?? '';
  const start = /^bytes (\d+)-/.exec(range)?.[1];
  if (Number(start) === have) return have;
  throw new Refusal(`the server answered with another part of the file ("${range}")`);
}

/** What the server says about the whole size; must be what is known about it, and not absurd. */
function totalOf(response: Response, start: number, { bytes }: RemoteFile): number | null {
  const announced = response.headers.get('content-length');
  const total = announced === null ? null : start + Number(announced);
  const expected = bytes ?? total ?? 0;
  if (total !== null && bytes !== undefined && total !== bytes)
    throw new Refusal(`the server announces ${total} bytes, the file has ${bytes}`);
  if (expected > SIZE_LIMIT) throw new Refusal(`the server announces ${expected} bytes`);
  return total ?? bytes ?? null;
}

/** Appends what comes to the part; true when all announced bytes are there. */
async function append(
  body: ReadableStream<Uint8Array>,
  part: string,
  start: number,
  total: number | null,
  onBytes: (bytes: number) => void,
): Promise<boolean> {
  const handle = await onDisk(part, () => open(part, start > 0 ? 'r+' : 'w'));
  let at = start;
  try {
    for await (const chunk of body) {
      if (at + chunk.length > (total ?? SIZE_LIMIT))
        throw new Refusal('the server sends more bytes than it announced');
      await onDisk(part, () => handle.write(chunk, 0, chunk.length, at));
      at += chunk.length;
      onBytes(at);
    }
    await onDisk(part, () => handle.sync());
  } finally {
    await handle.close();
  }
  return total === null || at === total;
}

/** Deletes the file when its size or its SHA-256 is wrong. Throws `download.wrong`. */
async function checkHash(path: string, { sha256, bytes }: RemoteFile, url: string): Promise<void> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 22 })) hash.update(chunk as Buffer);
  const [actual, size] = [hash.digest('hex'), await sizeOf(path)];
  const rightSize = bytes === undefined || size === bytes;
  if (rightSize && actual.startsWith(sha256)) return;
  await rm(path, { force: true });
  const expected = rightSize ? `SHA-256 ${sha256}` : `${bytes} bytes`;
  throw new LoupeError('download.wrong', {
    url,
    expected,
    actual: rightSize ? actual : `${size} bytes`,
  });
}

const sizeOf = async (path: string): Promise<number> => (await stat(path).catch(() => null))?.size ?? 0;

async function onDisk<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LoupeError('output.failed', { path, reason }, { cause: error });
  }
}

/** The deepest reason: `fetch failed` alone says nothing. */
function reasonOf(error: unknown): string {
  let deepest: unknown = error;
  while (deepest instanceof Error && deepest.cause instanceof Error) deepest = deepest.cause;
  return deepest instanceof Error ? deepest.message || deepest.name : String(deepest);
}
