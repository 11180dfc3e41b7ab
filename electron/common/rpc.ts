// Request, answer and event as plain values: how typed messages travel over any port.
// Runs anywhere (types only).
import type { ErrorValue } from '../../models/errors.ts';

/** An API is a map: request name → [argument, answer]. */
export type Api<T> = { [K in keyof T]: [unknown, unknown] };

export type LogLevel = 'info' | 'warning' | 'error';
/** The process that has something to say. */
export type LogSource = 'main' | 'page' | 'inference' | 'history' | 'training';

export type Message =
  | { kind: 'request'; id: number; name: string; args: unknown }
  | { kind: 'answer'; id: number; ok: true; value: unknown }
  | { kind: 'answer'; id: number; ok: false; error: ErrorValue }
  | { kind: 'event'; name: string; payload: unknown }
  /** Are you still there? Answered by the thread that does the work, so that a stuck one is silent. */
  | { kind: 'ping' }
  | { kind: 'pong' }
  | { kind: 'log'; level: LogLevel; event: string; fields: Readonly<Record<string, unknown>> };

/** The least that a channel between two processes offers. */
export interface Port {
  send(message: Message): void;
  onMessage(listener: (message: Message) => void): void;
}

/** The parent's end: it can also see the other side die, and end it. */
export interface ServicePort extends Port {
  readonly pid: number | null;
  onExit(listener: (reason: string) => void): void;
  /** Asks the service to end; kills it when it does not. */
  stop(): Promise<void>;
  /** Ends it at once, whatever it is doing, also when the system has stopped it. */
  kill(): void;
}
