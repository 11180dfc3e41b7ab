// Request, answer and event as plain values: how typed messages travel over any port.
// Runs anywhere (types only).
import type { ErrorValue } from '../../models/errors.ts';

/** An API is a map: request name → [argument, answer]. */
export type Api<T> = { [K in keyof T]: [unknown, unknown] };

export type Message =
  | { kind: 'request'; id: number; name: string; args: unknown }
  | { kind: 'answer'; id: number; ok: true; value: unknown }
  | { kind: 'answer'; id: number; ok: false; error: ErrorValue }
  | { kind: 'event'; name: string; payload: unknown };

/** The least that a channel between two processes offers. */
export interface Port {
  send(message: Message): void;
  onMessage(listener: (message: Message) => void): void;
}

/** The parent's end: it can also see the other side die, and end it. */
export interface ServicePort extends Port {
  onExit(listener: (reason: string) => void): void;
  /** Asks the service to end; kills it when it does not. */
  stop(): Promise<void>;
}
