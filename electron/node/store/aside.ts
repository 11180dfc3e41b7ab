// Gives long work to a thread of its own, so that the history goes on answering while it is done.
// Runs in the history service (Node).
import { Worker } from 'node:worker_threads';
import { LoupeError, type ErrorValue } from '../../../models/errors.ts';
import type { AsideApi } from '../report/aside-work.ts';

export interface AsideRequest {
  readonly id: number;
  readonly dataFolder: string;
  readonly name: keyof AsideApi;
  readonly args: AsideApi[keyof AsideApi][0];
}

export type AsideAnswer =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly error: ErrorValue };

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

export class Aside {
  readonly #entry: URL;
  readonly #dataFolder: string;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | null = null;
  #nextId = 1;

  /** The thread starts with the first request: most days need none before the evening. */
  constructor(entry: URL, dataFolder: string) {
    this.#entry = entry;
    this.#dataFolder = dataFolder;
  }

  /** Throws what the work throws, and `service.died` when the thread ends before it. */
  ask<K extends keyof AsideApi>(name: K, args: AsideApi[K][0]): Promise<AsideApi[K][1]> {
    return new Promise((resolve, reject) => {
      const id = this.#nextId++;
      this.#waiting.set(id, { resolve: resolve, reject });
      const request: AsideRequest = { id, dataFolder: this.#dataFolder, name, args };
      this.#worker ??= this.#start();
      this.#worker.postMessage(request);
    });
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(this.#entry);
    let why = 'it ended';
    worker.on('message', (answer: AsideAnswer) => {
      const waiting = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if (answer.ok) waiting?.resolve(answer.value);
      else waiting?.reject(new LoupeError(answer.error.code, answer.error.params));
    });
    worker.on('error', (error) => (why = error instanceof Error ? error.message : String(error)));
    worker.on('exit', () => {
      if (this.#worker === worker) this.#worker = null;
      const waiting = [...this.#waiting.values()];
      this.#waiting.clear();
      for (const request of waiting)
        request.reject(new LoupeError('service.died', { service: 'history', reason: why }));
    });
    worker.unref(); // it must not keep a service alive that is told to end
    return worker;
  }
}
