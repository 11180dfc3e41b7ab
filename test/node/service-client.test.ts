// The supervision of a service: silence that counts as hung, silence that does not, rest between starts, giving up.
// Runs in the tests (Node, with made-up ports and made-up time).
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Message, ServicePort } from '../../electron/common/rpc.ts';
import type { HistoryApi, HistoryEvents } from '../../electron/common/history-service.ts';
import { patienceFor } from '../../electron/node/patience.ts';
import { ServiceClient } from '../../electron/node/service-client.ts';

/** A service that answers pings and requests, unless it is told to be silent. */
class FakePort implements ServicePort {
  readonly pid = 7;
  silent = false;
  killed = 0;
  readonly got: Message[] = [];
  #say: (message: Message) => void = () => undefined;
  #exit: (reason: string) => void = () => undefined;
  send(message: Message): void {
    this.got.push(message);
    if (this.silent) return;
    if (message.kind === 'ping') this.#say({ kind: 'pong' });
    if (message.kind === 'request' && message.name !== 'history.verify')
      this.#say({ kind: 'answer', id: message.id, ok: true, value: message.name });
  }
  onMessage(listener: (message: Message) => void): void {
    this.#say = listener;
  }
  onExit(listener: (reason: string) => void): void {
    this.#exit = listener;
  }
  stop(): Promise<void> {
    return Promise.resolve();
  }
  kill(): void {
    this.killed++;
    this.end('signal SIGKILL');
  }
  end(reason: string): void {
    this.#exit(reason);
  }
}

let ports: FakePort[] = [];
let deaths: [string, boolean][] = [];
function client(options: { unkillable?: boolean; silent?: boolean } = {}) {
  return new ServiceClient<HistoryApi, HistoryEvents>({
    name: 'history',
    start: () => {
      const port = new FakePort();
      port.silent = options.silent ?? false;
      if (options.unkillable) port.kill = () => void port.killed++;
      ports.push(port);
      return port;
    },
    onDeath: ({ params }, fatal) => deaths.push([String(params.reason), fatal]),
  });
}
beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-11-23T08:00:00Z') });
  ports = [];
  deaths = [];
});
afterEach(() => vi.useRealTimers());

describe('a service that is silent', () => {
  it('is killed after half a minute, and what waited is refused', async () => {
    const history = client();
    await history.request('run.list', null);
    ports[0]!.silent = true;
    const cutOff = history.request('run.list', null);
    const refused = expect(cutOff).rejects.toMatchObject({ code: 'service.died' });
    await vi.advanceTimersByTimeAsync(29_000);
    expect(ports[0]!.killed).toBe(0);
    await vi.advanceTimersByTimeAsync(4000);
    await refused;
    expect(ports[0]!.killed).toBe(1);
    expect(deaths).toEqual([['no sign of life for 32.0 s', false]]);
    expect(await history.request('run.list', null)).toBe('run.list'); // by another process
    expect(ports).toHaveLength(2);
  });

  it('is found out although nobody asks it anything', async () => {
    const history = client();
    await history.request('run.list', null);
    ports[0]!.silent = true;
    await vi.advanceTimersByTimeAsync(33_000);
    expect(history.state).toEqual({ running: false, pid: null, deaths: 1, givenUp: false, waiting: 0 });
  });

  it('is left alone while it works at something long', async () => {
    const history = client();
    await history.request('run.list', null);
    void history.request('history.verify', {}).catch(() => undefined);
    ports[0]!.silent = true;
    await vi.advanceTimersByTimeAsync(59 * 60_000);
    expect(ports[0]!.killed).toBe(0);
    await vi.advanceTimersByTimeAsync(2 * 60_000);
    expect(ports[0]!.killed).toBe(1);
  });

  it('has a minute for its first word', async () => {
    const history = client({ silent: true });
    void history.request('run.list', null).catch(() => undefined);
    await vi.advanceTimersByTimeAsync(59_000);
    expect(ports[0]!.killed).toBe(0);
    await vi.advanceTimersByTimeAsync(4000);
    expect(ports[0]!.killed).toBe(1);
  });

  it('is not blamed for a sleep of the whole computer', async () => {
    const history = client();
    await history.request('run.list', null);
    ports[0]!.silent = true;
    await vi.advanceTimersByTimeAsync(10_000);
    vi.setSystemTime(Date.now() + 8 * 3600_000); // a night
    await vi.advanceTimersByTimeAsync(4000);
    expect(ports[0]!.killed).toBe(0);
    ports[0]!.silent = false;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(ports[0]!.killed).toBe(0);
  });

  it('counts as dead when even a kill does not reach it', async () => {
    const history = client({ unkillable: true });
    await history.request('run.list', null);
    ports[0]!.silent = true;
    await vi.advanceTimersByTimeAsync(33_000);
    expect([ports[0]!.killed, deaths.length]).toEqual([1, 0]);
    await vi.advanceTimersByTimeAsync(5000);
    expect(deaths).toHaveLength(1);
    ports[0]!.end('signal SIGKILL'); // at last: it is nobody's any more
    expect(deaths).toHaveLength(1);
  });
});

describe('a service that dies again and again', () => {
  it('rests longer each time, is given up, and comes back after a minute', async () => {
    const history = client();
    const started: number[] = [];
    for (let i = 0; i < 4; i++) {
      const before = Date.now();
      const answer = history.request('run.list', null);
      await vi.advanceTimersByTimeAsync(3000);
      await answer;
      started.push(ports.length);
      ports.at(-1)!.end('exit code 11');
      expect(Date.now() - before).toBe(3000);
    }
    expect(started).toEqual([1, 2, 3, 4]);
    expect(deaths.map(([, fatal]) => fatal)).toEqual([false, false, false, true]);
    await expect(history.request('run.list', null)).rejects.toMatchObject({
      params: { reason: 'it died too often' },
    });
    expect(history.state.givenUp).toBe(true);
    await vi.advanceTimersByTimeAsync(61_000);
    expect(await history.request('run.list', null)).toBe('run.list');
  });

  it('does not start at once after the second death', async () => {
    const history = client();
    for (let i = 0; i < 2; i++) {
      await history.request('run.list', null);
      ports.at(-1)!.end('exit code 11');
    }
    const third = history.request('run.list', null);
    await vi.advanceTimersByTimeAsync(400);
    expect(ports).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(200);
    expect(await third).toBe('run.list');
    expect(ports).toHaveLength(3);
  });
});

it('patience is that of the longest request', () => {
  expect(patienceFor([])).toBe(30_000);
  expect(patienceFor(['run.list', 'inspect'])).toBe(120_000);
  expect(patienceFor(['inspect', 'backup.make'])).toBe(3_600_000);
});
