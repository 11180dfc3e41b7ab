// A display for programs with windows: the one that is there, else a virtual one of our own.
// Runs in the end-to-end tests (Node).
import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { missingDisplay } from './electron-runtime.ts';

export interface Display {
  /** To be added to the environment of the program. */
  readonly env: Readonly<Record<string, string>>;
  close(): void;
}

const SCREEN = '1600x1000x24';
const START_MS = 10_000;

/** Starts Xvfb where there is no display; it chooses a free number by itself. Null when there is no Xvfb either. */
export async function openDisplay(): Promise<Display | null> {
  if (!missingDisplay()) return { env: {}, close: () => undefined };
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', SCREEN, '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const number = await new Promise<string | null>((resolve) => {
    const giveUp = setTimeout(resolve, START_MS, null);
    server.once('error', () => resolve(null));
    server.once('exit', () => resolve(null));
    (server.stdio[3] as Readable).once('data', (data: Buffer) => {
      clearTimeout(giveUp);
      resolve(data.toString().trim());
    });
  });
  if (number === null) {
    server.kill();
    return null;
  }
  const close = (): void => void server.kill();
  process.once('exit', close); // also when the tests end by an error
  return { env: { DISPLAY: `:${number}` }, close };
}
