// A service as a Node child process: the port of its parent, and what it says on standard error line by line.
// Runs in the main process and on the command line (Node).
import { fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Message, ServicePort } from '../common/rpc.ts';

/** Time to end in good order. */
export const KILL_AFTER_MS = 3000;

/** `node` is the executable: the history needs Node-API 10 (Node 24). Without `onLine` standard error is the parent's. */
export function forkNodeService(
  entry: string,
  node = process.execPath,
  onLine?: (line: string) => void,
): ServicePort {
  const stdio = onLine ? (['inherit', 'inherit', 'pipe', 'ipc'] as const) : undefined;
  const child = fork(entry, [], {
    ...{ execPath: node, serialization: 'advanced', execArgv: [] },
    ...(stdio && { stdio: [...stdio] }),
  });
  if (onLine) readLines(child.stderr, onLine);
  return {
    pid: child.pid ?? null,
    send: (message) => void child.send(message, () => undefined), // a closed channel is reported by onExit
    onMessage: (listener) => child.on('message', (message) => listener(message as Message)),
    onExit: (listener) => {
      let told = false;
      const tell = (reason: string): void => {
        if (!told) listener(reason);
        told = true;
      };
      child.on('error', (error) => tell(error.message));
      child.on('exit', (code, signal) => tell(signal ? `signal ${signal}` : `exit code ${code}`));
    },
    kill: () => void child.kill('SIGKILL'),
    stop: () =>
      new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) {
          resolve();
          return;
        }
        const kill = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
        child.once('exit', () => {
          clearTimeout(kill);
          resolve();
        });
        if (child.connected)
          child.disconnect(); // the host exits when its parent is gone
        else child.kill();
      }),
  };
}

/** What a service or a driver in it prints; the last lines before a crash are often all that is known of it. */
export function readLines(stream: NodeJS.ReadableStream | null, onLine: (line: string) => void): void {
  if (!stream) return;
  createInterface({ input: stream })
    .on('line', onLine)
    .on('error', () => undefined);
}
