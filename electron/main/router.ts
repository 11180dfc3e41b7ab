// The one way in from the page: registers every channel of the contract with the same checks, which no handler can forget.
// Runs in the main process (Electron's objects come in as arguments, so that a test can pass its own).
import type { IpcMain } from 'electron';
import {
  CHANNELS,
  type Channel,
  type ChannelArgs,
  type ChannelResult,
  type Reply,
} from '../common/contract.ts';
import { LoupeError, toErrorValue, type ErrorValue } from '../../models/errors.ts';
import type { Guard } from './rights.ts';
import { isOurs } from './security.ts';

/** One handler per channel: a missing or an unknown one does not compile. */
export type Handlers = {
  readonly [C in Channel]: (args: ChannelArgs<C>) => ChannelResult<C> | Promise<ChannelResult<C>>;
};

/** What the router looks at in an IPC event. */
export interface Invocation {
  readonly sender: unknown;
  readonly senderFrame: { readonly url: string; readonly parent: unknown } | null;
}

export interface RouterOptions {
  readonly ipc: Pick<IpcMain, 'handle'>;
  readonly handlers: Handlers;
  /** The web contents of our window; null while there is none. */
  readonly page: () => unknown;
  /** Whether the person who is on may ask for this, and under which name it is done. */
  readonly guard: Guard;
  /** In development: a result that does not fit the contract becomes an error. */
  readonly checkResults: boolean;
  /** For the log: what the page was refused or what went wrong inside. */
  readonly onError: (channel: Channel, error: ErrorValue) => void;
}

/** Item 17 of Electron's checklist: only the top frame of our window, and only while it shows our page, is listened to. */
function mustBeOurPage(channel: Channel, { sender, senderFrame }: Invocation, page: unknown): void {
  const ours = page !== null && sender === page && senderFrame?.parent === null && isOurs(senderFrame.url);
  if (!ours) throw new LoupeError('ipc.refused', { channel, reason: 'foreign sender' });
}

function parseArgs<C extends Channel>(channel: C, args: unknown): ChannelArgs<C> {
  const parsed = CHANNELS[channel].args.safeParse(args);
  // Which field did not fit is nothing that a page of ours ever needs to be told.
  if (!parsed.success) throw new LoupeError('ipc.refused', { channel, reason: 'the arguments do not fit' });
  return parsed.data as ChannelArgs<C>;
}

function checkResult(channel: Channel, value: unknown): void {
  const parsed = CHANNELS[channel].result.safeParse(value);
  if (!parsed.success) {
    throw new LoupeError('internal', {
      reason: `${channel} answered against its contract: ${parsed.error.message}`,
    });
  }
}

/** Registers all channels. Whatever happens, the page gets a `Reply`; nothing is thrown across the bridge. */
export function route(options: RouterOptions): void {
  const answer = async <C extends Channel>(
    channel: C,
    event: Invocation,
    args: unknown,
  ): Promise<Reply<ChannelResult<C>>> => {
    try {
      mustBeOurPage(channel, event, options.page());
      const value = await options.handlers[channel](await options.guard(channel, parseArgs(channel, args)));
      if (options.checkResults) checkResult(channel, value);
      return { ok: true, value };
    } catch (thrown) {
      const error = toErrorValue(thrown);
      options.onError(channel, error);
      return { ok: false, error: { code: error.code, params: { ...error.params } } };
    }
  };
  for (const channel of Object.keys(CHANNELS) as Channel[]) {
    options.ipc.handle(channel, (event: Invocation, args: unknown) => answer(channel, event, args));
  }
}
