// The parent's end of a service: starts it, sends typed requests, notices when it died or hangs, and starts it again.
// Runs in the main process and on the command line (Node).
import type { Api, LogLevel, Message, ServicePort } from '../common/rpc.ts';
import { LoupeError, type ErrorValue } from '../../models/errors.ts';
import { BEAT_MS, patienceFor, START_MS } from './patience.ts';

export { forkNodeService } from './service-port.ts';

interface Waiting {
  readonly name: string;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

export interface ServiceClientOptions {
  readonly name: 'inference' | 'history' | 'training';
  readonly start: () => ServicePort;
  /** Called after every death, before the restart; `fatal` when it dies too often to be started again. */
  readonly onDeath?: (error: ErrorValue, fatal: boolean) => void;
  readonly onLog?: (level: LogLevel, event: string, fields: Readonly<Record<string, unknown>>) => void;
  /** For tests, which have less time: the beat, the silence that counts as hung, and the deaths that are too many. */
  readonly beatMs?: number;
  readonly startMs?: number;
  readonly patience?: (names: Iterable<string>) => number;
  readonly maxDeaths?: number;
}

/** What a service is doing, for the page with the diagnostics. */
export interface ServiceState {
  readonly running: boolean;
  readonly pid: number | null;
  /** In this program's life. */
  readonly deaths: number;
  /** Too many deaths in a short time: it is left alone for a while. */
  readonly givenUp: boolean;
  readonly waiting: number;
}

/** Deaths within WINDOW_MS after which a service is given up, so that a broken driver cannot spin the machine. */
const MAX_DEATHS = 4;
const WINDOW_MS = 60_000;
/** Rest after so many deaths within the window: the first may have been bad luck. */
const REST_MS = [0, 0, 500, 2000];
/** A killed process is gone at once, unless it hangs in the system itself (a network drive that went away). */
const GONE_AFTER_MS = 5000;

/**
 * A supervised service. A request that was under way when the service died is refused with `service.died`;
 * the next request starts the service anew. Nothing is repeated silently: the caller knows what may be repeated.
 * A service that hangs is killed, and has died then.
 */
export class ServiceClient<A extends Api<A>, E> {
  readonly #options: ServiceClientOptions;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Map<string, Set<(payload: unknown) => void>>();
  #port: ServicePort | null = null;
  #nextId = 1;
  #deaths: number[] = [];
  #stopping = false;
  #beat: NodeJS.Timeout | null = null;
  /** How long nothing was heard, in time that this process itself was awake. */
  #silentMs = 0;
  #beatAt = 0;
  /** It has said something since it was started. */
  #awake = false;
  /** Why it was killed by us. */
  #verdict = '';

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

  get state(): ServiceState {
    return {
      running: this.running,
      pid: this.#port?.pid ?? null,
      deaths: this.deaths,
      givenUp: this.#recentDeaths() >= this.#maxDeaths,
      waiting: this.#waiting.size,
    };
  }

  async request<K extends keyof A & string>(name: K, args: A[K][0]): Promise<A[K][1]> {
    for (let rest = this.#restMs(); rest > 0; rest = this.#restMs()) {
      await new Promise((resolve) => setTimeout(resolve, rest));
    }
    return new Promise((resolve, reject) => {
      const port = this.#port ?? this.#start();
      if (!port) {
        const reason = this.#stopping ? 'Loupe is ending' : 'it died too often';
        reject(new LoupeError('service.died', { service: this.#options.name, reason }));
        return;
      }
      const id = this.#nextId++;
      this.#waiting.set(id, { name, resolve: resolve, reject });
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
    this.#stopBeat();
    await this.#port?.stop();
  }

  get #maxDeaths(): number {
    return this.#options.maxDeaths ?? MAX_DEATHS;
  }

  #recentDeaths(): number {
    const now = Date.now();
    return this.#deaths.filter((at) => now - at < WINDOW_MS).length;
  }

  /** What is left of the rest that it needs before it is started again. */
  #restMs(): number {
    const recent = this.#recentDeaths();
    if (this.#port !== null || this.#stopping || recent >= this.#maxDeaths) return 0;
    const rest = REST_MS[Math.min(recent, REST_MS.length - 1)] ?? 0;
    return Math.max(0, (this.#deaths.at(-1) ?? 0) + rest - Date.now());
  }

  #start(): ServicePort | null {
    if (this.#stopping || this.#recentDeaths() >= this.#maxDeaths) return null;
    const port = this.#options.start();
    this.#port = port;
    this.#verdict = '';
    this.#awake = false;
    port.onMessage((message) => this.#receive(port, message));
    port.onExit((reason) => this.#died(port, this.#verdict || reason));
    this.#startBeat();
    return port;
  }

  #startBeat(): void {
    const { beatMs = BEAT_MS } = this.#options;
    this.#stopBeat();
    this.#silentMs = 0;
    this.#beatAt = Date.now();
    this.#beat = setInterval(() => this.#look(beatMs), beatMs);
    this.#beat.unref(); // listening for a heart is no reason to live
  }

  #stopBeat(): void {
    if (this.#beat) clearInterval(this.#beat);
    this.#beat = null;
  }

  #look(beatMs: number): void {
    const port = this.#port;
    if (!port || this.#verdict !== '') return;
    const now = Date.now();
    // Where this process stood still itself (sleep, a debugger), the answers of that time are still unread.
    this.#silentMs += Math.min(now - this.#beatAt, 2 * beatMs);
    this.#beatAt = now;
    const { patience = patienceFor, startMs = START_MS } = this.#options;
    const silence = this.#silentMs;
    const limit = patience([...this.#waiting.values()].map(({ name }) => name));
    if (silence <= (this.#awake ? limit : Math.max(limit, startMs))) {
      port.send({ kind: 'ping' });
      return;
    }
    this.#verdict = `no sign of life for ${(silence / 1000).toFixed(1)} s`;
    port.kill();
    setTimeout(() => this.#died(port, this.#verdict), GONE_AFTER_MS).unref();
  }

  #receive(port: ServicePort, message: Message): void {
    if (port !== this.#port) return;
    this.#silentMs = 0;
    this.#awake = true;
    if (message.kind === 'event') {
      for (const listener of this.#listeners.get(message.name) ?? []) listener(message.payload);
    } else if (message.kind === 'log') {
      this.#options.onLog?.(message.level, message.event, message.fields);
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
    this.#stopBeat();
    const error = new LoupeError('service.died', { service: this.#options.name, reason });
    if (!this.#stopping) {
      this.#deaths.push(Date.now());
      this.#options.onDeath?.(error.toValue(), this.#recentDeaths() >= this.#maxDeaths);
    }
    const cutOff = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const waiting of cutOff) waiting.reject(error);
  }
}
