// A web server on this computer that serves one file and misbehaves in the way that a test asks for.
// Runs in the tests (Node).
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface OddServer {
  readonly url: string;
  /** The Range header of every request, '' where there was none. */
  readonly ranges: string[];
  close(): Promise<void>;
}

/** `answer` is called for every request with its number, from 0. */
export async function oddServer(
  answer: (request: IncomingMessage, response: ServerResponse, number: number) => void,
): Promise<OddServer> {
  const ranges: string[] = [];
  const server: Server = createServer((request, response) => {
    ranges.push(request.headers.range ?? '');
    answer(request, response, ranges.length - 1);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ranges,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** Where the asked range begins. */
const rangeStart = (request: IncomingMessage): number =>
  Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);

/** Answers as a good server does, ranges included. */
export function serveWell(request: IncomingMessage, response: ServerResponse, file: Uint8Array): void {
  const start = rangeStart(request);
  if (start >= file.length && start > 0) {
    response.writeHead(416, { 'content-range': `bytes */${file.length}` }).end();
    return;
  }
  const headers: Record<string, string> = { 'content-length': String(file.length - start) };
  if (start > 0) headers['content-range'] = `bytes ${start}-${file.length - 1}/${file.length}`;
  response.writeHead(start > 0 ? 206 : 200, headers).end(file.subarray(start));
}

/** Announces the whole rest, sends `count` bytes of it, and cuts the line. */
export function breakOff(
  request: IncomingMessage,
  response: ServerResponse,
  file: Uint8Array,
  count: number,
): void {
  const start = rangeStart(request);
  const headers: Record<string, string> = { 'content-length': String(file.length - start) };
  if (start > 0) headers['content-range'] = `bytes ${start}-${file.length - 1}/${file.length}`;
  response.writeHead(start > 0 ? 206 : 200, headers);
  response.write(file.subarray(start, start + count), () => setTimeout(() => response.destroy(), 30));
}
