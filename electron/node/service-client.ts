// The parent's end of a service: starts it, sends typed requests, starts it again when it dies.
// Runs in the main process and on the command line (Node).
import { fork } from 'node:child_process';
import type { Api, Message, ServicePort } from '../common/rpc.ts';
import { LoupeError, type ErrorValue } from '../../models/errors.ts';

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** A service as a Node child process. `node` is the executable: the history needs Node-API 10 (Node 24). */
export function forkNodeService(entry: string, node = process.execPath): ServicePort {
  const child = fork(entry, [], { execPath: node, serialization: 'advanced', execArgv: [] });
  return {
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
    stop: () =>
      new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) {
          resolve();
          return;
        }
        const kill = setTimeout(() => child.kill('SIGKILL'), 3000);
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

export interface ServiceClientOptions {
  readonly name: 'inference' | 'history' | 'training';
  readonly start: () => ServicePort;
  /** Called after every death, before the restart; `fatal` when it dies too often to be started again. */
  readonly onDeath?: (error: ErrorValue, fatal: boolean) => void;
}

/** Deaths within WINDOW_MS after which a service is given up, so that a broken driver cannot spin the machine. */
const MAX_DEATHS = 4;
const WINDOW_MS = 60_000;

/**
 * A supervised service. A request that was under way when the service died is refused with `service.died`;
 * the next request starts the service anew. Nothing is repeated silently: the caller knows what may be repeated.
 */
export class ServiceClient<A extends Api<A>, E> {
  readonly #options: ServiceClientOptions;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Map<string, Set<(payload: unknown) => void>>();
  #port: ServicePort | null = null;
  #nextId = 1;
  #deaths: number[] = [];
  #stopping = false;

  constructor(options: ServiceClientOptions) {
    this.#options = options;
  }

  /** Number of times that the service died in this program's life. */
  get deaths(): number {
    return this.#deaths.length;
  }

  /** Whether there is a process: a request would start one. */
  get running(): boolean {
    return this.#port !== null;
  }

  request<K extends keyof A & string>(name: K, args: A[K][0]): Promise<A[K][1]> {
    return new Promise((resolve, reject) => {
      const port = this.#port ?? this.#start();
      if (!port) {
        reject(new LoupeError('service.died', { service: this.#options.name, reason: 'it died too often' }));
        return;
      }
      const id = this.#nextId++;
      this.#waiting.set(id, { resolve: resolve, reject });
      port.send({ kind: 'request', id, name, args });
    });
  }

  /** Returns the function that ends the subscription. */
  on<K extends keyof E & string>(name: K, listener: (payload: E[K]) => void): () => void {
    const set = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, set);
    set.add(listener as (payload: unknown) => void);
    return () => set.delete(listener as (payload: unknown) => void);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#port?.stop();
  }

  #start(): ServicePort | null {
    const now = Date.now();
    if (this.#stopping || this.#deaths.filter((at) => now - at < WINDOW_MS).length >= MAX_DEATHS) return null;
    const port = this.#options.start();
    this.#port = port;
    port.onMessage((message) => this.#receive(message));
    port.onExit((reason) => this.#died(port, reason));
    return port;
  }

  #receive(message: Message): void {
    if (message.kind === 'event') {
      for (const listener of this.#listeners.get(message.name) ?? []) listener(message.payload);
    } else if (message.kind === 'answer') {
      const waiting = this.#waiting.get(message.id);
      this.#waiting.delete(message.id);
      if (message.ok) waiting?.resolve(message.value);
      else waiting?.reject(new LoupeError(message.error.code, message.error.params));
    }
  }

  #died(port: ServicePort, reason: string): void {
    if (this.#port !== port) return;
    this.#port = null;
    const error = new LoupeError('service.died', { service: this.#options.name, reason });
    if (!this.#stopping) {
      const now = Date.now();
      this.#deaths.push(now);
      const recent = this.#deaths.filter((at) => now - at < WINDOW_MS).length;
      this.#options.onDeath?.(error.toValue(), recent >= MAX_DEATHS);
    }
    const cutOff = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const waiting of cutOff) waiting.reject(error);
  }
}
