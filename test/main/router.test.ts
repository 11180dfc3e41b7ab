// Every channel refuses foreign senders and arguments that do not fit; whatever happens, the page gets a reply.
// Runs in the tests (Node, with a fake event).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { CHANNELS, EVENTS, type Channel, type Reply } from '../../electron/common/contract.ts';
import { route, type Handlers, type Invocation } from '../../electron/main/router.ts';
import { isErrorCode, LoupeError } from '../../models/errors.ts';

const page = { name: 'our web contents' };
const ours: Invocation = { sender: page, senderFrame: { url: 'loupe://app/index.html', parent: null } };

type Listener = (event: unknown, args: unknown) => Promise<Reply<unknown>>;

function setUp(over: Partial<Record<Channel, (args: never) => unknown>> = {}, shown: unknown = page) {
  const listeners = new Map<string, Listener>();
  const calls: string[] = [];
  const errors: string[] = [];
  const all = Object.keys(CHANNELS).map((channel) => [
    channel,
    (args: never) => {
      calls.push(channel);
      return over[channel as Channel]?.(args);
    },
  ]);
  route({
    ipc: {
      handle: (channel: string, listener: unknown) => void listeners.set(channel, listener as Listener),
    },
    handlers: Object.fromEntries(all) as Handlers,
    page: () => shown,
    guard: (_channel, args) => Promise.resolve(args),
    checkResults: true,
    onError: (channel, { code }) => errors.push(`${channel} ${code}`),
  });
  const invoke = (channel: string, args?: unknown, event: Invocation = ours): Promise<Reply<unknown>> => {
    const listener = listeners.get(channel);
    if (!listener) throw new Error(`nobody listens on ${channel}`);
    return listener(event, args);
  };
  return { listeners, invoke, calls, errors };
}

describe('the router', () => {
  it('registers exactly the channels of the contract', () => {
    expect([...setUp().listeners.keys()].sort()).toEqual(Object.keys(CHANNELS).sort());
  });

  it('passes a right call on and answers with its value', async () => {
    const choose = vi.fn(() => ['/a']);
    const { invoke } = setUp({ 'files.choose': choose });
    expect(await invoke('files.choose', { what: 'folder' })).toEqual({ ok: true, value: ['/a'] });
    expect(choose).toHaveBeenCalledWith({ what: 'folder' });
  });

  const frame = (url: string, parent: unknown = null): Invocation['senderFrame'] => ({ url, parent });
  it.each<[string, Invocation]>([
    ['another window', { ...ours, sender: {} }],
    ['a frame that is gone', { ...ours, senderFrame: null }],
    ['a frame inside the page', { ...ours, senderFrame: frame('loupe://app/index.html', {}) }],
    ['the web', { ...ours, senderFrame: frame('https://app/index.html') }],
    ['a file', { ...ours, senderFrame: frame('file:///loupe://app/') }],
    ['another host', { ...ours, senderFrame: frame('loupe://app.evil/') }],
    ['user info that looks like us', { ...ours, senderFrame: frame('loupe://app@evil/') }],
    ['no address', { ...ours, senderFrame: frame('') }],
    ['an empty page', { ...ours, senderFrame: frame('about:blank') }],
    ['a data address', { ...ours, senderFrame: frame('data:text/html,loupe://app/') }],
  ])('refuses %s on every channel before anything is called', async (_name, event) => {
    const { invoke, calls, errors } = setUp();
    for (const channel of Object.keys(CHANNELS)) {
      expect(await invoke(channel, undefined, event)).toMatchObject({
        ok: false,
        error: { code: 'ipc.refused', params: { channel, reason: 'foreign sender' } },
      });
    }
    expect(calls).toEqual([]);
    expect(errors).toHaveLength(Object.keys(CHANNELS).length);
  });

  it('refuses everybody while there is no window', async () => {
    const { invoke } = setUp({}, null);
    expect(await invoke('app.info', undefined, { ...ours, sender: null })).toMatchObject({ ok: false });
  });

  it('answers garbage with a typed error and nothing about its schema', async () => {
    const channel = fc.constantFrom(...(Object.keys(CHANNELS) as Channel[]));
    await fc.assert(
      fc.asyncProperty(channel, fc.anything({ withBigInt: true, withDate: true }), async (name, garbage) => {
        const { invoke, calls } = setUp();
        const fits = CHANNELS[name].args.safeParse(garbage).success;
        const reply = await invoke(name, garbage);
        if (!fits) expect(calls).toEqual([]);
        if (reply.ok) {
          expect(fits).toBe(true);
          return;
        }
        expect(isErrorCode(reply.error.code)).toBe(true);
        if (!fits) {
          expect(reply.error).toEqual({
            code: 'ipc.refused',
            params: { channel: name, reason: 'the arguments do not fit' },
          });
        }
      }),
      { numRuns: 300 },
    );
  });

  it('turns what a handler throws into its error', async () => {
    const { invoke } = setUp({
      'run.list': () => {
        throw new LoupeError('history.locked', { path: '/data' });
      },
      'run.cancel': () => Promise.reject(new TypeError('x is not a function')),
    });
    expect(await invoke('run.list')).toEqual({
      ok: false,
      error: { code: 'history.locked', params: { path: '/data' } },
    });
    expect(await invoke('run.cancel', { runId: 1 })).toEqual({
      ok: false,
      error: { code: 'internal', params: { reason: 'x is not a function' } },
    });
  });

  it('in development finds a result that breaks the contract', async () => {
    const { invoke } = setUp({ 'files.choose': () => 'not a list' });
    expect(await invoke('files.choose', { what: 'files' })).toMatchObject({
      ok: false,
      error: { code: 'internal' },
    });
  });
});

it('the preload names the channels and events of the contract and loads no library', () => {
  const source = readFileSync(join(import.meta.dirname, '../../electron/preload/preload.ts'), 'utf8');
  for (const name of [...Object.keys(CHANNELS), ...Object.keys(EVENTS)])
    expect(source).toContain(`'${name}': true`);
  expect(source.match(/': true/g)).toHaveLength(Object.keys(CHANNELS).length + Object.keys(EVENTS).length);
  const imports = [...source.matchAll(/^import (type )?.* from '(.*)';$/gm)];
  expect(imports.filter(([, type]) => !type).map(([, , from]) => from)).toEqual(['electron']);
});
