// The page's side of the contract: calls that answer or throw a typed error, and events.
// Runs in the page, over window.loupe.
import type {
  Channel,
  ChannelArgs,
  ChannelResult,
  EventName,
  EventPayload,
  LoupeBridge,
} from '../../../electron/common/contract.ts';
import { LoupeError } from '../../../models/errors.ts';

declare global {
  interface Window {
    loupe?: LoupeBridge;
  }
}

function bridge(): LoupeBridge {
  if (window.loupe === undefined) throw new LoupeError('internal', { reason: 'the page has no bridge' });
  return window.loupe;
}

let nobodyIsOn: () => void = () => undefined;
/** What happens when a request is refused because somebody has to sign in first. */
export const whenNobodyIsOn = (listener: () => void): void => void (nobodyIsOn = listener);

/** Channels without an argument are called with the name alone. */
type ArgsOf<C extends Channel> = undefined extends ChannelArgs<C> ? [] : [args: ChannelArgs<C>];

export async function call<C extends Channel>(channel: C, ...args: ArgsOf<C>): Promise<ChannelResult<C>> {
  const reply = await bridge().invoke(channel, args[0] as ChannelArgs<C>);
  if (!reply.ok && reply.error.code === 'people.locked') nobodyIsOn();
  if (!reply.ok) throw new LoupeError(reply.error.code, reply.error.params);
  return reply.value;
}

export const listen = <E extends EventName>(
  event: E,
  listener: (payload: EventPayload<E>) => void,
): (() => void) => bridge().on(event, listener);

/** Paths of dropped files and folders; what has no path (an image dragged out of a browser) is left out. */
export const pathsOf = (files: Iterable<File>): string[] =>
  [...files].map((file) => bridge().pathOf(file)).filter((path) => path !== '');
