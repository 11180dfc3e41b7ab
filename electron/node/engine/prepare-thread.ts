// Prepares photographs in a thread of their own: the network blocks the thread that calls it, and decoding has a dozen steps
// that would each wait for it. Both ends of the thread; runs in the inference service (Node).
import { parentPort, Worker } from 'node:worker_threads';
import { LoupeError, toErrorValue, type ErrorValue } from '../../../models/errors.ts';
import { InlinePreparer, type Prepared, type Preparer, type PrepareRequest } from './prepare.ts';

interface Question extends PrepareRequest {
  readonly id: number;
}
type Answer = { readonly id: number } & (
  { readonly ok: true; readonly prepared: Prepared } | { readonly ok: false; readonly error: ErrorValue }
);

interface Waiting {
  resolve(prepared: Prepared): void;
  reject(error: unknown): void;
}

/** This end. The thread starts with the first photograph, and again when it ended by an error. */
export class ThreadPreparer implements Preparer {
  readonly #entry: URL;
  readonly #waiting = new Map<number, Waiting>();
  #thread: Worker | null = null;
  #next = 0;

  constructor(entry: URL) {
    this.#entry = entry;
  }

  prepare(request: PrepareRequest): Promise<Prepared> {
    return new Promise((resolve, reject) => {
      const id = this.#next++;
      this.#waiting.set(id, { resolve, reject });
      const question: Question = { ...request, id };
      const thread = this.start();
      thread.ref();
      thread.postMessage(question);
    });
  }

  /** Worth calling before the first photograph: the decoder is loaded while the model is. */
  start(): Worker {
    if (this.#thread) return this.#thread;
    const thread = new Worker(this.#entry);
    this.#thread = thread;
    thread.on('message', (answer: Answer) => {
      const waiting = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if (this.#waiting.size === 0) thread.unref();
      if (answer.ok) waiting?.resolve(answer.prepared);
      else waiting?.reject(new LoupeError(answer.error.code, answer.error.params));
    });
    const ended = (reason: string): void => {
      if (this.#thread !== thread) return;
      this.#thread = null;
      const cutOff = [...this.#waiting.values()];
      this.#waiting.clear();
      for (const waiting of cutOff) waiting.reject(new LoupeError('internal', { reason }));
    };
    thread.on('error', (error: unknown) => ended(`the thread that decodes failed: ${String(error)}`));
    thread.on('exit', () => ended('the thread that decodes ended'));
    // Only a photograph that somebody waits for keeps the process alive. Last: adding a listener would take that back.
    thread.unref();
    return thread;
  }
}

/** The other end: answers questions until its process ends. */
export function servePreparation(preparer: Preparer = new InlinePreparer()): void {
  const port = parentPort;
  if (!port) throw new Error('This file is a thread of the inference service: it is not started by hand.');
  port.on('message', ({ id, ...request }: Question) => {
    preparer.prepare(request).then(
      (prepared) => {
        const image = { ...prepared.image, data: movable(prepared.image.data) };
        const moved = [image.data, prepared.pixels, ...prepared.tiles.flat()].map(({ buffer }) => buffer);
        const answer: Answer = { id, ok: true, prepared: { ...prepared, image } };
        try {
          port.postMessage(answer, [...new Set(moved as ArrayBuffer[])]);
        } catch {
          port.postMessage(answer); // pixels of the image library itself, where nothing had to be resized: copied
        }
      },
      (error: unknown) => port.postMessage({ id, ok: false, error: toErrorValue(error) } satisfies Answer),
    );
  });
}

/** Bytes of the image library belong to it and cannot change their thread: they are copied once. */
const movable = (data: Uint8Array): Uint8Array => (data.length === 0 ? data : Uint8Array.from(data));
