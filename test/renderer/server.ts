// Serves the built page as the program does: the same strict policy, the same media addresses; counts what is asked for.
// Runs in Node.
import { createServer, type Server } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import type { AddressInfo } from 'node:net';
import type { Media } from './media.ts';

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; font-src 'self'";

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.woff2': 'font/woff2',
};

const TYPES_OF_MEDIA: Readonly<Record<keyof Media, string>> = {
  thumbnail: 'image/jpeg',
  image: 'image/jpeg',
  map: 'application/octet-stream',
  after: 'application/octet-stream',
  mask: 'image/png',
};

export interface PageServer {
  origin: string;
  /** Number of requests by kind of medium. */
  asked: Record<keyof Media, number>;
  close(): Promise<void>;
}

export async function servePage(folder: string, media: Media): Promise<PageServer> {
  const asked = { thumbnail: 0, image: 0, map: 0, mask: 0, after: 0 };
  const server: Server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://page').pathname;
    // The browser asks for it by itself; the program has none.
    if (path === '/favicon.ico') {
      response.writeHead(204).end();
      return;
    }
    answer(path)
      .then(([type, body]) =>
        response.writeHead(200, { 'content-type': type, 'content-security-policy': POLICY }).end(body),
      )
      .catch(() => response.writeHead(404).end());
  });

  async function answer(path: string): Promise<[string, Buffer]> {
    const found = /^\/media\/parts\/(\d+)\/(thumbnail|image|map|mask|after)$/.exec(path);
    if (found !== null) {
      const kind = found[2] as keyof Media;
      asked[kind]++;
      return [TYPES_OF_MEDIA[kind], await media[kind](Number(found[1]))];
    }
    const file = normalize(path === '/' ? '/index.html' : path);
    return [TYPES[extname(file)] ?? 'application/octet-stream', await readFile(join(folder, file))];
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
