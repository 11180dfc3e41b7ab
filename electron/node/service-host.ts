// The service's end of the port: answers typed requests with the given handlers and reports events.
// Runs in the service process, a Node child or an Electron utility process.
import type { Api, Message, Port } from '../common/rpc.ts';
import { toErrorValue } from '../../models/errors.ts';

export type Handlers<A extends Api<A>> = {
  [K in keyof A]: (args: A[K][0]) => A[K][1] | Promise<A[K][1]>;
};

/** What Electron puts on `process.parentPort` in a utility process. */
interface ParentPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): void;
}

function parentPort(): Port {
  const utility = (process as { parentPort?: ParentPort }).parentPort;
  if (utility) {
    return {
      send: (message) => utility.postMessage(message),
      onMessage: (listener) => utility.on('message', (event) => listener(event.data as Message)),
    };
  }
  if (!process.send) throw new Error('This file is a service: it is started by Loupe, not by hand.');
  // A service must not outlive the program that asked for it.
  process.on('disconnect', () => process.exit(0));
  return {
    // A channel that closed meanwhile is no error here: the line above is about to end this process.
    send: (message) => void process.send?.(message, undefined, undefined, () => undefined),
    onMessage: (listener) => process.on('message', (message) => listener(message as Message)),
  };
}

/** Serves `handlers` on the parent's port; returns the function that sends events. */
export function serve<A extends Api<A>, E>(
  handlers: Handlers<A>,
): <K extends keyof E & string>(name: K, payload: E[K]) => void {
  const port = parentPort();
  port.onMessage((message) => {
    if (message.kind === 'ping') port.send({ kind: 'pong' });
    if (message.kind !== 'request') return;
    const { id, name, args } = message;
    void (async () => {
      try {
        if (!Object.hasOwn(handlers, name)) throw new Error(`unknown request "${name}"`);
        const value = await handlers[name as keyof A](args);
        port.send({ kind: 'answer', id, ok: true, value });
      } catch (thrown) {
        const error = toErrorValue(thrown);
        // Nobody foresaw it: where it comes from is known here only.
        if (error.code === 'internal' && thrown instanceof Error)
          port.send({ kind: 'log', level: 'error', event: name, fields: { stack: thrown.stack } });
        port.send({ kind: 'answer', id, ok: false, error });
      }
    })();
  });
  return (name, payload) => port.send({ kind: 'event', name, payload });
}
