// loupe://app/ — the only address that the page knows: the built page, and the pixels of the parts under /media/.
// Runs in the main process (web standards and Node only, so that the tests can ask it directly).
import { readFile, realpath } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { CONTENT_SECURITY_POLICY } from './security.ts';

export const SCHEME = 'loupe';
export const ORIGIN = `${SCHEME}://app`;
export const PAGE_URL = `${ORIGIN}/index.html`;

/** `standard` gives the page an origin of its own, `secure` a secure context; it is exempt from no policy. */
export const PRIVILEGES = {
  standard: true,
  secure: true,
  supportFetchAPI: true,
  stream: true,
  codeCache: true,
};

const MIME: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.woff2': 'font/woff2',
};
/** Plain names only: no dot files, no `..`, no percent signs, separators, colons or NULs left after decoding. */
const PLAIN_PATH = /^\/(?:[A-Za-z0-9_][A-Za-z0-9_.-]*\/)*[A-Za-z0-9_][A-Za-z0-9_.-]*$/;
const MEDIA_PATH = /^\/media\/parts\/([1-9][0-9]{0,14})\/(thumbnail|image|map|mask|after)$/;

type MediaKind = 'thumbnail' | 'image' | 'map' | 'mask' | 'after';
export type ServeMedia = (partId: number, kind: MediaKind) => Promise<Response>;

/** A short answer in words, never stored. */
export const plainText = (status: number, text: string): Response =>
  new Response(text, {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
  });

/**
 * The file of the bundle that a path of an address means, or null. The path is decoded once and must then be plain; what
 * it resolves to must lie in the bundle even when a link is followed.
 */
export async function bundleFile(root: string, pathname: string): Promise<string | null> {
  let path: string;
  try {
    path = decodeURIComponent(pathname);
  } catch {
    return null;
  }
  if (!PLAIN_PATH.test(path) || !(extname(path) in MIME)) return null;
  try {
    const file = await realpath(join(root, path));
    return file.startsWith((await realpath(root)) + sep) ? file : null;
  } catch {
    return null; // there is no such file
  }
}

async function serveBundle(root: string, pathname: string): Promise<Response> {
  const file = await bundleFile(root, pathname === '/' ? '/index.html' : pathname);
  const type = file && MIME[extname(file)];
  if (!type) return plainText(404, 'There is no such file.');
  return new Response(new Uint8Array(await readFile(file)), {
    headers: { 'content-type': type, 'cache-control': 'no-cache' },
  });
}

/** Answers every request under the scheme; what it cannot answer is a 404 or 500 with a text, never an exception. */
export function serveScheme(root: string, media: ServeMedia): (request: Request) => Promise<Response> {
  return async (request) => {
    const response = await answer(request).catch((error: unknown) =>
      plainText(500, error instanceof Error ? error.message : String(error)),
    );
    response.headers.set('content-security-policy', CONTENT_SECURITY_POLICY);
    response.headers.set('x-content-type-options', 'nosniff');
    response.headers.set('referrer-policy', 'no-referrer');
    response.headers.set('cross-origin-resource-policy', 'same-origin');
    return response;
  };

  async function answer({ method, url }: Request): Promise<Response> {
    const { host, pathname } = new URL(url);
    if (host !== 'app') return plainText(404, 'There is no such place.');
    if (method !== 'GET') return plainText(405, 'Only GET is answered.');
    const [, id, kind] = MEDIA_PATH.exec(pathname) ?? [];
    if (id && kind) return media(Number(id), kind as MediaKind);
    return serveBundle(root, pathname);
  }
}
